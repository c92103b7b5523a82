package org.pythonarium.internal;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The making of one value of Java's out of an object of Python's.
 *
 * <p>What is one container in Python is one in Java, however often it comes. What is no value stays
 * an object, wherever it stands. Code in Python may run on the way, and other threads with it, so
 * whatever is not read at once is held meanwhile, and sizes are read again at each item.
 */
final class ToJava {

    /** Instead of a value, for what is none of the most common classes. */
    private static final Object UNCOMMON = new Object();

    private static final Object[] NOTHING = {};

    private final Attachment attachment;
    private long[] open = new long[8];
    private int depth;
    private Map<Long, Object> shared; // by address; each key is a reference that is held

    private ToJava(Attachment attachment) {
        this.attachment = attachment;
    }

    /**
     * Returns what an object is in Java; the reference stays the caller's.
     *
     * @throws Refusal if it is broken data
     */
    static Object of(Attachment attachment, long object) {
        Object scalar = scalar(attachment, object);
        if (scalar != UNCOMMON) {
            return scalar;
        }
        ToJava conversion = new ToJava(attachment);
        try {
            return conversion.rest(object);
        } finally {
            conversion.letGo();
        }
    }

    /**
     * Returns what the variables in a dict that nobody else has are in Java. One that cannot cross
     * stays an object, so that the others do.
     */
    static Map<String, Object> variables(Attachment attachment, long dict) {
        Map<String, Object> variables = new LinkedHashMap<>();
        ToJava conversion = new ToJava(attachment);
        Scratch scratch = attachment.scratch;
        long mark = scratch.mark();
        long position = start(scratch);
        try {
            while (CPython.PyDict_Next(dict, position, position + 8, position + 16) != 0) {
                String name = Text.toJava(attachment, Layout.word(position + 8));
                variables.put(name, conversion.variable(Layout.word(position + 16)));
            }
            return variables;
        } finally {
            scratch.release(mark);
            conversion.letGo();
        }
    }

    private Object variable(long object) {
        try {
            return part(object);
        } catch (Refusal refusal) {
            return Wrapping.of(Reference.to(attachment, object));
        }
    }

    /** Returns memory for a walk through a dict: the position, a key, its value. */
    private static long start(Scratch scratch) {
        long position = scratch.take(3 * Long.BYTES);
        CPython.MEMORY.set(ValueLayout.JAVA_LONG, position, 0);
        return position;
    }

    /** Returns a value, or {@link #UNCOMMON}; runs no code in Python but to refuse a text. */
    private static Object scalar(Attachment attachment, long object) {
        long type = CPython.Py_TYPE(object);
        if (type == Types.STR) {
            return Text.toJava(attachment, object);
        }
        if (type == Types.INT) {
            return Layout.isSmallInt(object) ? (Long) Layout.smallInt(object) : largeInt(attachment, object);
        }
        if (type == Types.FLOAT) {
            return Layout.floatValue(object);
        }
        if (object == Types.NONE) {
            return null;
        }
        if (type == Types.BOOL) {
            return object == Types.TRUE;
        }
        return type == Types.BYTES ? PrimitiveArrays.read(object) : UNCOMMON;
    }

    private static Object largeInt(Attachment attachment, long object) {
        Scratch scratch = attachment.scratch;
        long mark = scratch.mark();
        long overflow = scratch.take(Long.BYTES);
        try {
            long value = CPython.PyLong_AsLongLongAndOverflow(object, overflow);
            return (int) Layout.word(overflow) == 0 ? (Object) value : UNCOMMON;
        } finally {
            scratch.release(mark);
        }
    }

    private Object part(long object) {
        Object scalar = scalar(attachment, object);
        return scalar != UNCOMMON ? scalar : rest(object);
    }

    private Object rest(long object) {
        boolean isShared = Layout.isShared(object);
        Object known = isShared && shared != null ? shared.get(object) : null;
        if (known != null) {
            return known;
        }
        CPython.Py_IncRef(object);
        boolean isKept = false;
        try {
            Object value = uncommon(object);
            isKept = isShared && isContainer(value);
            if (isKept) {
                keep(object, value);
            }
            return value;
        } finally {
            if (!isKept) {
                CPython.Py_DecRef(object);
            }
        }
    }

    private static boolean isContainer(Object value) {
        return value instanceof List || value instanceof Map || value instanceof Set;
    }

    private void keep(long object, Object value) {
        if (shared == null) {
            shared = new HashMap<>();
        }
        shared.put(object, value);
    }

    private void letGo() {
        if (shared != null) {
            shared.keySet().forEach(CPython::Py_DecRef);
        }
    }

    private Object uncommon(long object) {
        long type = CPython.Py_TYPE(object);
        if (type != Types.LIST && type != Types.DICT && type != Types.TUPLE
                && type != Types.SET && type != Types.FROZENSET) {
            return form(object);
        }
        enter(object, type);
        try {
            if (type == Types.LIST) {
                return list(object);
            }
            if (type == Types.DICT) {
                return map(object, false);
            }
            return type == Types.TUPLE ? tuple(object) : set(object);
        } finally {
            depth--;
        }
    }

    // Containers

    private void enter(long object, long type) {
        for (int i = 0; i < depth; i++) {
            if (open[i] == object) {
                throw Refusal.toJava("a " + Text.nameOfType(attachment, type) + " that contains itself");
            }
        }
        if (depth == ToPython.DEPTH) {
            throw Refusal.toJava("a " + Text.nameOfType(attachment, type) + " nested deeper than "
                    + ToPython.DEPTH + " levels");
        }
        if (depth == open.length) {
            open = Arrays.copyOf(open, 2 * depth);
        }
        open[depth++] = object;
    }

    private List<Object> list(long list) {
        List<Object> items = new ArrayList<>(Layout.javaSize(Layout.size(list)));
        int i = 0;
        try {
            for (; i < Layout.size(list); i++) {
                items.add(part(Layout.item(Layout.listItems(list), i)));
            }
            return items;
        } catch (Refusal refusal) {
            throw refusal.at(i);
        }
    }

    private List<Object> tuple(long tuple) {
        int size = Layout.javaSize(Layout.size(tuple));
        long first = Layout.tupleItems(tuple);
        Object[] items = size == 0 ? NOTHING : new Object[size];
        int i = 0;
        try {
            for (; i < size; i++) {
                items[i] = part(Layout.item(first, i));
            }
            return Collections.unmodifiableList(Arrays.asList(items));
        } catch (Refusal refusal) {
            throw refusal.at(i);
        }
    }

    private Set<Object> set(long object) {
        Set<Object> members = new LinkedHashSet<>();
        long iterator = Failure.check(attachment, CPython.PyObject_GetIter(object));
        try {
            for (long member; (member = CPython.PyIter_Next(iterator)) != 0; ) {
                add(members, member);
            }
        } finally {
            CPython.Py_DecRef(iterator);
        }
        if (CPython.PyErr_Occurred() != 0) {
            throw Failure.take(attachment);
        }
        return members;
    }

    private void add(Set<Object> members, long member) {
        try {
            Object value = part(member);
            if (!members.add(value)) {
                throw equalInJava("member", value);
            }
        } catch (Refusal refusal) {
            throw refusal.at("{...}");
        } finally {
            CPython.Py_DecRef(member);
        }
    }

    private Map<Object, Object> map(long dict, boolean hasFields) {
        long size = Layout.size(dict);
        Map<Object, Object> map = LinkedHashMap.newLinkedHashMap(Layout.javaSize(size));
        Scratch scratch = attachment.scratch;
        long mark = scratch.mark();
        long position = start(scratch);
        try {
            while (CPython.PyDict_Next(dict, position, position + 8, position + 16) != 0) {
                put(map, Layout.word(position + 8), Layout.word(position + 16), hasFields);
                if (Layout.size(dict) != size) {
                    throw Refusal.toJava("a dict that changes while it is read");
                }
            }
        } finally {
            scratch.release(mark);
        }
        return map;
    }

    private void put(Map<Object, Object> map, long name, long object, boolean hasFields) {
        int before = map.size();
        Object key = commonKey(name);
        if (key == UNCOMMON) {
            CPython.Py_IncRef(object); // making the key may change the dict
            try {
                key = uncommonKey(name);
                map.put(key, value(key, object, hasFields));
            } finally {
                CPython.Py_DecRef(object);
            }
        } else {
            map.put(key, value(key, object, hasFields));
        }
        if (map.size() == before) {
            throw equalInJava("key", key).at("{key}");
        }
    }

    private Object commonKey(long name) {
        try {
            return scalar(attachment, name);
        } catch (Refusal refusal) {
            throw refusal.at("{key}");
        }
    }

    private Object uncommonKey(long name) {
        try {
            return rest(name);
        } catch (Refusal refusal) {
            throw refusal.at("{key}");
        }
    }

    private Object value(Object key, long object, boolean hasFields) {
        try {
            return part(object);
        } catch (Refusal refusal) {
            throw hasFields ? refusal.at("." + key) : refusal.atKey(key);
        }
    }

    private static Refusal equalInJava(String role, Object value) {
        return Refusal.toJava("a " + role + " that is equal to another one in Java, "
                + Refusal.shown(value) + ",");
    }

    // Everything else

    private Object form(long object) {
        long form = attachment.interpreter.kernel().call(attachment, "form", object);
        try {
            if (CPython.Py_TYPE(form) != Types.TUPLE) {
                return object(object, Text.toJava(attachment, form));
            }
            String kind = Text.toJava(attachment, CPython.PyTuple_GetItem(form, 0));
            long first = CPython.PyTuple_GetItem(form, 1);
            switch (kind) {
                case "list", "dict", "fields":
                    return contained(object, kind, first);
                case "plain":
                    return part(first);
                default:
                    return FormReader.read(kind, tuple(form));
            }
        } finally {
            CPython.Py_DecRef(form);
        }
    }

    private Object contained(long object, String kind, long content) {
        enter(object, CPython.Py_TYPE(object));
        try {
            return kind.equals("list") ? list(content) : map(content, kind.equals("fields"));
        } finally {
            depth--;
        }
    }

    private Object object(long object, String type) {
        Object value = Extensions.toJava(attachment, object, type);
        return value != null ? value : Wrapping.of(Reference.to(attachment, object));
    }
}
