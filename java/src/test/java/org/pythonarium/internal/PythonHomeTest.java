package org.pythonarium.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which Python is found, where there is one that can be embedded. */
@Tag("S1")
class PythonHomeTest {

    @TempDir
    static Path folder;
    private static Path environment;

    private final FakeSettings settings = new FakeSettings();

    @BeforeAll
    static void makeEnvironment() throws Exception {
        environment = TestPython.environment(folder.resolve("environment"), "--without-pip");
    }

    @Test
    void find_givesWhatThePythonSaysOfItself() throws Exception {
        PythonHome home = PythonHome.find(settings.property("org.pythonarium.python", TestPython.executable()));
        assertEquals(TestPython.run("-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip(),
                home.version().toString());
        assertEquals(Path.of(TestPython.run("-I", "-c", "import sys; print(sys.prefix)").strip()), home.prefix());
        assertTrue(home.library().isAbsolute() && Files.size(home.library()) > 1_000_000, home.library().toString());
        assertEquals(TestPython.executable(), home.executable());
        assertFalse(home.isVirtual());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bin/python", "bin/python3"})
    void environment_isFoundByFolderAndByExecutable(String inside) {
        PythonHome home = PythonHome.find(
                settings.property("org.pythonarium.python", environment.resolve(inside)));
        assertInEnvironment(home, environment.resolve(inside.isEmpty() ? "bin/python" : inside));
    }

    @Test
    void activeEnvironment_isFound() {
        assertInEnvironment(PythonHome.find(settings.variable("VIRTUAL_ENV", environment)
                .variable("PATH", TestPython.executable().getParent())), environment.resolve("bin/python"));
    }

    @Test
    void setting_comesBeforeTheActiveEnvironment() {
        settings.variable("VIRTUAL_ENV", environment).variable("PYTHONARIUM_PYTHON", TestPython.executable());
        assertEquals(TestPython.executable(), PythonHome.find(settings).executable());
    }

    @Test
    void environmentOfCopies_isFound() throws Exception {
        Path copies = TestPython.environment(folder.resolve("copies"), "--without-pip", "--copies");
        PythonHome home = PythonHome.find(settings.property("org.pythonarium.python", copies));
        assertEquals(copies, home.prefix());
        assertEquals(TestPython.home().library(), home.library());
    }

    @Test
    void condaPrefix_isFound() {
        settings.variable("CONDA_PREFIX", TestPython.home().basePrefix());
        assertEquals(TestPython.home().basePrefix(), PythonHome.find(settings).prefix());
    }

    @Test
    void condaPrefixWithoutPython_leavesItToPath() {
        settings.variable("CONDA_PREFIX", folder).variable("PATH", TestPython.executable().getParent());
        assertEquals(TestPython.executable().resolveSibling("python3"), PythonHome.find(settings).executable());
    }

    @Test
    void name_isFoundOnPath() {
        String name = TestPython.executable().getFileName().toString();
        settings.property("org.pythonarium.python", name)
                .variable("PATH", ":/no/such/folder:" + TestPython.executable().getParent());
        assertEquals(TestPython.executable(), PythonHome.find(settings).executable());
    }

    @Test
    void usualPython_isReadWithoutStartingIt() {
        for (Path executable : new Path[] {TestPython.executable(), environment.resolve("bin/python")}) {
            Optional<PythonInstallation> read = PythonInstallation.fromFiles(executable);
            assertEquals(TestPython.home().library(), read.flatMap(PythonInstallation::library).orElseThrow());
        }
    }

    @Test
    void shim_isAskedForThePythonThatItLeadsTo() throws Exception {
        Path shim = TestPython.script(folder.resolve("shims/python3"),
                "exec '" + TestPython.executable() + "' \"$@\"");
        PythonHome home = PythonHome.find(settings.variable("PATH", shim.getParent()));
        assertEquals(TestPython.executable(), home.executable());
        assertEquals(TestPython.home().library(), home.library());
    }

    @Test
    void executableOfAnotherName_isAsked() throws Exception {
        Path link = Files.copy(TestPython.executable().toRealPath(), folder.resolve("my-own"));
        PythonHome home = PythonHome.find(settings.property("org.pythonarium.python", link));
        assertEquals(TestPython.home().version(), home.version());
        assertTrue(Files.isRegularFile(home.library()));
    }

    @Test
    void windowsLayout_namesTheLibraryAsWindowsDoes() {
        PythonVersion version = PythonVersion.ofExecutable("python3.12.exe").orElseThrow();
        assertEquals(folder.resolve("python312.dll"),
                SharedLibrary.places(folder, version, OperatingSystem.WINDOWS).getFirst());
        assertEquals(folder, OperatingSystem.WINDOWS.prefixOf(folder));
        assertTrue(OperatingSystem.WINDOWS.executablesIn(folder).contains(folder.resolve("Scripts/python.exe")));
    }

    private static void assertInEnvironment(PythonHome home, Path executable) {
        assertEquals(executable, home.executable());
        assertEquals(environment, home.prefix());
        assertEquals(TestPython.home().basePrefix(), home.basePrefix());
        assertEquals(TestPython.home().library(), home.library());
        assertTrue(home.isVirtual());
    }
}
