package org.pythonarium.internal;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread with an ample stack that runs Python for threads that cannot.
 *
 * <p>Java's threads have a stack of 1 MiB unless told otherwise, and virtual threads change the
 * thread of the system that they run on: neither may run Python. So each of them that does has a
 * carrier from its first call until it ends, and Python sees one and the same thread all the time.
 * Then the carrier serves another one, or ends after a while. A call costs two switches of threads.
 *
 * <p>Invariants: tasks are done one at a time, in the order in which they came, so whatever a
 * former thread has left to do is done before; a task is always finished, with a result or a
 * failure; the caller waits for it uninterruptibly, and gets its interrupt flag back.
 */
final class Carrier extends Thread {

    /** How often a waiting thread looks before it sleeps. */
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 200 : 0;

    private static final long IDLE = 1_000_000_000L; // ns until a free carrier ends

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Scratch scratch = new Scratch();
    private volatile boolean isFree;
    private volatile boolean isOver;
    private Attachment attachment; // its own

    Carrier() {
        super(null, null, "python for nobody yet", Stacks.AMPLE, false);
        setDaemon(true);
    }

    // For Carriers

    /** Runs Python for an attachment, until it retires. */
    void serve(Attachment attachment) {
        add(() -> {
            setName("python for " + attachment);
            this.attachment = attachment;
            attachment.begin(this, scratch);
        });
    }

    /** Ends what the attachment has, and is free for another one. */
    void retire() {
        add(() -> attachment.end());
        Carriers.give(this);
    }

    /** Tells whether it has an attachment to serve; a free carrier does not stay for ever. */
    void setFree(boolean isFree) {
        this.isFree = isFree;
    }

    // For an interpreter with a thread of its own

    /** Starts; runs Python for one attachment, until it is dismissed. */
    void start(Attachment attachment, String name) {
        setName(name);
        this.attachment = attachment;
        add(() -> attachment.begin(this, scratch));
        start();
    }

    /** Ends what the attachment has, after what it has to do still, and then itself. */
    void dismiss() {
        add(() -> {
            try {
                attachment.end();
            } finally {
                isOver = true;
            }
        });
    }

    // Tasks

    /** Does the work on this thread and returns its result, or throws its failure. */
    <T> T call(Work<T> work) {
        Task<T> task = new Task<>(work, Thread.currentThread());
        add(task);
        return task.await();
    }

    private void add(Runnable task) {
        tasks.add(task);
        LockSupport.unpark(this);
        if (isOver) {
            refuseTasks();
        }
    }

    @Override
    public void run() {
        do {
            for (Runnable task = next(); task != null; task = next()) {
                perform(task);
            }
        } while (!isOver && (!isFree || !Carriers.dismiss(this)));
        refuseTasks();
    }

    /** Does what came too late, which its attachment refuses; any thread may do it. */
    private void refuseTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            perform(task);
        }
    }

    private void perform(Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) {
            getUncaughtExceptionHandler().uncaughtException(this, failure);
        }
    }

    /** Returns the next task; null now and then, when there is none. */
    private Runnable next() {
        for (int i = 0; i < SPINS; i++) {
            Runnable task = tasks.poll();
            if (task != null) {
                return task;
            }
            Thread.onSpinWait();
        }
        if (tasks.isEmpty() && !isOver) {
            if (isFree) {
                LockSupport.parkNanos(this, IDLE);
            } else {
                LockSupport.park(this);
            }
        }
        return tasks.poll();
    }

    private final class Task<T> implements Runnable {

        private final Work<T> work;
        private final Thread caller;
        private T result;
        private Throwable failure;
        private volatile boolean done;

        Task(Work<T> work, Thread caller) {
            this.work = work;
            this.caller = caller;
        }

        @Override
        public void run() {
            try {
                takeOverLoader();
                result = attachment.here(work);
            } catch (Throwable caught) {
                failure = caught;
            }
            done = true;
            LockSupport.unpark(caller);
        }

        /** Lets what Python calls in Java find classes as the caller does. */
        private void takeOverLoader() {
            ClassLoader loader = caller.getContextClassLoader();
            if (getContextClassLoader() != loader) {
                setContextClassLoader(loader);
            }
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
