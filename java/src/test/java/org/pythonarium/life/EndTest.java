package org.pythonarium.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** However the JVM ends, Python ends with it: in time, without a crash, with its output. */
@Tag("S11")
@Tag("B4")
class EndTest {

    private static final String ALL = "unflushed atexit\nfinalized\n";
    private static final String WITHOUT_FINALIZING = "unflushed atexit\n";
    private static final Duration LIMIT = Duration.ofSeconds(20); // five of the product, and a slow machine

    @TempDir
    Path folder;

    private ChildProgram.Ended end(String how, String... flags) throws Exception {
        ChildProgram.Ended ended = ChildProgram.of(folder, EndProgram.class, how).with(flags).run();
        assertTrue(ended.time().compareTo(LIMIT) < 0, ended::toString);
        return ended;
    }

    @ParameterizedTest
    @CsvSource({
        "return, 0", "exit, 3", "exit in scope, 3", "scope left open, 0", "throw, 1",
        "many calls, 3", "python threads, 0", "use in a hook, 3"
    })
    void finalizesPythonWhereNobodyIsInside(String how, int code) throws Exception {
        end(how, ChildProgram.LARGE_STACK).assertEnd(code, ALL);
        assertEquals("data", Files.readString(folder.resolve("file.txt")));
    }

    @ParameterizedTest
    @CsvSource({"return, 0", "exit in scope, 3", "scope left open, 0", "many calls, 3"})
    void finalizesPythonThatRanOnCarriers(String how, int code) throws Exception {
        end(how).assertEnd(code, ALL);
    }

    @Test
    void interruptsAScriptThatLoops() throws Exception {
        ChildProgram.Ended ended = end("loop", ChildProgram.LARGE_STACK).assertEnd(3, ALL);
        assertTrue(ended.err().contains("KeyboardInterrupt"), ended::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sleep", "daemon threads"})
    void leavesPythonAloneWhereAThreadIsInside(String how) throws Exception {
        int code = how.equals("sleep") ? 3 : 0;
        end(how, ChildProgram.LARGE_STACK).assertEnd(code, WITHOUT_FINALIZING);
    }

    @ParameterizedTest
    @CsvSource({
        "exit in a callback, -Xss16m", "exit in a callback, -Xss1m",
        "exit in a computation, -Xss16m", "exit in a computation, -Xss1m",
        "exit in a callback of a python thread, -Xss16m", "exit in a computation of a python thread, -Xss16m"
    })
    void leavesPythonAloneWhereItHasCalledWhatEndsTheJvm(String how, String stack) throws Exception {
        end(how, stack).assertEnd(3, WITHOUT_FINALIZING);
    }

    @Test
    void leavesAScriptAloneThatCatchesEverything() throws Exception {
        ChildProgram.Ended ended = end("loop that catches all", ChildProgram.LARGE_STACK);
        assertEquals(3, ended.exitCode());
        assertTrue(ended.out().startsWith(WITHOUT_FINALIZING), ended::toString);
    }

    @Test
    void keepsTheExitCodeWhereTheGilIsNotToBeHad() throws Exception {
        assertEquals(3, end("busy in scope", ChildProgram.LARGE_STACK).exitCode());
    }

    @Test
    void doesNotWaitForEverForAFunctionOfAtexit() throws Exception {
        ChildProgram.Ended ended = end("atexit that hangs", ChildProgram.LARGE_STACK);
        assertEquals(0, ended.exitCode());
        assertTrue(ended.out().startsWith("unflushed"), ended::toString);
        assertFalse(ended.out().contains("finalized"), ended::toString);
    }
}
