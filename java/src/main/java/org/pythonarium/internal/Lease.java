package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Memory of Python's that Java may use, until the lease is closed or Java has let go of every
 * segment of it, whichever comes first.
 *
 * <p>Whoever uses a segment after the end gets an {@link IllegalStateException}, as with a closed
 * arena, and touches no memory. What Python needs to hear at the end it hears once, attached,
 * soon: at once where nobody uses the interpreter, or else with its next call.
 */
public final class Lease {

    private final Arena arena = Arena.ofShared();
    private final End end;
    private final long origin;
    private final long exporter;

    /**
     * @param origin the array of Python's that the memory is shown as; or 0
     * @param exporter the object that has the memory; like the origin it lives as long as the lease
     * @param atEnd what is done at the end, attached; it refers neither to the lease nor its memory
     */
    Lease(Interpreter interpreter, long origin, long exporter, Runnable atEnd) {
        this.origin = origin;
        this.exporter = exporter;
        end = new End(interpreter, atEnd);
        Reference.CLEANER.register(arena.scope(), end); // every segment refers to the scope
    }

    /**
     * Says how much memory is on lease; done once, attached.
     *
     * @param address where it is, which tells it from other memory
     */
    void weigh(long address, long bytes) {
        end.interpreter.pressure.add(address, bytes);
        end.address = address;
    }

    /** Returns memory of Python's as long as the lease lasts. */
    public MemorySegment segment(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, arena, null);
    }

    /** Tells whether it lasts. */
    public boolean isOpen() {
        return arena.scope().isAlive();
    }

    /** Returns the array of Python's that the memory is shown as, borrowed; 0 where it is none. */
    long origin() {
        return origin;
    }

    /** Returns the object of Python's that has the memory, borrowed. */
    long exporter() {
        return exporter;
    }

    /** Returns the interpreter whose memory it is. */
    Interpreter interpreter() {
        return end.interpreter;
    }

    /**
     * Ends it; the second time it does nothing. Any thread may do so.
     *
     * @throws IllegalStateException if another thread reads the memory at this moment
     */
    public void close() {
        if (isOpen()) {
            arena.close();
            end.run();
            end.interpreter.releaseNow();
        }
    }

    private static final class End implements Runnable {

        private final Interpreter interpreter;
        private final Runnable task;
        private final AtomicBoolean isDone = new AtomicBoolean();
        private volatile long address;

        End(Interpreter interpreter, Runnable task) {
            this.interpreter = interpreter;
            this.task = task;
        }

        @Override
        public void run() {
            if (isDone.compareAndSet(false, true)) {
                interpreter.releases.add(this::finish);
            }
        }

        private void finish() {
            if (address != 0) {
                interpreter.pressure.remove(address);
            }
            task.run();
        }
    }
}
