package org.pythonarium;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Packages of the Python under test; without them a test has nothing to test. */
final class Packages {

    private Packages() {}

    /** Skips the test unless a package is there. */
    static void require(String name) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonObject found = Python.importModule("importlib.util").attr("find_spec").call(name);
            assumeTrue(!found.isNone(), () -> name + " is not installed in the Python under test");
        }
    }
}
