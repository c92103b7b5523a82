package org.pythonarium.internal;

import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.pythonarium.PythonException;
import org.pythonarium.PythonObject;

/**
 * Values, from one side to the other.
 *
 * <p>The layouts that are read here are those of every CPython with a GIL that this library
 * supports: type, size and items of list and tuple, the value of a float.
 */
final class Converter {

    private static final long OB_SIZE = 16;
    private static final long TUPLE_ITEMS = 24;
    private static final long LIST_ITEMS = 24;
    private static final long FLOAT_VALUE = 16;

    static final long NONE = CPython.address("_Py_NoneStruct");
    private static final long TRUE = CPython.address("_Py_TrueStruct");
    private static final long FALSE = CPython.address("_Py_FalseStruct");
    private static final long INT = CPython.address("PyLong_Type");
    private static final long FLOAT = CPython.address("PyFloat_Type");
    private static final long STR = CPython.address("PyUnicode_Type");
    private static final long BYTES = CPython.address("PyBytes_Type");
    private static final long LIST = CPython.address("PyList_Type");
    private static final long TUPLE = CPython.address("PyTuple_Type");
    private static final long DICT = CPython.address("PyDict_Type");

    private Converter() {}

    /**
     * Returns a new reference to what a Java value is in Python.
     *
     * @param name the variable, for messages
     * @throws PythonException if it cannot cross; the message says where inside the value
     */
    static long toPython(Attachment attachment, String name, Object value) {
        try {
            return toPython(attachment, value);
        } catch (Refusal refusal) {
            throw refusal.of(name);
        }
    }

    /**
     * Returns what an object of Python is in Java; the reference stays the caller's.
     *
     * @param name the variable, for messages
     * @throws PythonException if it cannot cross; the message says where inside the value
     */
    static Object toJava(Attachment attachment, String name, long object) {
        try {
            return toJava(attachment, object);
        } catch (Refusal refusal) {
            throw refusal.of(name);
        }
    }

    /** Returns a new reference to what a Java value is in Python. */
    static long toPython(Attachment attachment, Object value) {
        if (value == null) {
            CPython.Py_IncRef(NONE);
            return NONE;
        }
        if (value instanceof String text) {
            return Text.toPython(attachment, text);
        }
        if (value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte) {
            return Failure.check(attachment, CPython.PyLong_FromLongLong(((Number) value).longValue()));
        }
        if (value instanceof Boolean flag) {
            return CPython.PyBool_FromLong(flag ? 1 : 0);
        }
        if (value instanceof PythonObject object) {
            return ofObject(attachment, Wrapping.in(object));
        }
        if (value instanceof Double || value instanceof Float) {
            return Numbers.of(((Number) value).doubleValue());
        }
        return Functions.toPython(attachment, value);
    }

    private static long ofObject(Attachment attachment, Reference reference) {
        if (reference.interpreter() != attachment.interpreter) {
            throw new Refusal("a PythonObject of another interpreter");
        }
        long object = reference.pointer();
        CPython.Py_IncRef(object);
        return object;
    }

    /** Tells whether an object is None. */
    static boolean isNone(long object) {
        return object == NONE;
    }

    /** Returns None; borrowed. */
    static long none() {
        return NONE;
    }

    /** Returns what an object of Python is in Java; the reference stays the caller's. */
    static Object toJava(Attachment attachment, long object) {
        long type = CPython.Py_TYPE(object);
        if (type == STR) {
            return Text.toJava(attachment, object);
        }
        if (type == INT) {
            return toLong(attachment, object);
        }
        if (object == NONE) {
            return null;
        }
        if (object == TRUE || object == FALSE) {
            return object == TRUE;
        }
        if (type == FLOAT) {
            return CPython.MEMORY.get(ValueLayout.JAVA_DOUBLE, object + FLOAT_VALUE);
        }
        if (type == LIST || type == TUPLE) {
            return items(attachment, object, type == LIST);
        }
        if (type == DICT) {
            return toMap(attachment, object);
        }
        return Wrapping.of(Reference.to(attachment, object));
    }

    private static long toLong(Attachment attachment, long object) {
        long mark = attachment.scratch.mark();
        long overflow = attachment.scratch.take(Long.BYTES);
        try {
            return CPython.PyLong_AsLongLongAndOverflow(object, overflow);
        } finally {
            attachment.scratch.release(mark);
        }
    }

    private static List<Object> items(Attachment attachment, long object, boolean isList) {
        int size = Math.toIntExact(CPython.MEMORY.get(ValueLayout.JAVA_LONG, object + OB_SIZE));
        long items = isList
                ? CPython.MEMORY.get(ValueLayout.JAVA_LONG, object + LIST_ITEMS) : object + TUPLE_ITEMS;
        List<Object> result = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            result.add(toJava(attachment, CPython.MEMORY.get(ValueLayout.JAVA_LONG, items + 8L * i)));
        }
        return result;
    }

    private static Map<Object, Object> toMap(Attachment attachment, long dict) {
        Map<Object, Object> map = new LinkedHashMap<>();
        long mark = attachment.scratch.mark();
        long position = attachment.scratch.take(3 * Long.BYTES);
        CPython.MEMORY.set(ValueLayout.JAVA_LONG, position, 0);
        try {
            while (CPython.PyDict_Next(dict, position, position + 8, position + 16) != 0) {
                map.put(
                        toJava(attachment, CPython.MEMORY.get(ValueLayout.JAVA_LONG, position + 8)),
                        toJava(attachment, CPython.MEMORY.get(ValueLayout.JAVA_LONG, position + 16)));
            }
        } finally {
            attachment.scratch.release(mark);
        }
        return map;
    }
}
