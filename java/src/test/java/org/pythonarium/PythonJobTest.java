package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Jobs: code that is run again and again in a context of its own. */
@Tag("S10")
@SuppressWarnings("rawtypes")
class PythonJobTest {

    private static final String CODE = """
            calls = 0
            def setup():
                global factor
                factor = 2
            def run(x, by=1, *more, **named):
                global calls
                calls += 1
                return {'y': x * factor * by}
            """;

    private static PythonJob job(String code, boolean setupRunMode) {
        return PythonJob.builder().name("test").code(code).setupRunMode(setupRunMode).build();
    }

    private static List<PythonVariable> ints(String name, Object value) {
        return List.of(new PythonVariable<>(name, PythonTypes.INT, value));
    }

    private static String messageOf(Runnable call) {
        return assertThrows(PythonException.class, call::run).getMessage();
    }

    @Test
    void plainModeRunsTheCodeEachTime() {
        try (PythonJob job = job("y = x + 1", false)) {
            PythonVariable<Long> y = new PythonVariable<>("y", PythonTypes.INT);
            job.exec(ints("x", 1), List.of(y));
            assertEquals(2, y.getValue());
            job.exec(ints("x", 5), List.of(y));
            assertEquals(6, y.getValue());
            job.exec(null, null);
            assertEquals(List.of("x", "y"), job.execAndReturnAllVariables(null).names());
            job.setup(); // nothing to do
            job.clearState();
            assertEquals("NameError: name 'x' is not defined", messageOf(() -> job.exec(null, null)));
        }
    }

    @Test
    void setupAndRunModeCallsRunWithWhatItNames() {
        try (PythonJob job = job(CODE, true)) {
            PythonVariable<Long> y = new PythonVariable<>("y", PythonTypes.INT);
            job.exec(ints("x", 21), List.of(y));
            assertEquals(42, y.getValue());
            job.exec(ints("by", 10), List.of(y));
            assertEquals(420, y.getValue());
            PythonVariables all = job.execAndReturnAllVariables(ints("x", 1));
            assertEquals(3L, all.get("calls").getValue());
            assertEquals(20L, all.get("y").getValue());
            job.clearState();
            assertEquals("Input value not received for run() argument: x", messageOf(() -> job.exec(null, null)));
        }
    }

    @Test
    void runMayTakeAndReturnNothing() {
        try (PythonJob job = job("def run(): pass", true)) {
            job.exec(null, null);
        }
        try (PythonJob job = job("def run(x, /): return {'y': x}", true)) {
            assertEquals(3L, job.execAndReturnAllVariables(ints("x", 3)).get("y").getValue());
        }
        try (PythonJob job = job("def run(): return 5", true)) {
            assertEquals("TypeError: run() must return a dict or None, not int", messageOf(() -> job.exec(null, null)));
        }
    }

    @Test
    void whatIsMissingIsSaid() {
        assertEquals("run() method not found! If a PythonJob is created with 'setup and run' mode enabled, the"
                + " associated python code is expected to contain a run() method (with or without arguments).",
                messageOf(() -> job("x = 1", true)));
        assertTrue(messageOf(() -> job(null, true)).contains("code is null"));
        assertTrue(messageOf(() -> PythonJob.builder().code("").build()).contains("name is null"));
        assertTrue(messageOf(() -> PythonJob.builder().name("a b").code("").build()).contains("Invalid context name"));
        assertTrue(messageOf(() -> job("def run(:", true)).contains("SyntaxError"));
    }

    @Test
    void itsContextIsItsOwnAndGoesWithIt() {
        try (PythonGIL gil = PythonGIL.lock()) {
            String before = PythonContextManager.getCurrentContext();
            int contexts = PythonContextManager.getContexts().size();
            PythonJob job = job("own = 1", false);
            job.exec(null, null);
            assertEquals(before, PythonContextManager.getCurrentContext());
            assertFalse(PythonExecutioner.getAllVariables().names().contains("own"));
            assertTrue(PythonContextManager.hasContext(job.getContext()));
            assertThrows(PythonException.class, () -> job("1 / 0", true));
            job.close();
            job.close();
            assertEquals(contexts, PythonContextManager.getContexts().size());
            assertTrue(messageOf(() -> job.exec(null, null)).contains("PythonJob 'test' is closed"));
            assertEquals("test", job.getName());
        }
    }
}
