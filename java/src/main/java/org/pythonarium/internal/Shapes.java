package org.pythonarium.internal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Collections;

/**
 * The shapes of calls to C: so many {@code long} arguments, and a {@code long} result.
 *
 * <p>Each takes the function's address first, so one serves all functions of its shape. To link
 * the first one is what takes longest of all when Python starts, and needs no Python.
 */
final class Shapes {

    static final MethodHandle J2 = shape(2); // the first that is needed
    static final MethodHandle J0 = shape(0);
    static final MethodHandle J1 = shape(1);
    static final MethodHandle J3 = shape(3);
    static final MethodHandle J4 = shape(4);

    private Shapes() {}

    /** Links all of them, unless they are. */
    static void link() {
        // initialising this class has done it
    }

    private static MethodHandle shape(int arguments) {
        MemoryLayout[] layouts =
                Collections.nCopies(arguments, ValueLayout.JAVA_LONG).toArray(MemoryLayout[]::new);
        return Linker.nativeLinker()
                .downcallHandle(FunctionDescriptor.of(ValueLayout.JAVA_LONG, layouts));
    }
}
