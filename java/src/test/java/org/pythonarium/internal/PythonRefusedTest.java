package org.pythonarium.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.pythonarium.PythonException;

/** What is said where there is no Python that can be embedded: what, where it was looked for, and what mends it. */
@Tag("S1")
class PythonRefusedTest {

    @TempDir
    Path folder;
    private final FakeSettings settings = new FakeSettings();

    @Test
    void noPython() {
        settings.variable("PATH", folder);
        assertRefused("no Python found", "VIRTUAL_ENV", "PATH (" + folder + ")", "install");
        settings.environment.clear();
        assertRefused("no Python found", "PATH, which is empty");
    }

    @Test
    void noSharedLibrary() throws Exception {
        Path executable = TestPython.staticInstallation(folder);
        settings.property("org.pythonarium.python", executable);
        assertRefused(executable + " (from org.pythonarium.python, Python ", "has no shared library",
                folder.resolve("lib/libpython").toString(), "next: uv venv --python");
    }

    @Test
    void noSharedLibrary_ofPyenv() throws Exception {
        Files.createDirectories(folder.resolve("shims"));
        settings.property("org.pythonarium.python", TestPython.staticInstallation(folder.resolve("versions/3.12.99")));
        assertRefused("next: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install --force 3.12.99");
    }

    @Test
    void noSharedLibrary_ofTheSystem() {
        boolean isDebian = Files.exists(Path.of("/etc/debian_version"));
        assertEquals(isDebian ? "sudo apt-get install libpython3.11" : Remedy.otherPython(),
                Remedy.sharedLibrary(Path.of("/usr/bin/python3.11"), PythonVersion.OLDEST));
    }

    @Test
    void tooOld() throws Exception {
        settings.property("org.pythonarium.python",
                TestPython.installation(folder, "python3.10", "3.10", "libpython3.10.so.1.0"));
        assertRefused("bin/python3.10 (from org.pythonarium.python) is Python 3.10, older than 3.11", "next: uv venv");
    }

    @Test
    void freeThreaded() throws Exception {
        settings.property("org.pythonarium.python",
                TestPython.installation(folder, "python3.13t", "3.13t", "libpython3.13t.so.1.0"));
        assertRefused("is Python 3.13t, a free-threaded build, which cannot be embedded", "next: uv venv");
    }

    @Test
    void freeThreaded_underAPlainName_isInDoubt() throws Exception {
        Path executable = TestPython.installation(folder, "python3.13", "3.13", "libpython3.13t.so.1.0");
        assertTrue(PythonInstallation.fromFiles(executable).isEmpty());
    }

    @Test
    void environmentWithoutItsBase() throws Exception {
        Path environment = TestPython.environment(folder.resolve("e"), "--without-pip", "--copies");
        replaceInConfiguration(environment, "home = .*", "home = /no/such/folder/bin");
        settings.variable("VIRTUAL_ENV", environment);
        assertRefused("the virtual environment " + environment + " is broken", "/no/such/folder/bin, is gone",
                "next: python3 -m venv --clear " + environment);
    }

    @Test
    void environmentWithoutHome() throws Exception {
        Path environment = TestPython.environment(folder.resolve("e"), "--without-pip");
        replaceInConfiguration(environment, "home = .*", "");
        settings.property("org.pythonarium.python", environment);
        assertRefused("is broken: pyvenv.cfg has no line 'home ='");
    }

    @Test
    void environmentWithADanglingLink() throws Exception {
        Path environment = TestPython.environment(folder.resolve("e"), "--without-pip");
        for (String name : new String[] {"python", "python3"}) {
            Files.delete(environment.resolve("bin").resolve(name));
            Files.createSymbolicLink(environment.resolve("bin").resolve(name), Path.of("/no/such/python"));
        }
        settings.property("org.pythonarium.python", environment);
        assertRefused("is broken: ", "bin/python and ", "link to a file that is gone", "next: python3 -m venv --clear");
        settings.property("org.pythonarium.python", environment.resolve("bin/python"));
        assertRefused("the virtual environment " + environment + " is broken", "link to a file that is gone");
    }

    @Test
    void environmentOfAnotherVersion() throws Exception {
        Path environment = TestPython.environment(folder.resolve("e"), "--without-pip");
        replaceInConfiguration(environment, "version = .*", "version = 3.99.1");
        settings.property("org.pythonarium.python", environment);
        assertRefused("it was made with Python 3.99, and its base is now Python " + TestPython.home().version());
    }

    @Test
    void activeEnvironmentThatIsGone() {
        settings.variable("VIRTUAL_ENV", folder.resolve("gone"));
        assertRefused("gone is broken: VIRTUAL_ENV names it", "next: python3 -m venv --clear " + folder);
    }

    @Test
    void settingThatNamesNothing() throws Exception {
        settings.variable("PATH", folder).property("org.pythonarium.python", "python3.99");
        assertRefused("org.pythonarium.python: 'python3.99' names no Python", "PATH (" + folder + ")", "command -v");
        settings.property("org.pythonarium.python", folder.resolve("none"));
        assertRefused("no executable file at " + folder.resolve("none"));
        settings.property("org.pythonarium.python", folder);
        assertRefused("looked for " + folder.resolve("bin/python"));
        settings.properties.clear();
        settings.variable("PYTHONARIUM_PYTHON", Files.createFile(folder.resolve("plain")));
        assertRefused("PYTHONARIUM_PYTHON: '" + folder.resolve("plain") + "' names no Python");
    }

    @Test
    void shimThatLeadsNowhere() throws Exception {
        Files.createDirectories(folder.resolve("versions"));
        Path shim = TestPython.script(folder.resolve("shims/python3.12"), "echo 'not installed here' >&2; exit 127");
        settings.property("org.pythonarium.python", "python3.12").variable("PATH", shim.getParent());
        assertRefused(shim + " (from org.pythonarium.python) is no Python that works", "exit code 127",
                "not installed here", "next: pyenv local 3.12");
    }

    @Test
    void notCPython() throws Exception {
        settings.property("org.pythonarium.python", TestPython.script(folder.resolve("pypy"),
                "printf '%s\\n' pypy 3.11 0 a b c d e .; exit 0"));
        assertRefused("pypy (from org.pythonarium.python) is pypy, and only CPython can be embedded");
    }

    private void assertRefused(String... parts) {
        String message = assertThrows(PythonException.class, () -> PythonHome.find(settings)).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is not in: " + message);
        }
        assertTrue(message.contains("; next: "), message);
    }

    private static void replaceInConfiguration(Path environment, String pattern, String line) throws Exception {
        Path file = environment.resolve("pyvenv.cfg");
        Files.writeString(file, Files.readString(file).replaceAll("(?m)^" + pattern + "$", line));
    }
}
