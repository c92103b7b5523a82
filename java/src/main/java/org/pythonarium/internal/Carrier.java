package org.pythonarium.internal;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.pythonarium.PythonException;

/**
 * A thread with an ample stack that runs Python for threads that cannot.
 *
 * <p>Java's threads have a stack of 1 MiB unless told otherwise, and virtual threads change the
 * thread of the system that they run on: neither may run Python. So each has a carrier, made at
 * its first call and gone soon after it has ended; Python sees one and the same thread all the
 * time. A call costs two switches of threads.
 *
 * <p>Invariants: one task runs at a time; a task that was taken is always finished, with a result
 * or a failure; the caller waits for it uninterruptibly, and gets its interrupt flag back.
 */
final class Carrier extends Thread {

    /** How often a waiting thread looks before it sleeps. */
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 200 : 0;

    private static final long SECOND = 1_000_000_000L;

    private final Queue<Task<?>> tasks = new ConcurrentLinkedQueue<>();
    private final Attachment attachment;
    private volatile boolean closing;
    private volatile boolean over;
    private PythonException failure; // why it has no interpreter, or a state in one

    Carrier(Attachment attachment, String name) {
        super(null, null, name, Stacks.AMPLE);
        this.attachment = attachment;
        setDaemon(true);
    }

    /** Does the work on this thread and returns its result, or throws its failure. */
    <T> T call(Work<T> work) {
        Task<T> task = new Task<>(work, Thread.currentThread());
        tasks.add(task);
        LockSupport.unpark(this);
        if (over) {
            refuseTasks();
        }
        return task.await();
    }

    /** Ends this thread once it has nothing more to do. */
    void close() {
        closing = true;
        LockSupport.unpark(this);
    }

    @Override
    public void run() {
        try {
            attachment.adoptThread();
            work();
            attachment.end();
        } catch (PythonException caught) {
            failure = caught;
        } finally {
            over = true;
            refuseTasks();
        }
    }

    private void work() {
        while (true) {
            Task<?> task = next();
            if (task != null) {
                task.run(attachment);
            } else if (closing || attachment.isOrphan()) {
                return;
            }
        }
    }

    private void refuseTasks() {
        for (Task<?> task = tasks.poll(); task != null; task = tasks.poll()) {
            task.end(failure != null ? failure
                    : new PythonException("this interpreter is closed; open another one"));
        }
    }

    /** Returns the next task; null now and then, when there is none. */
    private Task<?> next() {
        for (int i = 0; i < SPINS; i++) {
            Task<?> task = tasks.poll();
            if (task != null) {
                return task;
            }
            Thread.onSpinWait();
        }
        if (tasks.isEmpty() && !closing) {
            LockSupport.parkNanos(this, SECOND);
        }
        return tasks.poll();
    }

    private static final class Task<T> {

        private final Work<T> work;
        private final Thread caller;
        private T result;
        private Throwable failure;
        private volatile boolean done;

        Task(Work<T> work, Thread caller) {
            this.work = work;
            this.caller = caller;
        }

        void run(Attachment attachment) {
            try {
                result = attachment.here(work);
                end(null);
            } catch (Throwable caught) {
                end(caught);
            }
        }

        void end(Throwable caught) {
            failure = caught;
            done = true;
            LockSupport.unpark(caller);
        }

        T await() {
            for (int i = 0; i < SPINS && !done; i++) {
                Thread.onSpinWait();
            }
            boolean interrupted = false;
            while (!done) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (failure != null) {
                addCaller(failure);
                throw Unexpected.rethrow(failure);
            }
            return result;
        }

        /** Lets the stack trace go on with the frames of the thread that asked. */
        private static void addCaller(Throwable failure) {
            StackTraceElement[] inner = failure.getStackTrace();
            StackTraceElement[] outer = Thread.currentThread().getStackTrace();
            int own = Math.min(3, outer.length); // getStackTrace, addCaller, await
            StackTraceElement[] all =
                    Arrays.copyOf(inner, inner.length + outer.length - own);
            System.arraycopy(outer, own, all, inner.length, outer.length - own);
            failure.setStackTrace(all);
        }
    }
}
