package org.pythonarium.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Ends the attachments of Java threads that ran Python themselves and have ended. */
final class Reaper extends Thread {

    private static final long PERIOD = 500_000_000L; // ns
    private static final List<Attachment> WATCHED = new ArrayList<>();
    private static Reaper running;

    private Reaper() {
        super(null, null, "python reaper", Stacks.AMPLE);
        setDaemon(true);
    }

    /** Has an attachment ended once its thread has. */
    static void watch(Attachment attachment) {
        synchronized (WATCHED) {
            WATCHED.add(attachment);
            if (running == null) {
                running = new Reaper();
                running.start();
            }
        }
    }

    /** Returns how many threads run Python themselves. */
    static int count() {
        synchronized (WATCHED) {
            return WATCHED.size();
        }
    }

    @Override
    public void run() {
        while (true) {
            LockSupport.parkNanos(this, PERIOD);
            orphans().forEach(Attachment::end);
        }
    }

    private static List<Attachment> orphans() {
        synchronized (WATCHED) {
            List<Attachment> orphans = WATCHED.stream().filter(Attachment::isOrphan).toList();
            WATCHED.removeAll(orphans);
            return orphans;
        }
    }
}
