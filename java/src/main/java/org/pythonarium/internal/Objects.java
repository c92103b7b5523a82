package org.pythonarium.internal;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.pythonarium.PythonException;
import org.pythonarium.PythonObject;

/**
 * What Java does with objects of Python's: each method converts, calls, and throws what Python
 * raises.
 */
public final class Objects {

    /** Tells a vectorcall that the slot before its arguments is free for it. */
    private static final long ARGUMENTS_OFFSET = 1L << 63;

    private static final Object[] NOTHING = {};

    private Objects() {}

    // Calls

    /** Calls an object by position. */
    public static PythonObject call(Reference callable, Object... arguments) {
        return call(callable, arguments, Map.of());
    }

    /** Calls an object by position and keyword. */
    public static PythonObject call(Reference callable, Object[] arguments, Map<?, ?> keywords) {
        return callable.use((attachment, object) -> {
            long result = keywords.isEmpty()
                    ? call(attachment, object, arguments)
                    : call(attachment, object, arguments, keywords);
            return adopted(attachment, result);
        });
    }

    /** Calls what Python has as attribute of one of its modules. */
    public static PythonObject call(String module, String function, Object... arguments) {
        return call(attribute(importModule(module), function), arguments, Map.of());
    }

    private static long call(Attachment attachment, long callable, Object[] arguments) {
        Scratch scratch = attachment.scratch;
        long mark = scratch.mark();
        long first = scratch.take((arguments.length + 1L) * Long.BYTES) + Long.BYTES;
        int converted = 0;
        try {
            for (; converted < arguments.length; converted++) {
                put(first, converted, argument(attachment, converted, arguments[converted]));
            }
            return Forks.returned(attachment, CPython.PyObject_Vectorcall(
                    callable, first, converted | ARGUMENTS_OFFSET, 0));
        } finally {
            drop(first, converted);
            scratch.release(mark);
        }
    }

    private static long call(
            Attachment attachment, long callable, Object[] arguments, Map<?, ?> keywords) {
        Scratch scratch = attachment.scratch;
        long mark = scratch.mark();
        long first = scratch.take((arguments.length + keywords.size() + 1L) * Long.BYTES) + Long.BYTES;
        int converted = 0;
        long names = Failure.check(attachment, CPython.PyTuple_New(keywords.size()));
        try {
            for (Object argument : arguments) {
                put(first, converted, argument(attachment, converted, argument));
                converted++;
            }
            int index = 0;
            for (Map.Entry<?, ?> keyword : keywords.entrySet()) {
                String name = keywordName(keyword.getKey());
                CPython.PyTuple_SetItem(names, index++, Text.toPython(attachment, name));
                put(first, converted, Converter.toPython(attachment, name, keyword.getValue()));
                converted++;
            }
            return Forks.returned(attachment, CPython.PyObject_Vectorcall(
                    callable, first, arguments.length | ARGUMENTS_OFFSET, names));
        } finally {
            drop(first, converted);
            CPython.Py_DecRef(names);
            scratch.release(mark);
        }
    }

    private static void put(long first, int index, long object) {
        CPython.MEMORY.set(ValueLayout.JAVA_LONG, first + (long) index * Long.BYTES, object);
    }

    private static void drop(long first, int count) {
        for (int i = 0; i < count; i++) {
            CPython.Py_DecRef(CPython.MEMORY.get(ValueLayout.JAVA_LONG, first + (long) i * Long.BYTES));
        }
    }

    private static long argument(Attachment attachment, int index, Object value) {
        try {
            return Converter.toPython(attachment, value);
        } catch (Refusal refusal) {
            throw refusal.of("argument " + index);
        }
    }

    private static String keywordName(Object name) {
        if (name instanceof String text) {
            return text;
        }
        throw new PythonException("keyword arguments: expected names, got " + name);
    }

    // Attributes and items

    /** Returns an attribute. */
    public static Reference attribute(Reference object, String name) {
        return object.use((attachment, pointer) -> Reference.adopt(attachment, Failure.check(
                attachment, CPython.PyObject_GetAttr(pointer, name(attachment, name)))));
    }

    /** Sets an attribute. */
    public static void setAttribute(Reference object, String name, Object value) {
        object.use((attachment, pointer) -> {
            long converted = Converter.toPython(attachment, name, value);
            try {
                return Failure.check(attachment,
                        CPython.PyObject_SetAttr(pointer, name(attachment, name), converted));
            } finally {
                CPython.Py_DecRef(converted);
            }
        });
    }

    /** Deletes an attribute. */
    public static void deleteAttribute(Reference object, String name) {
        object.use((attachment, pointer) -> Failure.check(attachment,
                CPython.PyObject_SetAttr(pointer, name(attachment, name), 0)));
    }

    /** Tells whether there is such an attribute. */
    public static boolean hasAttribute(Reference object, String name) {
        return object.use((attachment, pointer) ->
                CPython.PyObject_HasAttr(pointer, name(attachment, name)) != 0);
    }

    /** Sets an item. */
    public static void setItem(Reference object, Object key, Object value) {
        object.use((attachment, pointer) -> {
            long convertedKey = Converter.toPython(attachment, "key", key);
            try {
                long converted = Converter.toPython(attachment, "value", value);
                try {
                    return Failure.check(
                            attachment, CPython.PyObject_SetItem(pointer, convertedKey, converted));
                } finally {
                    CPython.Py_DecRef(converted);
                }
            } finally {
                CPython.Py_DecRef(convertedKey);
            }
        });
    }

    /** Deletes an item. */
    public static void deleteItem(Reference object, Object key) {
        object.use((attachment, pointer) -> {
            long converted = Converter.toPython(attachment, "key", key);
            try {
                return Failure.check(attachment, CPython.PyObject_DelItem(pointer, converted));
            } finally {
                CPython.Py_DecRef(converted);
            }
        });
    }

    // Operators and protocols

    /** Applies an operator to one object. */
    public static PythonObject apply(Operator operator, Reference object) {
        return object.use((attachment, pointer) -> adopted(attachment, operator.apply(pointer)));
    }

    /** Applies an operator to an object and a value. */
    public static PythonObject apply(Operator operator, Reference object, Object other) {
        return object.use((attachment, pointer) -> {
            long converted = Converter.toPython(attachment, "operand", other);
            try {
                return adopted(attachment, operator.apply(pointer, converted));
            } finally {
                CPython.Py_DecRef(converted);
            }
        });
    }

    /** Raises to a power. */
    public static PythonObject power(Reference object, Object exponent) {
        return call("operator", "pow", Wrapping.of(object), exponent);
    }

    /** Compares as one of Python's six operators does: 0 lt, 1 le, 2 eq, 3 ne, 4 gt, 5 ge. */
    public static boolean compare(Reference object, Object other, int operator) {
        return object.use((attachment, pointer) -> {
            long converted = Converter.toPython(attachment, "operand", other);
            try {
                return Failure.check(attachment,
                        CPython.PyObject_RichCompareBool(pointer, converted, operator)) != 0;
            } finally {
                CPython.Py_DecRef(converted);
            }
        });
    }

    /** Tells whether a container holds a value. */
    public static boolean contains(Reference object, Object value) {
        return object.use((attachment, pointer) -> {
            long converted = Converter.toPython(attachment, "value", value);
            try {
                return Failure.check(
                        attachment, CPython.PySequence_Contains(pointer, converted)) != 0;
            } finally {
                CPython.Py_DecRef(converted);
            }
        });
    }

    /** Returns the text that Python's str() or repr() gives. */
    public static String text(Operator operator, Reference object) {
        return object.use((attachment, pointer) -> {
            long str = Failure.check(attachment, operator.apply(pointer));
            try {
                return Text.toJava(attachment, str);
            } finally {
                CPython.Py_DecRef(str);
            }
        });
    }

    /** Tells whether Python takes the object for true. */
    public static boolean isTrue(Reference object) {
        return object.use((attachment, pointer) ->
                Failure.check(attachment, CPython.PyObject_IsTrue(pointer)) != 0);
    }

    /** Tells whether the object is None. */
    public static boolean isNone(Reference object) {
        return object.use((attachment, pointer) -> Converter.isNone(pointer));
    }

    /** Tells whether it can be called. */
    public static boolean isCallable(Reference object) {
        return object.use((attachment, pointer) -> CPython.PyCallable_Check(pointer) != 0);
    }

    /** Returns the number of items. */
    public static long size(Reference object) {
        return object.use((attachment, pointer) -> {
            long size = CPython.PyObject_Size(pointer);
            if (size < 0) {
                throw Failure.take(attachment);
            }
            return size;
        });
    }

    /** Tells whether an object is an instance of a class, or of one of a tuple of classes. */
    public static boolean isInstance(Reference object, Reference type) {
        if (type.interpreter() != object.interpreter()) {
            throw new PythonException("an object and a type of two interpreters cannot be compared");
        }
        return object.use((attachment, pointer) -> Failure.check(
                attachment, CPython.PyObject_IsInstance(pointer, type.pointer())) != 0);
    }

    /** Returns the next item of an iterator, or null at its end. */
    public static PythonObject next(Reference iterator) {
        return iterator.use((attachment, pointer) -> {
            long item = CPython.PyIter_Next(pointer);
            if (item == 0 && CPython.PyErr_Occurred() == 0) {
                return null;
            }
            return adopted(attachment, item);
        });
    }

    /** Imports a module, packages and all. */
    public static Reference importModule(String name) {
        return Launcher.main().call(attachment -> importModule(attachment, name));
    }

    static Reference importModule(Attachment attachment, String name) {
        return Reference.adopt(attachment, attachment.interpreter.kernel().call(
                attachment, "import_module", name(attachment, name)));
    }

    private static long name(Attachment attachment, String name) {
        if (name == null) {
            throw new PythonException("expected a name, got null");
        }
        return attachment.interpreter.kernel().name(attachment, name);
    }

    private static PythonObject adopted(Attachment attachment, long result) {
        Failure.check(attachment, result);
        if (Converter.isNone(result)) {
            return Wrapping.of(attachment.interpreter.none(attachment));
        }
        return Wrapping.of(Reference.adopt(attachment, result));
    }
}
