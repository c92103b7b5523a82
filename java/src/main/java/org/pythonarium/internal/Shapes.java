package org.pythonarium.internal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The shape of calls to C: the function's address, four {@code long} arguments, a {@code long} result.
 *
 * <p>One shape serves every function with up to four pointers or integers: on each platform with 64
 * bits these are passed in registers, and a function looks at no more of them than it takes. To
 * link a shape is what takes longest of all when Python starts, and needs no Python; each further
 * one takes some milliseconds more.
 */
final class Shapes {

    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG;

    static final MethodHandle J4 =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(J, J, J, J, J));

    private Shapes() {}

    /** Links it, unless it is. */
    static void link() {
        // initialising this class has done it
    }
}
