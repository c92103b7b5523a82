package org.pythonarium.life;

import java.util.concurrent.FutureTask;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** The kinds of Java threads that use Python: with a carrier, and without one. */
enum Kind {

    SMALL(Thread.ofPlatform().stackSize(1L << 20)),
    LARGE(Thread.ofPlatform().stackSize(16L << 20)),
    VIRTUAL(Thread.ofVirtual());

    private final Thread.Builder builder;

    Kind(Thread.Builder builder) {
        this.builder = builder;
    }

    /** Does a task in a new thread. */
    <T> T call(Callable<T> task) throws Exception {
        return start(task).get(60, TimeUnit.SECONDS);
    }

    /** Does a task in a new thread, which is not waited for. */
    <T> FutureTask<T> start(Callable<T> task) {
        FutureTask<T> result = new FutureTask<>(task);
        thread(result);
        return result;
    }

    /** Starts a new thread. */
    synchronized Thread thread(Runnable task) {
        return builder.start(task);
    }
}
