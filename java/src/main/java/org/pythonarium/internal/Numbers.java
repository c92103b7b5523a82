package org.pythonarium.internal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Numbers of Python's, made and read as quickly as can be. Used attached. */
final class Numbers {

    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG;
    private static final long INT = CPython.address("PyLong_Type");
    private static final long FLOAT = CPython.address("PyFloat_Type");

    // An int has, behind its head, a word about sign and size, and then its digits of 30 bits.
    private static final long INT_WORD = 16;
    private static final long INT_DIGIT = 24;
    private static final long FLOAT_VALUE = 16;

    /** Whether the word of an int holds its size above three bits with its sign, as from 3.12 on. */
    private static final boolean IS_TAGGED = Launcher.main().minorVersion() >= 12;

    /** Made when the first float is. */
    private static final class Floats {
        private static final MethodHandle FROM_DOUBLE = Linker.nativeLinker().downcallHandle(
                CPython.find("PyFloat_FromDouble"), FunctionDescriptor.of(J, ValueLayout.JAVA_DOUBLE));
    }

    private Numbers() {}

    /** Returns a new int. */
    static long of(long number) {
        return made(CPython.PyLong_FromLongLong(number));
    }

    /** Returns a new reference to True or False. */
    static long of(boolean flag) {
        return CPython.PyBool_FromLong(flag ? 1 : 0);
    }

    /** Returns a new float. */
    static long of(double number) {
        try {
            return made((long) Floats.FROM_DOUBLE.invokeExact(number));
        } catch (Throwable failure) {
            throw Unexpected.rethrow(failure);
        }
    }

    /**
     * Returns the value of an int.
     *
     * @throws Uncommon if the object is none, or has more than 32 bits
     */
    static int toInt(long object) {
        long number = toLong(object);
        if ((int) number != number) {
            throw Uncommon.IT;
        }
        return (int) number;
    }

    /**
     * Returns the value of an int.
     *
     * @throws Uncommon if the object is none, or has more than 60 bits
     */
    static long toLong(long object) {
        if (CPython.Py_TYPE(object) != INT) {
            throw Uncommon.IT;
        }
        long word = CPython.MEMORY.get(J, object + INT_WORD);
        long size = IS_TAGGED ? word >>> 3 : Math.abs(word);
        if (size > 2) {
            throw Uncommon.IT;
        }
        long magnitude = size == 0 ? 0 : digit(object, 0);
        if (size == 2) {
            magnitude |= digit(object, 1) << 30;
        }
        boolean isNegative = IS_TAGGED ? (word & 3) == 2 : word < 0;
        return isNegative ? -magnitude : magnitude;
    }

    private static long digit(long object, int index) {
        return CPython.MEMORY.get(ValueLayout.JAVA_INT, object + INT_DIGIT + 4L * index);
    }

    /**
     * Returns the value of a float.
     *
     * @throws Uncommon if the object is none
     */
    static double toDouble(long object) {
        if (CPython.Py_TYPE(object) != FLOAT) {
            throw Uncommon.IT;
        }
        return CPython.MEMORY.get(ValueLayout.JAVA_DOUBLE, object + FLOAT_VALUE);
    }

    private static long made(long object) {
        if (object == 0) {
            CPython.PyErr_Clear();
            throw new OutOfMemoryError("Python has no memory for a number");
        }
        return object;
    }
}
