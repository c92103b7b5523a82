package org.pythonarium.internal;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.pythonarium.PythonException;

/**
 * The thread that starts CPython and ends it.
 *
 * <p>CPython must be finalized by the thread that Python calls its main one, or it waits for
 * itself for ever. So one thread does both, and nothing else. It lives as long as the JVM.
 */
final class MainThread extends Thread {

    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

    MainThread() {
        super(null, null, "python main", Stacks.AMPLE, false);
        setDaemon(true);
        start();
    }

    /** Does a task on this thread some time; it must not fail. */
    void add(Runnable task) {
        tasks.add(task);
    }

    /**
     * Does a task on this thread and waits for its end.
     *
     * @return whether it has ended within the time
     */
    boolean call(Runnable task, long nanoseconds) {
        CountDownLatch done = new CountDownLatch(1);
        Throwable[] failure = new Throwable[1];
        tasks.add(() -> {
            try {
                task.run();
            } catch (Throwable caught) {
                failure[0] = caught;
            } finally {
                done.countDown();
            }
        });
        boolean inTime = await(done, nanoseconds);
        if (failure[0] != null) {
            throw Unexpected.rethrow(failure[0]);
        }
        return inTime;
    }

    /** Has a task done on this thread; what becomes of it is seen from what it does. */
    void begin(Runnable task) {
        tasks.add(() -> {
            try {
                task.run();
            } catch (PythonException ignored) {
                // as where Python cannot do it
            }
        });
    }

    private static boolean await(CountDownLatch done, long nanoseconds) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return done.await(nanoseconds, TimeUnit.NANOSECONDS);
                } catch (InterruptedException caught) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void run() {
        while (true) {
            try {
                tasks.take().run();
            } catch (InterruptedException ignored) {
                // nobody has a reason to; go on
            }
        }
    }
}
