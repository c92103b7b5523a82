package org.pythonarium.internal;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pythonarium.PythonException;
import org.pythonarium.PythonObject;

/**
 * The making of one object of Python's out of a value of Java's.
 *
 * <p>Each place of a value gets an object of its own, also where Java has the same collection
 * twice. A collection is copied before its items are looked at, so one that changes meanwhile
 * comes out as it was at some moment. Whatever goes wrong, no reference is left behind.
 */
final class ToPython {

    /** Levels of containers that a value may have, as on the Python side. */
    static final int DEPTH = 200;

    private static final Module JAVA_BASE = Object.class.getModule();

    private final Attachment attachment;
    private Object[] open = new Object[8];
    private int depth;

    private ToPython(Attachment attachment) {
        this.attachment = attachment;
    }

    /**
     * Returns a new reference to what a value is in Python.
     *
     * @throws Refusal if it cannot cross
     * @throws PythonException if Python has no memory for it
     */
    static long of(Attachment attachment, Object value) {
        long scalar = scalar(attachment, value);
        return scalar != 0 ? scalar : new ToPython(attachment).rest(value);
    }

    /** Returns a new reference, or 0 where the value is none of the most common ones. */
    private static long scalar(Attachment attachment, Object value) {
        if (value instanceof String text) {
            return Text.toPython(attachment, text);
        }
        if (value instanceof Integer number) {
            return Failure.check(attachment, CPython.PyLong_FromLongLong(number));
        }
        if (value instanceof Long number) {
            return Failure.check(attachment, CPython.PyLong_FromLongLong(number));
        }
        if (value instanceof Double number) {
            return Failure.check(attachment, Layout.newFloat(number));
        }
        if (value instanceof Boolean flag) {
            return CPython.PyBool_FromLong(flag ? 1 : 0);
        }
        if (value == null) {
            CPython.Py_IncRef(Types.NONE);
            return Types.NONE;
        }
        return 0;
    }

    private long part(Object value) {
        long scalar = scalar(attachment, value);
        return scalar != 0 ? scalar : rest(value);
    }

    private long rest(Object value) {
        if (value instanceof PythonObject object) {
            return ofObject(attachment, object);
        }
        boolean isForeign = value.getClass().getModule() != JAVA_BASE;
        long object = isForeign ? Extensions.toPython(attachment, value) : 0;
        if (object == 0) {
            object = known(value);
        }
        if (object == 0 && !isForeign) {
            object = Extensions.toPython(attachment, value);
        }
        if (object == 0) {
            throw new Refusal(Forms.described(value), Forms.advice(value));
        }
        return object;
    }

    private long known(Object value) {
        if (value instanceof Collection || value instanceof Object[] || value instanceof Map
                || value instanceof Map.Entry || value instanceof Record) {
            return container(value);
        }
        if (value instanceof Optional<?> optional) {
            return part(optional.orElse(null));
        }
        return value.getClass().isArray()
                ? PrimitiveArrays.toPython(attachment, value) : Forms.toPython(attachment, value);
    }

    /** Returns a new reference to the object itself. */
    static long ofObject(Attachment attachment, PythonObject object) {
        Reference reference = Wrapping.in(object);
        if (reference.interpreter() != attachment.interpreter) {
            throw new Refusal("a PythonObject of another interpreter");
        }
        long pointer = reference.pointer();
        CPython.Py_IncRef(pointer);
        java.lang.ref.Reference.reachabilityFence(object);
        return pointer;
    }

    // Containers

    private long container(Object value) {
        enter(value);
        try {
            if (value instanceof Map<?, ?> map) {
                return dict(map);
            }
            if (value instanceof Set<?> set) {
                return set(set.toArray(), CPython.PySet_New(0));
            }
            if (value instanceof Collection<?> collection) {
                return list(collection.toArray());
            }
            if (value instanceof Object[] array) {
                return list(array.clone());
            }
            if (value instanceof Map.Entry<?, ?> entry) {
                return tuple(new Object[] {entry.getKey(), entry.getValue()}, false);
            }
            return fields((Record) value);
        } finally {
            depth--;
        }
    }

    private void enter(Object container) {
        for (int i = 0; i < depth; i++) {
            if (open[i] == container) {
                throw new Refusal("a " + nameOf(container) + " that contains itself");
            }
        }
        if (depth == DEPTH) {
            throw new Refusal("a " + nameOf(container) + " nested deeper than " + DEPTH + " levels");
        }
        if (depth == open.length) {
            open = Arrays.copyOf(open, 2 * depth);
        }
        open[depth++] = container;
    }

    private static String nameOf(Object container) {
        return container instanceof Map ? "Map" : container instanceof Set ? "Set"
                : container instanceof Collection ? "List" : container instanceof Map.Entry ? "Map.Entry"
                : container.getClass().getSimpleName();
    }

    private long list(Object[] items) {
        long list = Failure.check(attachment, CPython.PyList_New(items.length));
        int i = 0;
        try {
            for (; i < items.length; i++) {
                long item = part(items[i]);
                Layout.setItem(Layout.listItems(list), i, item);
            }
            return list;
        } catch (Throwable failure) {
            CPython.Py_DecRef(list);
            throw at(failure, i);
        }
    }

    private long tuple(Object[] items, boolean isKey) {
        long tuple = Failure.check(attachment, CPython.PyTuple_New(items.length));
        int i = 0;
        try {
            for (; i < items.length; i++) {
                CPython.PyTuple_SetItem(tuple, i, isKey ? key(items[i]) : part(items[i]));
            }
            return tuple;
        } catch (Throwable failure) {
            CPython.Py_DecRef(tuple);
            throw at(failure, i);
        }
    }

    private static RuntimeException at(Throwable failure, int index) {
        return Unexpected.rethrow(failure instanceof Refusal refusal ? refusal.at(index) : failure);
    }

    /** Fills a set, or a frozenset that nobody else has seen. */
    private long set(Object[] members, long set) {
        Failure.check(attachment, set);
        try {
            for (int i = 0; i < members.length; i++) {
                add(set, members[i]);
                if (CPython.PySet_Size(set) != i + 1) {
                    throw new Refusal("a member that is equal to another one in Python, "
                            + Refusal.shown(members[i]), "leave one of them out").at("{...}");
                }
            }
            return set;
        } catch (Throwable failure) {
            CPython.Py_DecRef(set);
            throw Unexpected.rethrow(failure);
        }
    }

    private void add(long set, Object member) {
        long key;
        try {
            key = key(member);
        } catch (Refusal refusal) {
            throw refusal.at("{...}");
        }
        try {
            Failure.check(attachment, CPython.PySet_Add(set, key));
        } finally {
            CPython.Py_DecRef(key);
        }
    }

    private long dict(Map<?, ?> map) {
        long dict = Failure.check(attachment, CPython.PyDict_New());
        try {
            int count = 0;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                put(dict, entry.getKey(), entry.getValue(), ++count);
            }
            return dict;
        } catch (Throwable failure) {
            CPython.Py_DecRef(dict);
            throw Unexpected.rethrow(failure);
        }
    }

    private void put(long dict, Object name, Object value, int count) {
        long key;
        try {
            key = key(name);
        } catch (Refusal refusal) {
            throw refusal.at("{key}");
        }
        try {
            put(dict, key, value);
        } catch (Refusal refusal) {
            throw refusal.atKey(name);
        } finally {
            CPython.Py_DecRef(key);
        }
        if (Layout.size(dict) != count) {
            throw new Refusal("a key that is equal to another one in Python, "
                    + Refusal.shown(name), "leave one of them out").at("{key}");
        }
    }

    private void put(long dict, long key, Object value) {
        long object = part(value);
        try {
            Failure.check(attachment, CPython.PyDict_SetItem(dict, key, object));
        } finally {
            CPython.Py_DecRef(object);
        }
    }

    private long fields(Record value) {
        long dict = Failure.check(attachment, CPython.PyDict_New());
        try {
            for (Records.Component component : Records.of(value.getClass()).components()) {
                field(dict, component.name(), value, component);
            }
            return dict;
        } catch (Throwable failure) {
            CPython.Py_DecRef(dict);
            throw Unexpected.rethrow(failure);
        }
    }

    private void field(long dict, String name, Record value, Records.Component component) {
        long object;
        try {
            object = part(component.read(value));
        } catch (Refusal refusal) {
            throw refusal.at("." + name);
        }
        try {
            long key = attachment.interpreter.kernel().name(attachment, name);
            Failure.check(attachment, CPython.PyDict_SetItem(dict, key, object));
        } finally {
            CPython.Py_DecRef(object);
        }
    }

    // Keys

    /** Returns a new reference to what can be a key: lists as tuples, sets as frozensets. */
    private long key(Object value) {
        long scalar = scalar(attachment, value);
        if (scalar != 0) {
            return scalar;
        }
        if (value instanceof Optional<?> optional) {
            return key(optional.orElse(null));
        }
        if (value instanceof List || value instanceof Object[] || value instanceof Set
                || value instanceof Map.Entry) {
            return frozen(value);
        }
        long key = rest(value);
        if (CPython.PyObject_Hash(key) == -1) {
            String reason = Failure.take(attachment).getMessage();
            CPython.Py_DecRef(key);
            throw new Refusal("a key of class " + value.getClass().getName()
                    + ", which Python cannot hash (" + reason + ")", "use a text or a number as key");
        }
        return key;
    }

    private long frozen(Object value) {
        enter(value);
        try {
            if (value instanceof List<?> list) {
                return tuple(list.toArray(), true);
            }
            if (value instanceof Set<?> set) {
                return set(set.toArray(), CPython.PyFrozenSet_New(0));
            }
            if (value instanceof Map.Entry<?, ?> entry) {
                return tuple(new Object[] {entry.getKey(), entry.getValue()}, true);
            }
            return tuple(((Object[]) value).clone(), true);
        } finally {
            depth--;
        }
    }
}
