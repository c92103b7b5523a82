package org.pythonarium.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The one command that mends what is missing. */
final class Remedy {

    /** The Python that is recommended to whoever has none. */
    private static final String RECOMMENDED = "3.13";

    private Remedy() {}

    /** Installs a Python with a shared library, where there is none. */
    static String anyPython() {
        return switch (OperatingSystem.current()) {
            case WINDOWS -> "winget install Python.Python." + RECOMMENDED;
            case MAC -> "brew install python@" + RECOMMENDED;
            case LINUX -> isDebian() ? "sudo apt-get install python3-dev" : "uv python install " + RECOMMENDED;
        };
    }

    /** Makes an environment with a Python that can be embedded, for a host whose own cannot. */
    static String otherPython() {
        return "uv venv --python " + RECOMMENDED + " .venv, and set org.pythonarium.python to .venv";
    }

    /** Gives a Python its shared library, or the user another Python. */
    static String sharedLibrary(Path executable, PythonVersion version) {
        Optional<String> pyenv = pyenvVersion(executable);
        if (pyenv.isPresent()) {
            return "PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install --force " + pyenv.get();
        }
        return executable.startsWith("/usr/bin") && isDebian()
                ? "sudo apt-get install libpython" + version
                : otherPython();
    }

    /** Makes a virtual environment anew. */
    static String newEnvironment(Path folder) {
        String python = OperatingSystem.current() == OperatingSystem.WINDOWS ? "py" : "python3";
        return python + " -m venv --clear " + folder;
    }

    /** Lets a pyenv shim find its Python, or shows what is wrong with an executable. */
    static String start(Path executable) {
        Optional<PythonVersion> version = PythonVersion.ofExecutable(executable.getFileName().toString());
        if (isShim(executable)) {
            return "pyenv local " + version.map(PythonVersion::toString).orElse("3");
        }
        return otherPython();
    }

    /** The version of a Python that pyenv has built: ROOT/versions/VERSION/bin/python3. */
    private static Optional<String> pyenvVersion(Path executable) {
        Path version = parent(executable, 2);
        Path root = parent(executable, 4);
        return root != null && Files.isDirectory(root.resolve("shims"))
                ? Optional.of(version.getFileName().toString())
                : Optional.empty();
    }

    private static boolean isShim(Path executable) {
        Path folder = parent(executable, 1);
        Path root = parent(executable, 2);
        return root != null && folder.endsWith("shims") && Files.isDirectory(root.resolve("versions"));
    }

    private static Path parent(Path path, int steps) {
        Path result = path;
        for (int step = 0; step < steps && result != null; step++) {
            result = result.getParent();
        }
        return result;
    }

    private static boolean isDebian() {
        return Files.exists(Path.of("/etc/debian_version"));
    }
}
