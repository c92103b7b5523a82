package org.pythonarium.life;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGIL;
import org.pythonarium.PythonTypes;

/** What Python keeps for a thread it keeps as long as the Java thread lives, and no longer. */
@Tag("S9")
@SuppressWarnings("try") // scopes are there to be closed
class ThreadStateTest {

    @BeforeAll
    static void define() {
        run("""
                import contextvars, threading
                local, variable = threading.local(), contextvars.ContextVar("variable", default=0)
                """);
    }

    private static void run(String script) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec(script);
        }
    }

    private static long read(String expression) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("read = " + expression);
            return ((Number) PythonExecutioner.getVariable("read", PythonTypes.INT).getValue()).longValue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void lastsFromCallToCall(Kind kind) throws Exception {
        kind.call(() -> {
            run("local.value = 5; variable.set(6); thread = threading.get_ident()");
            Thread.yield();
            Kind.LARGE.call(() -> read("variable.get()"));
            assertEquals(5, read("local.value"));
            assertEquals(6, read("variable.get()"));
            assertEquals(1, read("int(thread == threading.get_ident())"));
            return null;
        });
    }

    @ParameterizedTest
    @EnumSource
    void isAnothersInAnotherThread(Kind kind) throws Exception {
        for (int i = 0; i < 5; i++) {
            kind.call(() -> {
                assertEquals(0, read("int(hasattr(local, 'value'))"));
                assertEquals(0, read("variable.get()"));
                run("local.value = 5; variable.set(6)");
                return null;
            });
        }
    }
}
