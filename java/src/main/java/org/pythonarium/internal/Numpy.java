package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;

/**
 * What is used of numpy in one interpreter: two functions of its C API, and its dtypes.
 *
 * <p>The places in numpy's table of functions have been the same since numpy 1.7, and are so in
 * numpy 2. Every method is called attached.
 */
final class Numpy {

    // Places in the table
    private static final int ARRAY_TYPE = 2;
    private static final int NEW_FROM_DESCR = 94;
    private static final int SET_BASE_OBJECT = 282;

    /** Where an array has the address of its first element. */
    private static final long DATA = 16;

    private static final int WRITEABLE = 0x400;
    private static final int KNOWN_TYPES = 256;

    private final long dtype;
    private final long arrayType;
    private final MemorySegment newFromDescr;
    private final MemorySegment setBaseObject;
    private final Map<String, Long> descriptors = new HashMap<>();

    private Numpy(long table, long dtype) {
        this.dtype = dtype;
        arrayType = at(table, ARRAY_TYPE);
        newFromDescr = MemorySegment.ofAddress(at(table, NEW_FROM_DESCR));
        setBaseObject = MemorySegment.ofAddress(at(table, SET_BASE_OBJECT));
    }

    /** Imports numpy; the error that says that it cannot names the command that mends it. */
    static Numpy load(Attachment attachment) {
        PythonModule module = attachment.interpreter.arrays(attachment);
        long loaded = module.call(attachment, "load");
        try {
            long capsule = CPython.PyTuple_GetItem(loaded, 0);
            long dtype = CPython.PyTuple_GetItem(loaded, 1);
            long table = CPython.PyCapsule_GetPointer(capsule, 0);
            CPython.Py_IncRef(dtype);
            return new Numpy(Failure.check(attachment, table), dtype);
        } finally {
            CPython.Py_DecRef(loaded);
        }
    }

    private static long at(long table, int place) {
        return CPython.MEMORY.get(ValueLayout.JAVA_LONG, table + 8L * place);
    }

    /**
     * Returns a new array over memory of Java's.
     *
     * @param owner is kept until the last view of the memory has gone; stays the caller's
     */
    long over(Attachment attachment, ArrayData data, long owner) {
        long address = data.segment().address() + data.start();
        long array = make(attachment, data, address, data.segment().isReadOnly() ? 0 : WRITEABLE);
        CPython.Py_IncRef(owner); // stolen by the call
        if ((int) CPython.call(setBaseObject, array, owner) < 0) {
            CPython.Py_DecRef(array);
            throw Failure.take(attachment);
        }
        return array;
    }

    /** Returns a new array that has a copy of the elements in memory of its own. */
    long copy(Attachment attachment, ArrayData data) {
        long array = make(attachment, data, 0, 0);
        try {
            long bytes = data.size() * data.type().itemSize();
            Elements.copy(data, CPython.MEMORY.asSlice(
                    CPython.MEMORY.get(ValueLayout.JAVA_LONG, array + DATA), bytes));
            return array;
        } catch (RuntimeException failure) {
            CPython.Py_DecRef(array);
            throw failure;
        }
    }

    /**
     * Returns a new array.
     *
     * @param address of its first element; 0 for memory of its own, in C order
     */
    private long make(Attachment attachment, ArrayData data, long address, int flags) {
        Scratch scratch = attachment.scratch;
        long mark = scratch.mark();
        int axes = data.shape().length;
        long shape = scratch.take(2L * axes * Long.BYTES);
        long strides = shape + (long) axes * Long.BYTES;
        try {
            MemorySegment.copy(data.shape(), 0, CPython.MEMORY, ValueLayout.JAVA_LONG, shape, axes);
            MemorySegment.copy(data.strides(), 0, CPython.MEMORY, ValueLayout.JAVA_LONG, strides, axes);
            long descriptor = descriptor(attachment, data.type().typestr()); // stolen by the call
            return Failure.check(attachment, CBuffer.call(newFromDescr, arrayType, descriptor,
                    axes, shape, address == 0 ? 0 : strides, address, flags, 0));
        } finally {
            scratch.release(mark);
        }
    }

    /** Returns a new reference to a dtype. */
    private long descriptor(Attachment attachment, String typestr) {
        Long known = descriptors.get(typestr);
        if (known == null) {
            if (descriptors.size() >= KNOWN_TYPES) {
                descriptors.values().forEach(CPython::Py_DecRef);
                descriptors.clear();
            }
            long text = Text.toPython(attachment, typestr);
            try {
                known = Failure.check(attachment, Kernel.vectorcall(attachment, dtype, text));
            } finally {
                CPython.Py_DecRef(text);
            }
            descriptors.put(typestr, known);
        }
        CPython.Py_IncRef(known);
        return known;
    }
}
