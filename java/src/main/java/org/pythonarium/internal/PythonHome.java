package org.pythonarium.internal;
import java.nio.file.Path;
record PythonHome(Path executable, Path libpython, int major, int minor) {
    static PythonHome find() {
        String home = System.getProperty("org.pythonarium.python");
        Path exe = Path.of(home);
        for (int minor = 11; minor < 15; minor++) {
            Path lib = exe.getParent().resolveSibling("lib").resolve("libpython3." + minor + ".so.1.0");
            if (java.nio.file.Files.exists(lib)) { return new PythonHome(exe, lib, 3, minor); }
        }
        throw new IllegalStateException();
    }
}
