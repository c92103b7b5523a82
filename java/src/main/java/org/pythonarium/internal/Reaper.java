package org.pythonarium.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Ends the attachments of Java threads that have ended.
 *
 * <p>Java tells nobody of the end of a thread, so they are looked through now and then. A thread
 * that has ended keeps nothing but memory until then.
 */
final class Reaper extends Thread {

    private static final long PERIOD = 200_000_000L; // ns
    private static final long BETWEEN_SWEEPS = 1_000_000L; // ns

    private static final Set<Attachment> WATCHED = ConcurrentHashMap.newKeySet();
    private static final ReentrantLock SWEEPING = new ReentrantLock();
    private static Reaper running;
    private static volatile long lastSweep = System.nanoTime();

    private Reaper() {
        super(null, null, "python reaper", Stacks.AMPLE, false);
        setDaemon(true);
    }

    /** Has an attachment ended once its thread has. */
    static void watch(Attachment attachment) {
        WATCHED.add(attachment);
        if (running == null) {
            startOnce();
        }
        LockSupport.unpark(running);
    }

    /** Watches no longer over an attachment that has ended. */
    static void forget(Attachment attachment) {
        WATCHED.remove(attachment);
    }

    private static synchronized void startOnce() {
        if (running == null) {
            running = new Reaper();
            running.start();
        }
    }

    /** Returns the attachments of threads that live, and some of those that do not. */
    static Set<Attachment> watched() {
        return WATCHED;
    }

    /** Returns how many there are. */
    static int count() {
        return WATCHED.size();
    }

    /** Frees the carriers of threads that have ended; any thread may do it. */
    static void sweepCarried() {
        long now = System.nanoTime();
        if (now - lastSweep > BETWEEN_SWEEPS) {
            sweep(true);
            lastSweep = System.nanoTime();
        }
    }

    private static void sweep(boolean onlyCarried) {
        if (!SWEEPING.tryLock()) {
            return; // somebody does it
        }
        try {
            for (Attachment attachment : WATCHED) {
                if (attachment.isOrphan() && !(onlyCarried && attachment.isDirect())
                        && attachment.retire()) {
                    WATCHED.remove(attachment);
                }
            }
        } finally {
            SWEEPING.unlock();
        }
    }

    @Override
    public void run() {
        while (true) {
            if (WATCHED.isEmpty()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, PERIOD);
            }
            try {
                sweep(false);
            } catch (Throwable failure) {
                getUncaughtExceptionHandler().uncaughtException(this, failure);
            }
        }
    }
}
