package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

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

    private Stacks() {}

    /** Tells whether the calling platform thread may run Python itself. */
    static boolean isEnough() {
        return size() >= ENOUGH;
    }

    /** Returns the size in bytes of the calling thread's stack; 0 where it is not known. */
    static long size() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> self = linker.defaultLookup().find("pthread_self");
        if (self.isEmpty()) {
            return 0;
        }
        try {
            long thread = (long) handle(linker, self.get(), 0).invokeExact();
            Optional<MemorySegment> simple = linker.defaultLookup().find("pthread_get_stacksize_np");
            if (simple.isPresent()) {
                return (long) handle(linker, simple.get(), 1).invokeExact(thread);
            }
            return fromAttributes(linker, thread);
        } catch (Throwable failure) {
            throw Unexpected.rethrow(failure);
        }
    }

    private static long fromAttributes(Linker linker, long thread) throws Throwable {
        Optional<MemorySegment> attributesOf = linker.defaultLookup().find("pthread_getattr_np");
        Optional<MemorySegment> sizeIn = linker.defaultLookup().find("pthread_attr_getstacksize");
        Optional<MemorySegment> destroy = linker.defaultLookup().find("pthread_attr_destroy");
        if (attributesOf.isEmpty() || sizeIn.isEmpty() || destroy.isEmpty()) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            long attributes = arena.allocate(ATTRIBUTES, 16).address();
            MemorySegment size = arena.allocate(J);
            if ((int) (long) handle(linker, attributesOf.get(), 2).invokeExact(thread, attributes) != 0) {
                return 0;
            }
            int failed = (int) (long)
                    handle(linker, sizeIn.get(), 2).invokeExact(attributes, size.address());
            long ignored = (long) handle(linker, destroy.get(), 1).invokeExact(attributes);
            return failed == 0 ? size.get(J, 0) : 0;
        }
    }

    private static MethodHandle handle(Linker linker, MemorySegment function, int arguments) {
        return linker.downcallHandle(function, switch (arguments) {
            case 0 -> FunctionDescriptor.of(J);
            case 1 -> FunctionDescriptor.of(J, J);
            default -> FunctionDescriptor.of(J, J, J);
        });
    }
}
