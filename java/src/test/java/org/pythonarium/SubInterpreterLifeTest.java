package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pythonarium.internal.ChildProcess;

/** In a JVM of their own, what would end this one. */
@Tag("B18")
class SubInterpreterLifeTest {

    /** What CPython itself keeps of an interpreter that has ended, and some more. */
    private static final long KILOBYTES_LOST = 8000;

    @BeforeEach
    void assume() {
        OwnGil.assume();
    }

    private static ChildProcess.Ended run(String... arguments) throws Exception {
        Map<String, String> properties = Map.of(
                PythonConstants.PYTHON_PROPERTY, System.getProperty(PythonConstants.PYTHON_PROPERTY, ""));
        return ChildJvm.run(ChildJvm.builder(SubInterpreterProgram.class, properties, arguments));
    }

    @Test
    @Tag("B11")
    void manyOpenAndCloseAgain() throws Exception {
        ChildProcess.Ended ended = run("churn", "60");
        assertEquals(0, ended.exitCode(), ended.toString());
        List<String> lines = ended.stdout().lines().toList();
        assertTrue(Long.parseLong(lines.get(0)) < KILOBYTES_LOST, lines.get(0) + " kB each");
        assertEquals("0", lines.get(1), "threads");
    }

    @Test
    @Tag("B7")
    void theEndOfTheJvmEndsThoseThatRun() throws Exception {
        ChildProcess.Ended ended = run("exit");
        assertEquals(3, ended.exitCode(), ended.toString());
        assertEquals("atexit", ended.stdout().strip());
    }
}
