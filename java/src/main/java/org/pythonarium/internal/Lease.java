package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Memory of Python's that Java may use, until the lease is closed or Java has let go of every
 * segment of it, whichever comes first.
 *
 * <p>Whoever uses a segment after the end gets an {@link IllegalStateException}, as with a closed
 * arena, and touches no memory. What Python needs to hear at the end it hears once, attached,
 * soon: at once where nobody uses the interpreter, or else with its next call.
 *
 * <p>Any thread may use the memory of a shared lease, and close it; then the JVM asks each thread
 * whether it does. A confined one is its thread's alone, and nobody has to be asked.
 */
public final class Lease {

    private final Arena arena;
    private final End end;
    private final Cleaner.Cleanable atEnd;
    private final long origin;
    private final long exporter;

    /**
     * Makes a shared lease.
     *
     * @param origin the array of Python's that the memory is shown as; or 0
     * @param exporter the object that has the memory; like the origin it lives as long as the lease
     * @param atEnd what is done at the end, attached; it refers neither to the lease nor its memory
     */
    Lease(Interpreter interpreter, long origin, long exporter, Runnable atEnd) {
        this(Arena.ofShared(), interpreter, origin, exporter, atEnd);
    }

    private Lease(Arena arena, Interpreter interpreter, long origin, long exporter, Runnable atEnd) {
        this.arena = arena;
        this.origin = origin;
        this.exporter = exporter;
        end = new End(interpreter, atEnd);
        this.atEnd = Reference.CLEANER.register(arena.scope(), end); // every segment refers to the scope
    }

    /**
     * Makes a lease that is confined to the attachment's owner; a shared one where another thread
     * runs Python for the owner.
     */
    static Lease confined(Attachment attachment, long origin, long exporter, Runnable atEnd) {
        Arena arena = attachment.owner == Thread.currentThread() ? Arena.ofConfined() : Arena.ofShared();
        return new Lease(arena, attachment.interpreter, origin, exporter, atEnd);
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
     * Ends it; the second time it does nothing.
     *
     * @throws IllegalStateException if a native function uses the memory at this moment
     * @throws WrongThreadException if it is another thread's
     */
    public void close() {
        if (isOpen()) {
            arena.close();
            atEnd.clean();
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
