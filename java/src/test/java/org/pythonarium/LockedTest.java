package org.pythonarium;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test whose thread holds Python's lock; it leaves neither a variable nor a context behind. */
abstract class LockedTest {

    /** The lock: a test may give it back for a while, to let another thread have it. */
    PythonGIL gil;

    @BeforeEach
    final void lock() {
        gil = PythonGIL.lock();
    }

    @AfterEach
    final void unlock() {
        PythonContextManager.setContext("main");
        PythonContextManager.deleteNonMainContexts();
        PythonContextManager.reset();
        gil.close();
    }
}
