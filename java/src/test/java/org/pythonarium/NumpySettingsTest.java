package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pythonarium.internal.ChildProcess;
import org.pythonarium.internal.TestPython;

/** How numpy is started, and what is said where it is not there; each in a JVM of its own. */
class NumpySettingsTest {

    private static List<String> run(Map<String, String> properties, String what)
            throws IOException, InterruptedException {
        ChildProcess.Ended ended =
                ChildJvm.run(ChildJvm.builder(NumpyProgram.class, properties, what));
        assertEquals(0, ended.exitCode(), ended::toString);
        return ended.stdout().lines().toList();
    }

    private static Map<String, String> with(String property, String value) {
        String python = System.getProperty("org.pythonarium.python", "");
        return Map.of("org.pythonarium.python", python, property, value);
    }

    @Test
    @Tag("S50")
    void withoutNumpyTheErrorNamesTheCommandThatMendsIt(@TempDir Path folder)
            throws IOException, InterruptedException {
        Path bare = TestPython.environment(folder.resolve("bare"), "--without-pip");
        String message = run(Map.of("org.pythonarium.python", bare.toString()), "init").get(0);
        assertTrue(message.contains("numpy is not installed"), message);
        assertTrue(message.contains(bare.resolve("bin/python") + " -m pip install numpy"), message);
    }

    @Test
    @Tag("S57")
    void numpyIsImportedAtTheStartUnlessToldNotTo() throws IOException, InterruptedException {
        Packages.require("numpy");
        String property = PythonConstants.IMPORT_NUMPY_ARRAY;
        assertEquals(List.of("True", "ndarray"), run(with(property, "true"), "init"));
        assertEquals(List.of("False", "ndarray"), run(with(property, "false"), "init"));
    }

    @Test
    @Tag("S58")
    void arraysAreMadeByTheCApiOrByPython() throws IOException, InterruptedException {
        Packages.require("numpy");
        String property = PythonConstants.CREATE_NPY_VIA_PYTHON;
        List<String> byC = run(with(property, "false"), "create");
        List<String> byPython = run(with(property, "true"), "create");
        assertEquals("PyCapsule", byC.get(0));
        assertEquals("_Interface", byPython.get(0));
        assertEquals("([[7, 4], [1, 2]], [1.5], 'datetime64[ns]', False, '<i8')", byC.get(1));
        assertEquals("7", byC.get(2));
        assertEquals(byC.subList(1, 3), byPython.subList(1, 3));
    }
}
