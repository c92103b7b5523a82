package org.pythonarium.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("B14")
@Timeout(60)
class ChildProcessTest {

    private static final int LIMIT = 1000;

    @Test
    void bothStreams_areDrained() throws Exception {
        ChildProcess.Ended ended = run(null, "import sys\n"
                + "sys.stderr.write('e' * 5_000_000 + '!'); sys.stdout.write('o' * 5_000_000)\nsys.exit(3)");
        assertEquals(3, ended.exitCode());
        assertEquals(5_000_000, ended.stdout().length());
        assertTrue(ended.stderr().endsWith("e!"));
        assertTrue(ended.stderr().length() >= LIMIT && ended.stderr().length() < 20 * LIMIT,
                () -> ended.stderr().length() + " characters were kept");
    }

    @Test
    void standardInput_isEmpty() throws Exception {
        assertEquals("''", run(null, "import sys; print(repr(sys.stdin.read()), end='')").stdout());
    }

    @Test
    void signal_isTold() throws Exception {
        assertEquals(128 + 15, run(null, "import os; os.kill(os.getpid(), 15)").exitCode());
    }

    @Test
    void timeUp_killsAndReturnsWhatWasWritten() throws Exception {
        ChildProcess.Ended ended = run(Duration.ofSeconds(4),
                "import time; print('so far', flush=True); time.sleep(600)");
        assertTrue(ended.timedOut());
        assertEquals("so far\n", ended.stdout());
        assertFalse(run(Duration.ofSeconds(60), "pass").timedOut());
    }

    @Test
    void processLeftBehind_doesNotCountAsTimeUp() throws Exception {
        ChildProcess.Ended ended = run(Duration.ofSeconds(4), """
                import subprocess, sys
                left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)'])
                print(left.pid)
                """);
        assertFalse(ended.timedOut());
        long left = Long.parseLong(ended.stdout().strip());
        assertTrue(ProcessHandle.of(left).orElseThrow().destroyForcibly());
    }

    @Test
    void longestTimeout_doesNotOverflow() throws Exception {
        assertFalse(run(Duration.ofSeconds(Long.MAX_VALUE), "pass").timedOut());
    }

    @Test
    void missingProgram_isTold() {
        assertThrows(IOException.class,
                () -> ChildProcess.run(new ProcessBuilder("/no/such/program"), null, LIMIT));
    }

    private static ChildProcess.Ended run(Duration timeout, String code) throws Exception {
        return ChildProcess.run(
                new ProcessBuilder(TestPython.executable().toString(), "-I", "-c", code), timeout, LIMIT);
    }
}
