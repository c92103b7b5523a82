package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    private static ProcessBuilder builder(String... arguments) {
        Map<String, String> properties = Map.of(
                PythonConstants.PYTHON_PROPERTY, System.getProperty(PythonConstants.PYTHON_PROPERTY, ""));
        return ChildJvm.builder(SubInterpreterProgram.class, properties, arguments);
    }

    private static ChildProcess.Ended run(String... arguments) throws Exception {
        return ChildJvm.run(builder(arguments));
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
    void theyHandTheKernelOnThatIsInAJar(@TempDir Path folder) throws Exception {
        ProcessBuilder builder = builder("churn", "3");
        int classPath = builder.command().indexOf("-cp") + 1;
        String[] folders = builder.command().get(classPath).split(File.pathSeparator);
        folders[0] = jar(Path.of(folders[0]), folder.resolve("kernel.jar")).toString();
        builder.command().set(classPath, String.join(File.pathSeparator, folders));
        builder.environment().put("XDG_CACHE_HOME", "/dev/null"); // else it is no longer in the jar
        ChildProcess.Ended ended = ChildJvm.run(builder);
        assertEquals(0, ended.exitCode(), ended.toString());
        assertEquals("", ended.stderr().lines().filter(line -> !line.startsWith("WARNING")).findFirst().orElse(""));
    }

    private static Path jar(Path folder, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        return jar;
    }

    @Test
    @Tag("B7")
    void theEndOfTheJvmEndsThoseThatRun() throws Exception {
        ChildProcess.Ended ended = run("exit");
        assertEquals(3, ended.exitCode(), ended.toString());
        assertEquals("atexit", ended.stdout().strip());
    }
}
