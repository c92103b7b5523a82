package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory of Java's that Python may use.
 *
 * <p>To Python each piece is a capsule; whatever is made over the memory refers to it. With the
 * last of them the capsule goes, and its destructor lets the memory go in Java. Python calls it
 * attached, on any thread, wherever it collects garbage; nothing in it waits, and nothing is
 * thrown.
 */
final class Lent {

    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG;
    private static final long CAPSULE_POINTER = 16;

    private static final Map<Long, Lent> ALL = new ConcurrentHashMap<>();
    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final long DESTRUCTOR = destructor();

    private final Object memory; // is why it stays reachable
    private final Tenants tenants;
    private volatile long capsule; // 0 until it is made, or where nothing can fork

    private Lent(Object memory, Tenants tenants) {
        this.memory = memory;
        this.tenants = tenants;
    }

    /**
     * Returns a new capsule that keeps memory.
     *
     * @param memory an object that keeps it reachable
     * @param tenants of the arena that it is of and that have counted one more; or null
     */
    static long capsule(Attachment attachment, Object memory, Tenants tenants) {
        long number = NUMBERS.incrementAndGet(); // never 0, which a capsule cannot hold
        Lent lent = new Lent(memory, tenants);
        ALL.put(number, lent);
        long capsule = CPython.PyCapsule_New(number, 0, DESTRUCTOR);
        if (capsule == 0) {
            end(number);
            throw Failure.take(attachment);
        }
        if (attachment.interpreter.mayFork()) {
            lent.capsule = capsule;
        }
        return capsule;
    }

    /** Returns the capsules in the main interpreter, which the caller is attached to: they stay. */
    static long[] capsules() {
        return ALL.values().stream().mapToLong(lent -> lent.capsule).filter(capsule -> capsule != 0).toArray();
    }

    /** Returns how many pieces of memory Python has. */
    static int count() {
        return ALL.size();
    }

    private static void end(long number) {
        Lent lent = ALL.remove(number);
        if (lent != null && lent.tenants != null) {
            lent.tenants.leave();
        }
    }

    /** Python calls this; in the shape of {@link Upcalls}, so with more arguments than there are. */
    private static long drop(long capsule, long a, long b, long c) {
        try {
            end(CPython.MEMORY.get(J, capsule + CAPSULE_POINTER));
        } catch (Throwable failure) {
            // the memory stays; there is nobody to tell
        }
        return 0;
    }

    private static long destructor() {
        try {
            MethodHandle drop = MethodHandles.lookup().findStatic(
                    Lent.class, "drop", MethodType.methodType(
                            long.class, long.class, long.class, long.class, long.class));
            return Linker.nativeLinker().upcallStub(
                    drop, FunctionDescriptor.of(J, J, J, J, J), Arena.global()).address();
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public String toString() {
        return "lent " + memory;
    }
}
