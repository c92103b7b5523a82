package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Contexts, as far as the examples of the documents do not show them. */
class PythonContextManagerTest extends LockedTest {

    /** A context is one namespace for good: nothing is copied, so it may be as large as it likes. */
    @Test
    @Tag("B10")
    void switchingTouchesNoVariable() {
        PythonContextManager.setContext("large");
        PythonExecutioner.exec("""
                import sys
                globals().update((f"variable_{number}", object()) for number in range(50_000))
                values = [value for name, value in globals().items() if name.startswith("variable_")]
                def look():
                    return id(globals()), sum(map(sys.getrefcount, values))
                before = look()
                """);
        for (int i = 0; i < 3; i++) {
            PythonContextManager.setContext("other");
            PythonExecutioner.exec("variable_7 = 7");
            try (PythonContextManager.Context fleeting = new PythonContextManager.Context()) {
                PythonExecutioner.exec("variable_7 = 8");
            }
            PythonContextManager.setContext("large");
        }
        PythonExecutioner.exec("after = look()");
        assertEquals(Python.eval("before").toString(), Python.eval("after").toString());
        assertEquals("object", Python.eval("type(variable_7).__name__").toString());
    }
}
