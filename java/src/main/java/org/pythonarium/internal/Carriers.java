package org.pythonarium.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import org.pythonarium.PythonException;

/**
 * The carriers that nobody uses at present.
 *
 * <p>There are as many carriers in all as Java threads that need one live at a time, and have run
 * Python: one that is wanted is first looked for here, then among those of threads that have ended
 * since, and only then made.
 */
final class Carriers {

    private static final Deque<Carrier> FREE = new ArrayDeque<>(); // the last used one first

    private Carriers() {}

    /**
     * Returns a carrier for an attachment.
     *
     * @throws PythonException if the system gives no more threads
     */
    static Carrier take(Attachment attachment) {
        Carrier carrier = poll();
        if (carrier == null) {
            Reaper.sweepCarried();
            carrier = poll();
        }
        if (carrier == null) {
            carrier = make();
        }
        carrier.serve(attachment);
        return carrier;
    }

    private static Carrier make() {
        Carrier carrier = new Carrier();
        try {
            carrier.start();
        } catch (OutOfMemoryError failure) {
            throw new PythonException("no thread can be made to run Python: " + failure.getMessage()
                    + "; " + Reaper.count() + " threads use Python, let fewer live at a time", failure);
        }
        return carrier;
    }

    private static synchronized Carrier poll() {
        Carrier carrier = FREE.poll();
        if (carrier != null) {
            carrier.setFree(false);
        }
        return carrier;
    }

    /** Takes a carrier back, whatever it still has to do. */
    static synchronized void give(Carrier carrier) {
        carrier.setFree(true);
        FREE.push(carrier);
        LockSupport.unpark(carrier); // from now on it does not wait for ever
    }

    /** Lets a carrier that has been free for long go; false if it was taken meanwhile. */
    static synchronized boolean dismiss(Carrier carrier) {
        return FREE.remove(carrier);
    }
}
