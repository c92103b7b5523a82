package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.pythonarium.PythonException;

/**
 * Starts CPython as {@code VENV/bin/python -I -X utf8} would start.
 *
 * <p>The executable's path as first argument is all that CPython needs: from it come the prefix,
 * {@code sys.executable} and the packages. No signal handler is installed, no environment variable
 * read. {@code PyConfig} is as large as it may be and never looked into; of {@code PyPreConfig},
 * ten ints, one is set.
 */
final class Startup {

    private static final long CONFIG_BYTES = 16 * 1024;
    private static final long PRECONFIG_BYTES = 1024;
    private static final long UTF8_MODE = 7;

    /** PyStatus: kind, function, message, exit code. */
    private static final StructLayout STATUS = MemoryLayout.structLayout(
            ValueLayout.JAVA_INT, MemoryLayout.paddingLayout(4),
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT, MemoryLayout.paddingLayout(4));

    private static final long STATUS_MESSAGE = 16;

    /** Tells whether a result of this size comes by an address that is passed as first argument. */
    private static final boolean PASSES_RESULT = System.getProperty("os.arch").equals("amd64");

    /** Linked where the address of a result is passed in another way. */
    private static final class Linked {
        private static final MethodHandle STATUS_OF_3 = Linker.nativeLinker().downcallHandle(
                FunctionDescriptor.of(
                        STATUS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    }

    private Startup() {}

    /**
     * Starts CPython in the calling thread, which holds the GIL from then on.
     *
     * @throws PythonException if CPython says that it cannot start
     */
    static void initialize(String executable) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment preconfig = arena.allocate(PRECONFIG_BYTES, 16);
            call("PyPreConfig_InitIsolatedConfig", preconfig);
            preconfig.setAtIndex(ValueLayout.JAVA_INT, UTF8_MODE, 1);
            check(arena, executable, "Py_PreInitialize", preconfig.address(), 0, 0);

            MemorySegment config = arena.allocate(CONFIG_BYTES, 16);
            call("PyConfig_InitIsolatedConfig", config);
            MemorySegment argv = arena.allocate(ValueLayout.JAVA_LONG);
            argv.set(ValueLayout.JAVA_LONG, 0, arena.allocateFrom(executable).address());
            check(arena, executable, "PyConfig_SetBytesArgv", config.address(), 1, argv.address());
            check(arena, executable, "Py_InitializeFromConfig", config.address(), 0, 0);
            call("PyConfig_Clear", config);
        }
    }

    private static void call(String function, MemorySegment argument) {
        CPython.call(CPython.find(function), argument.address());
    }

    private static void check(
            Arena arena, String executable, String function, long a, long b, long c) {
        String reason = failure(arena, function, a, b, c);
        if (reason != null) {
            throw new PythonException("Python cannot start as " + executable + ": " + reason
                    + "; run `" + executable + " -I -c pass` to see more");
        }
    }

    /**
     * Calls a function that returns a PyStatus; returns why it has failed, or null.
     *
     * <p>It has up to three arguments; what it does not take is passed in vain.
     */
    static String failure(Arena arena, String function, long a, long b, long c) {
        MemorySegment status = status(arena, CPython.find(function), a, b, c);
        if (status.get(ValueLayout.JAVA_INT, 0) == 0) {
            return null;
        }
        long message = status.get(ValueLayout.JAVA_LONG, STATUS_MESSAGE);
        return message == 0 ? "no reason was given" : CPython.MEMORY.getString(message);
    }

    private static MemorySegment status(Arena arena, MemorySegment function, long a, long b, long c) {
        if (PASSES_RESULT) {
            MemorySegment status = arena.allocate(STATUS);
            CPython.call(function, status.address(), a, b, c);
            return status;
        }
        try {
            return (MemorySegment) Linked.STATUS_OF_3.invokeExact(
                    function, (SegmentAllocator) arena, a, b, c);
        } catch (Throwable failure) {
            throw Unexpected.rethrow(failure);
        }
    }
}
