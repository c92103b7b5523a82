package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Arrays of primitives to Python: byte[] as bytes, char[] as str, the others as lists. */
final class PrimitiveArrays {

    private PrimitiveArrays() {}

    /** Returns a new reference to what an array is in Python. */
    static long toPython(Attachment attachment, Object array) {
        if (array instanceof byte[] bytes) {
            return bytes(attachment, MemorySegment.ofArray(bytes));
        }
        if (array instanceof char[] text) {
            return Text.toPython(attachment, new String(text));
        }
        return list(attachment, array);
    }

    private static long list(Attachment attachment, Object array) {
        if (array instanceof int[] numbers) {
            return list(attachment, numbers.length, i -> CPython.PyLong_FromLongLong(numbers[i]));
        }
        if (array instanceof long[] numbers) {
            return list(attachment, numbers.length, i -> CPython.PyLong_FromLongLong(numbers[i]));
        }
        if (array instanceof double[] numbers) {
            return list(attachment, numbers.length, i -> Layout.newFloat(numbers[i]));
        }
        if (array instanceof float[] numbers) {
            return list(attachment, numbers.length, i -> Layout.newFloat(numbers[i]));
        }
        if (array instanceof short[] numbers) {
            return list(attachment, numbers.length, i -> CPython.PyLong_FromLongLong(numbers[i]));
        }
        boolean[] truths = (boolean[]) array;
        return list(attachment, truths.length, i -> CPython.PyBool_FromLong(truths[i] ? 1 : 0));
    }

    /** Makes the item at an index; a new reference, or 0. */
    @FunctionalInterface
    private interface Item {
        long at(int index);
    }

    private static long list(Attachment attachment, int size, Item item) {
        long list = Failure.check(attachment, CPython.PyList_New(size));
        for (int i = 0; i < size; i++) {
            long object = item.at(i);
            if (object == 0) {
                CPython.Py_DecRef(list);
                throw Failure.take(attachment);
            }
            Layout.setItem(Layout.listItems(list), i, object);
        }
        return list;
    }

    /** Returns a new bytes object, filled in one block. */
    static long bytes(Attachment attachment, MemorySegment source) {
        long size = source.byteSize();
        long bytes = Failure.check(attachment, CPython.PyBytes_FromStringAndSize(0, size));
        MemorySegment.copy(source, 0, CPython.MEMORY, CPython.PyBytes_AsString(bytes), size);
        return bytes;
    }

    /** Returns the content of a bytes object, copied in one block. */
    static byte[] read(long bytes) {
        byte[] content = new byte[Layout.javaSize(CPython.PyBytes_Size(bytes))];
        MemorySegment.copy(CPython.MEMORY, ValueLayout.JAVA_BYTE,
                CPython.PyBytes_AsString(bytes), content, 0, content.length);
        return content;
    }
}
