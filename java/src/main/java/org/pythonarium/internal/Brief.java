package org.pythonarium.internal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls to C that end at once, and so need not let the JVM know that they are on.
 *
 * <p>That saves three quarters of a call's time. No function may be called so that could wait,
 * run code of Python's, or call Java: the JVM could not collect garbage meanwhile, or would
 * crash. Those that may are named here, each with the reason.
 *
 * <p>Initialising this class links it ({@link #link}), which takes some milliseconds.
 */
final class Brief {

    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG;
    private static final MethodHandle J1 = Linker.nativeLinker()
            .downcallHandle(FunctionDescriptor.of(J, J), Linker.Option.critical(false));

    private Brief() {}

    /** Links, unless that was done; the caller has seen that the stack has room for it. */
    static void link() {
        // initialising this class has done it
    }

    /** {@code _setjmp}: stores registers. */
    static void setjmp(MemorySegment function, long buffer) {
        call(function, buffer);
    }

    private static long call(MemorySegment function, long a) {
        try {
            return (long) J1.invokeExact(function, a);
        } catch (Throwable failure) {
            throw Unexpected.rethrow(failure);
        }
    }
}
