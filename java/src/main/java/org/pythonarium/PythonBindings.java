package org.pythonarium;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.script.Bindings;
import org.pythonarium.internal.Engine;

/**
 * The variables of a script engine, as they are in Python: a view, which converts when it is asked.
 *
 * <p>Names that Python sets by itself, with two underscores at both ends, are not counted. The
 * namespace is made at the first use, and goes when nobody holds it any more.
 */
final class PythonBindings extends AbstractMap<String, Object> implements Bindings {

    private PythonObject namespace;
    private boolean shares;

    /** Returns the module that scripts run in. */
    synchronized PythonObject namespace() {
        if (namespace == null) {
            namespace = (PythonObject) Engine.call("namespace");
        }
        return namespace;
    }

    /** Notes whether other scopes have variables; returns whether they have, or had. */
    synchronized boolean shares(boolean hasAny) {
        boolean had = shares;
        shares = hasAny;
        return had || hasAny;
    }

    private Object ask(String function, Object... arguments) {
        try (PythonGIL gil = PythonGIL.lock()) {
            Object[] all = new Object[arguments.length + 1];
            all[0] = namespace();
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            return Engine.call(function, all);
        }
    }

    private static String checked(Object name) {
        Objects.requireNonNull(name, "name");
        if (!(name instanceof String text)) {
            throw new ClassCastException("the name of a variable is a String, not a " + name.getClass().getName());
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException("the name of a variable is empty");
        }
        return text;
    }

    @Override
    public Object get(Object name) {
        return ask("get", checked(name));
    }

    @Override
    public boolean containsKey(Object name) {
        return (Boolean) ask("has", checked(name));
    }

    /** {@inheritDoc} Throws IllegalArgumentException if the value cannot cross. */
    @Override
    public Object put(String name, Object value) {
        try (PythonGIL gil = PythonGIL.lock()) {
            Object before = get(name);
            set(name, value);
            return before;
        }
    }

    private void set(String name, Object value) {
        try {
            assign(checked(name), value);
        } catch (PythonException refused) {
            throw new IllegalArgumentException(refused.getMessage(), refused);
        }
    }

    /**
     * Sets a variable.
     *
     * @throws PythonException if the value cannot cross
     */
    void assign(String name, Object value) {
        try (PythonGIL gil = PythonGIL.lock()) {
            ask("put", name, Engine.object(name, value));
        }
    }

    @Override
    public void putAll(Map<? extends String, ? extends Object> values) {
        values.forEach(this::set);
    }

    @Override
    public Object remove(Object name) {
        try (PythonGIL gil = PythonGIL.lock()) {
            Object before = get(name);
            ask("remove", name);
            return before;
        }
    }

    private List<String> names() {
        return ((List<?>) ask("names")).stream().map(String.class::cast).toList();
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<String, Object>> iterator() {
                return new Entries(names().iterator());
            }

            @Override
            public int size() {
                return names().size();
            }
        };
    }

    private final class Entries implements Iterator<Entry<String, Object>> {

        private final Iterator<String> names;
        private String last;

        Entries(Iterator<String> names) {
            this.names = names;
        }

        @Override
        public boolean hasNext() {
            return names.hasNext();
        }

        @Override
        public Entry<String, Object> next() {
            last = names.next();
            String name = last;
            return new SimpleEntry<>(name, get(name)) {
                private static final long serialVersionUID = 1L;

                @Override
                public Object setValue(Object value) {
                    set(name, value);
                    return super.setValue(value);
                }
            };
        }

        @Override
        public void remove() {
            if (last == null) {
                throw new IllegalStateException("next() comes first");
            }
            ask("remove", last);
            last = null;
        }
    }
}
