package org.pythonarium.internal;

import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import org.pythonarium.PythonException;

/**
 * The lock of an interpreter: a lock first, and the GIL second.
 *
 * <p>Re-entrant. It belongs to an {@link Attachment}, not to a thread of the JVM: what a Java
 * thread asks for may be done by another thread, with a larger stack, and a callback from there
 * has the lock of the one that asked. Nobody waits for it while attached.
 */
final class InterpreterLock {

    private final Gate gate = new Gate();
    private Attachment owner; // its own threads alone see it right, as Gate's users need
    private int holds; // only the owner touches it
    private volatile String closed;

    /** Tells whether this attachment, which is the calling thread's, holds the lock. */
    boolean isHeldBy(Attachment attachment) {
        return owner == attachment;
    }

    /** Returns the calling thread's attachment if that holds the lock, and is known by a look; or null. */
    Attachment heldHere() {
        Attachment holder = owner; // of another thread: any of its former ones, whose thread is another too
        return holder != null && holder.owner == Thread.currentThread() ? holder : null;
    }

    /** Tells whether anybody holds the lock. */
    boolean isHeld() {
        return gate.isShut();
    }

    /**
     * Takes the lock, waiting for it as long as it takes.
     *
     * @throws PythonException if it is closed
     */
    void lock(Attachment attachment) {
        if (owner != attachment) {
            if (!gate.tryAcquire(1)) {
                attachment.detached(() -> gate.acquire(1));
            }
            checkOpen();
            owner = attachment;
        }
        holds++;
    }

    /**
     * Takes the lock, if it is to be had at once.
     *
     * @throws PythonException if it is closed
     */
    boolean tryLock(Attachment attachment) {
        if (owner != attachment) {
            if (!gate.tryAcquire(1)) {
                return false;
            }
            checkOpen();
            owner = attachment;
        }
        holds++;
        return true;
    }

    /**
     * Takes the lock, if it is to be had within the time.
     *
     * @throws PythonException if it is closed
     */
    boolean tryLock(Attachment attachment, long nanoseconds) throws InterruptedException {
        if (owner != attachment) {
            if (!gate.tryAcquire(1) && !await(attachment, nanoseconds)) {
                return false;
            }
            checkOpen();
            owner = attachment;
        }
        holds++;
        return true;
    }

    private boolean await(Attachment attachment, long nanoseconds) throws InterruptedException {
        boolean[] got = new boolean[1];
        InterruptedException[] interrupted = new InterruptedException[1];
        attachment.detached(() -> {
            try {
                got[0] = gate.tryAcquireNanos(1, nanoseconds);
            } catch (InterruptedException failure) {
                interrupted[0] = failure;
            }
        });
        if (interrupted[0] != null) {
            throw interrupted[0];
        }
        return got[0];
    }

    /** Gives one hold back; only its holder calls this. */
    void unlock(Attachment attachment) {
        assert owner == attachment : "unlocked by " + attachment;
        if (--holds == 0) {
            owner = null;
            gate.release(1);
        }
    }

    /** Gives all holds back, if there are any, until {@link #takeBack}; returns how many. */
    int lend(Attachment attachment) {
        if (owner != attachment) {
            return 0;
        }
        int lent = holds;
        holds = 1;
        unlock(attachment);
        return lent;
    }

    /** Takes as many holds again as were lent, waiting for the lock. */
    void takeBack(Attachment attachment, int lent) {
        if (lent > 0) {
            lock(attachment);
            holds += lent - 1;
        }
    }

    /** Gives back what a thread that has ended still holds. */
    void abandon(Attachment attachment) {
        if (owner == attachment) {
            holds = 1;
            unlock(attachment);
        }
    }

    /** Refuses the lock from now on, also to those that wait for it; its holder may give it back. */
    void close(String reason) {
        closed = reason;
        gate.open();
    }

    private void checkOpen() {
        String reason = closed;
        if (reason != null) {
            gate.release(1); // who waits behind learns of it too
            throw new PythonException(reason);
        }
    }

    /**
     * One may pass at a time, who lets the next one in; once it is open, everybody may.
     *
     * <p>Who comes may overtake those who wait, which is much quicker than to wake one; but every
     * few milliseconds it is the turn of the one that has waited longest.
     */
    private static final class Gate extends AbstractQueuedSynchronizer {

        private static final long serialVersionUID = 1L;
        private static final long BETWEEN_TURNS = 5_000_000; // ns, as long as CPython lets one run

        private volatile boolean isOpen;
        private volatile boolean isTurn;
        private long lastTurn; // who is inside alone touches it

        @Override
        protected boolean tryAcquire(int ignored) {
            return isOpen || !(isTurn && hasQueuedPredecessors()) && compareAndSetState(0, 1);
        }

        @Override
        protected boolean tryRelease(int ignored) {
            if (isTurn) {
                isTurn = false;
                lastTurn = System.nanoTime();
            } else if (hasQueuedThreads()) {
                isTurn = System.nanoTime() - lastTurn > BETWEEN_TURNS;
            }
            setState(0);
            return true;
        }

        boolean isShut() {
            return getState() == 1 && !isOpen;
        }

        void open() {
            isOpen = true;
            release(1);
        }
    }
}
