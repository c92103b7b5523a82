package org.pythonarium.life;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGIL;

/** A script is ended from outside: by another thread, or by the user at the keyboard. */
@Tag("B7")
@SuppressWarnings("try") // scopes are there to be closed
class InterruptTest {

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        PythonExecutioner.init();
    }

    /** Starts a script, and returns once it runs. */
    private FutureTask<Object> begin(Kind kind, String script) {
        Path running = folder.resolve("running");
        FutureTask<Object> end = kind.start(() -> {
            try (PythonGIL gil = PythonGIL.lock()) {
                PythonExecutioner.setVariable("running", running.toString());
                PythonExecutioner.exec("open(running, 'w').close()\n" + script);
            }
            return null;
        });
        while (!Files.exists(running)) {
            Thread.onSpinWait();
        }
        return end;
    }

    private static void assertInterrupted(FutureTask<Object> end) {
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> end.get(30, TimeUnit.SECONDS));
        assertTrue(failure.getCause() instanceof PythonException, failure::toString);
        assertTrue(failure.getCause().getMessage().contains("KeyboardInterrupt"), failure::toString);
    }

    @ParameterizedTest
    @EnumSource
    void aLoopEndsAtOnce(Kind kind) {
        FutureTask<Object> end = begin(kind, "while True: pass");
        assertTrue(PythonExecutioner.interrupt());
        assertInterrupted(end);
    }

    @Test
    void aSleepIsEndedWhenItReturns() {
        FutureTask<Object> end = begin(Kind.LARGE, "import time\ntime.sleep(0.3)\nwhile True: pass");
        assertTrue(PythonExecutioner.interrupt());
        assertInterrupted(end);
    }

    @ParameterizedTest
    @EnumSource
    void anyThreadMayAsk(Kind kind) throws Exception {
        FutureTask<Object> end = begin(Kind.LARGE, "while True: pass");
        assertTrue(kind.call(PythonExecutioner::interrupt));
        assertInterrupted(end);
    }

    @Test
    void withNoScriptThereIsNothingToEnd() {
        assertFalse(PythonExecutioner.interrupt());
    }

    @Test
    void theKeyboardEndsTheProgramWhileAScriptLoops() throws Exception {
        ChildProgram program = ChildProgram.of(folder, EndProgram.class, "loop for ever").with("-Xss16m");
        Process process = program.start();
        Path running = folder.resolve("running");
        while (!Files.exists(running)) {
            assertTrue(process.isAlive());
            Thread.onSpinWait();
        }
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).inheritIO().start().waitFor();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(130, process.exitValue());
        String output = new String(process.getInputStream().readAllBytes());
        assertTrue(output.contains("unflushed ") && output.contains("atexit"), output);
        program.assertNoReport();
    }
}
