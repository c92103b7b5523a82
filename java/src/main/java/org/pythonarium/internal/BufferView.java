package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pythonarium.DType;

/** A filled Py_buffer: memory of an object that may not move or go until it is released. */
final class BufferView {

    private final long view;

    private BufferView(long view) {
        this.view = view;
    }

    /** Returns a view of an object's memory; null with an error set where it has none. */
    static BufferView of(long object) {
        long view = CBuffer.PyMem_RawMalloc(CBuffer.SIZE);
        if (view == 0) {
            throw new OutOfMemoryError("Python has no memory for a view of a buffer");
        }
        if (CBuffer.PyObject_GetBuffer(object, view, CBuffer.PyBUF_RECORDS_RO) < 0) {
            CBuffer.PyMem_RawFree(view);
            return null;
        }
        return new BufferView(view);
    }

    /** Tells whether elements, or parts of them, are objects of Python's. */
    boolean hasObjects() {
        long format = at(CBuffer.FORMAT);
        boolean isName = false; // names stand between colons
        for (byte code = 1; format != 0 && code != 0; format++) {
            code = CPython.MEMORY.get(ValueLayout.JAVA_BYTE, format);
            isName ^= code == ':';
            if (code == 'O' && !isName) {
                return true;
            }
        }
        return false;
    }

    /** Gives the memory back, where no lease does. */
    void release() {
        CBuffer.PyBuffer_Release(view);
        CBuffer.PyMem_RawFree(view);
    }

    /**
     * Returns the array that the view shows; from now on its lease releases the view.
     *
     * @param origin the array of numpy's that it is, borrowed; 0 where it is none
     * @param typestr of its elements, or null where the view itself tells
     * @param isConfined whether it is for the thread alone that asks
     */
    ArrayData lend(Attachment attachment, long origin, String typestr, boolean isConfined) {
        boolean isOrigin = origin == at(CBuffer.OBJ);
        long kept = isOrigin ? 0 : origin;
        CPython.Py_IncRef(kept); // of NULL it does nothing
        long released = view; // the lease must not refer to this
        Runnable atEnd = () -> {
            CBuffer.PyBuffer_Release(released);
            CBuffer.PyMem_RawFree(released);
            CPython.Py_DecRef(kept);
        };
        Lease lease = isConfined
                ? Lease.confined(attachment, origin, at(CBuffer.OBJ), atEnd)
                : new Lease(attachment.interpreter, origin, at(CBuffer.OBJ), atEnd);
        try {
            return read(lease, typestr);
        } catch (RuntimeException | Error failure) {
            lease.close();
            throw failure;
        }
    }

    private ArrayData read(Lease lease, String typestr) {
        int axes = CPython.MEMORY.get(ValueLayout.JAVA_INT, view + CBuffer.NDIM);
        boolean isReadOnly = CPython.MEMORY.get(ValueLayout.JAVA_INT, view + CBuffer.READONLY) != 0;
        long format = at(CBuffer.FORMAT);
        ElementType type = typestr == null
                ? ElementType.ofFormat(format, at(CBuffer.ITEMSIZE)) : ElementType.parse(typestr);
        String makeUp = type.dtype() == DType.RAW && format != 0 ? CPython.MEMORY.getString(format) : null;
        ArrayData array = ArrayData.at(at(CBuffer.BUF), type, numbers(CBuffer.SHAPE, axes),
                numbers(CBuffer.STRIDES, axes), makeUp, lease, isReadOnly);
        lease.weigh(array.segment().address(), array.segment().byteSize());
        return array;
    }

    private long at(long field) {
        return CPython.MEMORY.get(ValueLayout.JAVA_LONG, view + field);
    }

    private long[] numbers(long field, int count) {
        long[] numbers = new long[count];
        if (count > 0) {
            MemorySegment.copy(
                    CPython.MEMORY, ValueLayout.JAVA_LONG, at(field), numbers, 0, count);
        }
        return numbers;
    }
}
