package org.pythonarium;

import java.util.concurrent.TimeUnit;
import org.pythonarium.internal.Guard;

/**
 * The right to use Python, for the thread that took it.
 *
 * <p>Several threads take turns with it. The thread that first used Python needs none; any other
 * one uses Python inside of
 *
 * <pre>{@code
 * try (PythonGIL gil = PythonGIL.lock()) {
 *     PythonExecutioner.exec("x = 42");
 * }
 * }</pre>
 *
 * <p>It is re-entrant, and only the thread that took it gives it back. It is a lock of Java's in
 * front of CPython's GIL: a script that sleeps, or a Java thread that waits for the lock, keeps
 * nobody from the GIL. Java code that Python has called needs none.
 */
public final class PythonGIL implements AutoCloseable {

    private final Guard guard;

    private PythonGIL(Guard guard) {
        this.guard = guard;
    }

    /** Takes the right, waiting for it as long as it takes; starts Python if need be. */
    public static PythonGIL lock() {
        return new PythonGIL(Guard.lock());
    }

    /**
     * Takes the right if it is to be had within the time; returns null if it is not.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static PythonGIL tryLock(long time, TimeUnit unit) throws InterruptedException {
        Guard guard = Guard.tryLock(unit.toNanos(time));
        return guard == null ? null : new PythonGIL(guard);
    }

    /**
     * Lends the calling thread's right to whoever wants it, until the loan is closed.
     *
     * <p>For a function that Python has called and that waits for another thread which uses
     * Python: without the loan each would wait for the other.
     *
     * <pre>{@code
     * try (PythonGIL.Loan loan = PythonGIL.lend()) {
     *     future.get();
     * }
     * }</pre>
     */
    public static Loan lend() {
        return new Loan();
    }

    /** The right of a thread, lent to others. */
    public static final class Loan implements AutoCloseable {

        private final org.pythonarium.internal.Loan loan = org.pythonarium.internal.Loan.open();

        private Loan() {}

        /**
         * Takes the right back, waiting for it as long as it takes; the second time it does
         * nothing.
         *
         * @throws PythonException if another thread lent it
         */
        @Override
        public void close() {
            loan.close();
        }
    }

    /** Tells whether any thread has the right; starts nothing. */
    public static boolean locked() {
        return Guard.isLocked();
    }

    /** Tells whether the calling thread has taken the right; starts nothing. */
    public static boolean lockedByMe() {
        return Guard.isLockedByMe();
    }

    /**
     * Checks that the calling thread may use Python as things are.
     *
     * @throws PythonException if it is not the thread that first did, and has not taken the right
     */
    public static void assertThreadSafe() {
        Guard.check();
    }

    /** Does nothing: Python's main thread is a thread of its own here. Kept for old programs. */
    public static void setMainThreadState() {
        // see above
    }

    /**
     * Gives the right back; the second time it does nothing.
     *
     * @throws PythonException if another thread took it
     */
    @Override
    public void close() {
        guard.close();
    }
}
