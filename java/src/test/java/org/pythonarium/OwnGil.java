package org.pythonarium;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.pythonarium.internal.PythonHome;

/** Whether this Python has interpreters with their own GIL. */
final class OwnGil {

    private OwnGil() {}

    static boolean isThere() {
        return PythonHome.find().version().minor() >= 12;
    }

    static void assume() {
        assumeTrue(isThere(), "needs Python 3.12");
    }
}
