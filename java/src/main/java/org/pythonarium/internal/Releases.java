package org.pythonarium.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * References to be given back, and tasks to be done, by whoever is attached next. Any thread may
 * add, at any time.
 */
final class Releases {

    private final Queue<Long> objects = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile boolean isWaiting;

    /** Has a reference given back. */
    void add(long object) {
        objects.add(object);
        isWaiting = true;
    }

    /** Has a task done, which throws nothing. */
    void add(Runnable task) {
        tasks.add(task);
        isWaiting = true;
    }

    /** Tells whether there is any. */
    boolean isWaiting() {
        return isWaiting;
    }

    /** Gives all of them back, and does the tasks; the caller is attached. */
    void work() {
        isWaiting = false;
        for (Long object = objects.poll(); object != null; object = objects.poll()) {
            CPython.Py_DecRef(object);
        }
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
