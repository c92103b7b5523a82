package org.pythonarium.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** References to be given back by whoever is attached next. Any thread may add, at any time. */
final class Releases {

    private final Queue<Long> objects = new ConcurrentLinkedQueue<>();
    private volatile boolean isWaiting;

    /** Has a reference given back. */
    void add(long object) {
        objects.add(object);
        isWaiting = true;
    }

    /** Tells whether there is any. */
    boolean isWaiting() {
        return isWaiting;
    }

    /** Gives all of them back; the caller is attached. */
    void work() {
        isWaiting = false;
        for (Long object = objects.poll(); object != null; object = objects.poll()) {
            CPython.Py_DecRef(object);
        }
    }
}
