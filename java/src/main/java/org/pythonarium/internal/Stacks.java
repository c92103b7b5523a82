package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/**
 * How large a thread's stack is, and how large it must be for Python.
 *
 * <p>CPython up to 3.13 counts calls instead of looking at the stack. At its default recursion
 * limit it needs up to 8 MiB; where there is less, the process dies without a word.
 */
final class Stacks {

    /** Bytes from which on a thread may run Python itself. */
    static final long ENOUGH = 16L << 20;

    /** Bytes of the stacks of threads that are made for Python. */
    static final long AMPLE = 64L << 20;

    /** Size of a buffer that holds a pthread_attr_t on any platform. */
    private static final long ATTRIBUTES = 256;

    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG;
    private static final SymbolLookup SYSTEM = Linker.nativeLinker().defaultLookup();

    private Stacks() {}

    /** Tells whether the calling platform thread may run Python itself. */
    static boolean isEnough() {
        return bounds().size() >= ENOUGH;
    }

    /** Where a stack lies, in addresses; zeros where that is not known. It grows towards low. */
    record Bounds(long low, long high) {

        static final Bounds UNKNOWN = new Bounds(0, 0);

        long size() {
            return high - low;
        }
    }

    /** Returns those of the calling thread. */
    static Bounds bounds() {
        long thread = call("pthread_self");
        if (isHere("pthread_get_stackaddr_np")) {
            long high = call("pthread_get_stackaddr_np", thread);
            return new Bounds(high - call("pthread_get_stacksize_np", thread), high);
        }
        return isHere("pthread_getattr_np") ? fromAttributes(thread) : Bounds.UNKNOWN;
    }

    private static Bounds fromAttributes(long thread) {
        try (Arena arena = Arena.ofConfined()) {
            long attributes = arena.allocate(ATTRIBUTES, 16).address();
            MemorySegment low = arena.allocate(J);
            MemorySegment size = arena.allocate(J);
            if ((int) call("pthread_getattr_np", thread, attributes) != 0) {
                return Bounds.UNKNOWN;
            }
            call("pthread_attr_getstack", attributes, low.address(), size.address());
            call("pthread_attr_destroy", attributes);
            return new Bounds(low.get(J, 0), low.get(J, 0) + size.get(J, 0));
        }
    }

    private static boolean isHere(String function) {
        return SYSTEM.find(function).isPresent();
    }

    private static long call(String function, long... arguments) {
        MemorySegment address = SYSTEM.find(function).orElseThrow();
        return switch (arguments.length) {
            case 0 -> CPython.call(address);
            case 1 -> CPython.call(address, arguments[0]);
            case 2 -> CPython.call(address, arguments[0], arguments[1]);
            default -> CPython.call(address, arguments[0], arguments[1], arguments[2]);
        };
    }
}
