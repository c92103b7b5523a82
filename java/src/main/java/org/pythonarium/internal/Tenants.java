package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The arrays of Python over the memory of one arena, which can be closed when there are none. */
public final class Tenants {

    private static final int CLOSED = Integer.MIN_VALUE;

    private static final Map<MemorySegment.Scope, Tenants> ALL = new ConcurrentHashMap<>();

    private final Arena arena;
    private final AtomicInteger count = new AtomicInteger();

    /** Watches over an arena from now on; only {@link #close} closes it. */
    public Tenants(Arena arena) {
        this.arena = arena;
        ALL.put(arena.scope(), this);
    }

    /** Returns those of the arena that has the scope, or null if nobody watches over it. */
    static Tenants of(MemorySegment.Scope scope) {
        return ALL.get(scope);
    }

    /**
     * Counts one more.
     *
     * @throws IllegalStateException if the arena is closed
     */
    void enter() {
        if (count.getAndUpdate(tenants -> tenants < 0 ? tenants : tenants + 1) < 0) {
            throw new IllegalStateException("Already closed");
        }
    }

    /** Counts one less. */
    void leave() {
        count.decrementAndGet();
    }

    /** Returns how many there are. */
    public int count() {
        return Math.max(0, count.get());
    }

    /**
     * Closes the arena.
     *
     * @throws IllegalStateException if there are any, or it is closed
     */
    public void close() {
        if (!count.compareAndSet(0, CLOSED)) {
            int tenants = count.get();
            throw new IllegalStateException(tenants < 0 ? "Already closed"
                    : "Python still uses " + tenants + (tenants == 1 ? " array" : " arrays")
                            + " over this memory; next: delete the variables there, then close");
        }
        ALL.remove(arena.scope());
        arena.close();
    }
}
