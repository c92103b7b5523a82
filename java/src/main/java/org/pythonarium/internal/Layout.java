package org.pythonarium.internal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Objects of Python's in memory: what is read there, instead of asked for by a call for each item.
 *
 * <p>Laid out so by every CPython with a GIL that this library supports; what differs between
 * versions is found out by looking at objects with known values. Used attached, and first so.
 */
final class Layout {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    /** What every JVM can have in one array. */
    private static final int LARGEST_SIZE = Integer.MAX_VALUE - 8;

    private static final long SIZE = 16;
    private static final long LIST_ITEMS = 24;
    private static final long FLOAT_VALUE = 16;
    private static final long INT_DIGIT = 24;

    /** Where a tuple's items begin: from CPython 3.14 on its hash is before them. */
    private static final long TUPLE_ITEMS = tupleItems();

    /** How the word before an int's digits says its size: 3.11 by a count with the sign. */
    private static final boolean IS_COUNT = readsInts(true);

    /** From 3.12 on by a count above three bits, of which the lowest two are the sign. */
    private static final boolean IS_TAG = !IS_COUNT && readsInts(false);

    /** Made when the first float is. */
    private static final class Floats {
        private static final MethodHandle FROM_DOUBLE = Linker.nativeLinker().downcallHandle(
                CPython.find("PyFloat_FromDouble"),
                FunctionDescriptor.of(WORD, ValueLayout.JAVA_DOUBLE));
    }

    private Layout() {}

    static long word(long address) {
        return CPython.MEMORY.get(WORD, address);
    }

    /** Returns a new float, or 0. */
    static long newFloat(double value) {
        try {
            return (long) Floats.FROM_DOUBLE.invokeExact(value);
        } catch (Throwable failure) {
            throw Unexpected.rethrow(failure);
        }
    }

    /** Returns the value of a float. */
    static double floatValue(long object) {
        return CPython.MEMORY.get(ValueLayout.JAVA_DOUBLE, object + FLOAT_VALUE);
    }

    /** Returns how many items a list, tuple or dict has. */
    static long size(long object) {
        return word(object + SIZE);
    }

    /**
     * Returns a size that an array or collection of Java's can have.
     *
     * @throws Refusal if it is larger
     */
    static int javaSize(long size) {
        if (size > LARGEST_SIZE) {
            throw Refusal.toJava("a value of " + size + " parts, more than " + LARGEST_SIZE + ",");
        }
        return (int) size;
    }

    /** Returns where the items of a list are now. */
    static long listItems(long list) {
        return word(list + LIST_ITEMS);
    }

    /** Returns where the items of a tuple are. */
    static long tupleItems(long tuple) {
        return tuple + TUPLE_ITEMS;
    }

    /** Returns an item; borrowed. */
    static long item(long items, long index) {
        return word(items + index * Long.BYTES);
    }

    /** Writes an item into a new list; steals. */
    static void setItem(long items, long index, long object) {
        CPython.MEMORY.set(WORD, items + index * Long.BYTES, object);
    }

    /** Tells whether an object may be in two places. */
    static boolean isShared(long object) {
        return CPython.MEMORY.get(ValueLayout.JAVA_INT, object) != 1;
    }

    /** Tells whether an int has one digit at most, and {@link #smallInt} reads it. */
    static boolean isSmallInt(long object) {
        long word = word(object + SIZE);
        return IS_TAG ? word >>> 4 == 0 : IS_COUNT && word >= -1 && word <= 1;
    }

    /** Returns the value of such an int. */
    static long smallInt(long object) {
        return smallInt(object, IS_COUNT);
    }

    private static long smallInt(long object, boolean isCount) {
        long word = word(object + SIZE);
        long digit = CPython.MEMORY.get(ValueLayout.JAVA_INT, object + INT_DIGIT);
        return (isCount ? word : 1 - (word & 3)) * digit;
    }

    // What this CPython is like

    private static long tupleItems() {
        long tuple = CPython.PyTuple_New(1);
        CPython.Py_IncRef(Types.NONE);
        CPython.PyTuple_SetItem(tuple, 0, Types.NONE);
        try {
            for (long offset = SIZE + Long.BYTES; offset <= SIZE + 2 * Long.BYTES; offset += Long.BYTES) {
                if (word(tuple + offset) == Types.NONE) {
                    return offset;
                }
            }
        } finally {
            CPython.Py_DecRef(tuple);
        }
        throw new IllegalStateException("this CPython lays out tuples in an unknown way");
    }

    private static boolean readsInts(boolean isCount) {
        boolean reads = true;
        for (long value : new long[] {0, 1, -1, 7, (1 << 30) - 1, 1 - (1 << 30)}) {
            long object = CPython.PyLong_FromLongLong(value);
            reads &= smallInt(object, isCount) == value;
            CPython.Py_DecRef(object);
        }
        return reads;
    }
}
