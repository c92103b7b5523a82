package org.pythonarium.internal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Collections;

/**
 * The C functions of the buffer protocol and of memory, and the shape of numpy's longest one;
 * linked when the first array crosses. As in {@link CPython}, nothing is checked.
 */
final class CBuffer {

    /** Strides and format, read-only or not. */
    static final int PyBUF_RECORDS_RO = 0x18 | 0x04;

    /** Size of a Py_buffer, and where its parts are. */
    static final long SIZE = 80;
    static final long BUF = 0;
    static final long OBJ = 8;
    static final long ITEMSIZE = 24;
    static final long READONLY = 32;
    static final long NDIM = 36;
    static final long FORMAT = 40;
    static final long SHAPE = 48;
    static final long STRIDES = 56;

    private static final MethodHandle J8 = Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            Collections.nCopies(8, ValueLayout.JAVA_LONG).toArray(MemoryLayout[]::new)));

    private static final MemorySegment _PyObject_GetBuffer = CPython.find("PyObject_GetBuffer");
    private static final MemorySegment _PyBuffer_Release = CPython.find("PyBuffer_Release");
    private static final MemorySegment _PyMem_RawMalloc = CPython.find("PyMem_RawMalloc");
    private static final MemorySegment _PyMem_RawFree = CPython.find("PyMem_RawFree");

    private CBuffer() {}

    static int PyObject_GetBuffer(long a, long b, long c) {
        return (int) CPython.call(_PyObject_GetBuffer, a, b, c);
    }

    static void PyBuffer_Release(long a) {
        CPython.call(_PyBuffer_Release, a);
    }

    /** Attached or not. */
    static long PyMem_RawMalloc(long a) {
        return CPython.call(_PyMem_RawMalloc, a);
    }

    /** Attached or not. */
    static void PyMem_RawFree(long a) {
        CPython.call(_PyMem_RawFree, a);
    }

    static long call(
            MemorySegment function, long a, long b, long c, long d, long e, long f, long g, long h) {
        try {
            return (long) J8.invokeExact(function, a, b, c, d, e, f, g, h);
        } catch (Throwable failure) {
            throw Unexpected.rethrow(failure);
        }
    }
}
