package org.pythonarium.internal;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The lock of an interpreter: a lock first, and the GIL second.
 *
 * <p>Re-entrant. It belongs to an {@link Attachment}, not to a thread of the JVM: what a Java
 * thread asks for may be done by another thread, with a larger stack, and a callback from there
 * has the lock of the one that asked. Nobody waits for it while attached.
 */
final class InterpreterLock {

    private final Semaphore free = new Semaphore(1);
    private volatile Attachment owner;
    private int holds; // only the owner touches it

    /** Tells whether this attachment holds the lock. */
    boolean isHeldBy(Attachment attachment) {
        return owner == attachment;
    }

    /** Tells whether anybody holds the lock. */
    boolean isHeld() {
        return owner != null;
    }

    /** Returns who holds the lock, or null; for messages. */
    Attachment owner() {
        return owner;
    }

    /** Takes the lock, waiting for it as long as it takes. */
    void lock(Attachment attachment) {
        if (owner != attachment && !free.tryAcquire()) {
            attachment.detached(() -> free.acquireUninterruptibly());
        }
        taken(attachment);
    }

    /** Takes the lock, if it is to be had within the time. */
    boolean tryLock(Attachment attachment, long nanoseconds) throws InterruptedException {
        if (owner != attachment && !free.tryAcquire()) {
            boolean[] got = new boolean[1];
            InterruptedException[] interrupted = new InterruptedException[1];
            attachment.detached(() -> {
                try {
                    got[0] = free.tryAcquire(nanoseconds, TimeUnit.NANOSECONDS);
                } catch (InterruptedException failure) {
                    interrupted[0] = failure;
                }
            });
            if (interrupted[0] != null) {
                throw interrupted[0];
            }
            if (!got[0]) {
                return false;
            }
        }
        taken(attachment);
        return true;
    }

    /** Gives one hold back; only its holder calls this. */
    void unlock(Attachment attachment) {
        assert owner == attachment : "unlocked by " + attachment;
        if (--holds == 0) {
            owner = null;
            free.release();
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

    private void taken(Attachment attachment) {
        owner = attachment;
        holds++;
    }
}
