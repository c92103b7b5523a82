package org.pythonarium;

import java.io.File;
import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pythonarium.internal.Records;

/**
 * Values from Python as the Java types that a program asks for: exact, or refused with the place.
 *
 * <p>A dict becomes a record when it has just the components as its keys; one that is an Optional
 * may be missing. Null stands for None wherever the type is no primitive.
 */
final class Typed {

    private final Map<TypeVariable<?>, Type> variables;

    private Typed(Map<TypeVariable<?>, Type> variables) {
        this.variables = variables;
    }

    /** A value that is none of the type: where inside it, and what is there. */
    static final class Misfit extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final StringBuilder path = new StringBuilder();

        Misfit(String reason) {
            super(reason, null, false, false); // becomes a PythonException, which has the stack
        }

        static Misfit of(Type wanted, Object value) {
            return new Misfit("expected " + Shown.nameOf(wanted) + ", got " + Shown.typed(value));
        }

        Misfit at(String step) {
            path.insert(0, step);
            return this;
        }

        @Override
        public String getMessage() {
            return path.isEmpty() ? super.getMessage() : path + ": " + super.getMessage();
        }
    }

    /**
     * Returns a converted value of Python's as one of a Java type.
     *
     * @throws Misfit if it is none
     */
    static Object as(Type type, Object value) {
        return new Typed(Map.of()).fit(type, value);
    }

    private Object fit(Type type, Object value) {
        if (type instanceof Class<?> wanted) {
            return fitClass(wanted, value);
        }
        if (type instanceof ParameterizedType generic) {
            return fitGeneric(generic, (Class<?>) generic.getRawType(), value);
        }
        if (type instanceof WildcardType wildcard) {
            return fit(wildcard.getUpperBounds()[0], value);
        }
        if (type instanceof TypeVariable<?> variable) {
            Type bound = variables.get(variable);
            return fit(bound != null ? bound : variable.getBounds()[0], value);
        }
        Type item = ((GenericArrayType) type).getGenericComponentType();
        return value instanceof List<?> list ? array(item, list) : orNull(type, value);
    }

    private static Object orNull(Type type, Object value) {
        if (value == null) {
            return null;
        }
        throw Misfit.of(type, value);
    }

    private Object fitClass(Class<?> wanted, Object value) {
        if (wanted.isPrimitive() || Number.class.isAssignableFrom(wanted)) {
            return Numbers.fit(wanted, value);
        }
        if (wanted.isRecord() && value instanceof Map<?, ?> fields) {
            return record(wanted, Map.of(), fields);
        }
        if (wanted.isInstance(value)) {
            return value;
        }
        if (wanted == Optional.class) {
            return Optional.ofNullable(value);
        }
        if (value instanceof String text && wanted.isEnum()) {
            return constant(wanted, text);
        }
        if (value instanceof List<?> list && wanted.isArray()) {
            return array(wanted.getComponentType(), list);
        }
        Object other = other(wanted, value);
        return other != null ? other : orNull(wanted, value);
    }

    /** Returns what is the same under another class, or null. */
    private static Object other(Class<?> wanted, Object value) {
        if (value instanceof String text) {
            return wanted == Character.class && text.length() == 1 ? (Object) text.charAt(0)
                    : wanted == char[].class ? text.toCharArray() : null;
        }
        if (value instanceof Path path) {
            return wanted == File.class ? path.toFile() : null;
        }
        if (value instanceof ZonedDateTime time) {
            return wanted == Instant.class ? time.toInstant() : null;
        }
        if (value instanceof OffsetDateTime time) {
            return wanted == Instant.class ? time.toInstant()
                    : wanted == ZonedDateTime.class ? time.toZonedDateTime() : null;
        }
        return null;
    }

    private static Object constant(Class<?> wanted, String name) {
        Object[] constants = wanted.getEnumConstants();
        for (Object constant : constants) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw new Misfit("expected one of " + Arrays.toString(constants) + ", got " + Shown.typed(name));
    }

    private Object array(Type item, List<?> list) {
        Class<?> component = raw(item);
        Object array = Array.newInstance(component, list.size());
        for (int i = 0; i < list.size(); i++) {
            Array.set(array, i, item(item, list.get(i), i));
        }
        return array;
    }

    private Class<?> raw(Type type) {
        if (type instanceof Class<?> known) {
            return known;
        }
        if (type instanceof ParameterizedType generic) {
            return (Class<?>) generic.getRawType();
        }
        if (type instanceof GenericArrayType array) {
            return raw(array.getGenericComponentType()).arrayType();
        }
        Type bound = type instanceof TypeVariable<?> variable ? variables.get(variable) : null;
        return bound != null ? raw(bound) : Object.class;
    }

    private Object item(Type type, Object value, int index) {
        try {
            return fit(type, value);
        } catch (Misfit misfit) {
            throw misfit.at("[" + index + "]");
        }
    }

    // Generic types

    private Object fitGeneric(ParameterizedType generic, Class<?> raw, Object value) {
        Type[] arguments = generic.getActualTypeArguments();
        if (raw == Optional.class) {
            return Optional.ofNullable(value == null ? null : fit(arguments[0], value));
        }
        if (value instanceof Map<?, ?> map) {
            if (raw.isRecord()) {
                return record(raw, bound(raw, arguments), map);
            }
            if (raw.isAssignableFrom(LinkedHashMap.class)) {
                return map(arguments, map);
            }
        }
        if (value instanceof List<?> list && raw.isAssignableFrom(ArrayList.class)) {
            List<Object> items = new ArrayList<>(list.size());
            for (Object item : list) {
                items.add(item(arguments[0], item, items.size()));
            }
            return items;
        }
        if (value instanceof Set<?> set && raw.isAssignableFrom(LinkedHashSet.class)) {
            return set(arguments[0], set);
        }
        return orNull(generic, value);
    }

    private Map<TypeVariable<?>, Type> bound(Class<?> raw, Type[] arguments) {
        Map<TypeVariable<?>, Type> bound = new HashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            Type outer = arguments[i] instanceof TypeVariable<?> variable ? variables.get(variable) : null;
            bound.put(raw.getTypeParameters()[i], outer != null ? outer : arguments[i]);
        }
        return bound;
    }

    private Set<Object> set(Type type, Collection<?> members) {
        Set<Object> fitting = LinkedHashSet.newLinkedHashSet(members.size());
        for (Object member : members) {
            try {
                fitting.add(fit(type, member));
            } catch (Misfit misfit) {
                throw misfit.at("{...}");
            }
        }
        return fitting;
    }

    private Map<Object, Object> map(Type[] types, Map<?, ?> pairs) {
        Map<Object, Object> fitting = LinkedHashMap.newLinkedHashMap(pairs.size());
        for (Map.Entry<?, ?> pair : pairs.entrySet()) {
            Object key;
            try {
                key = fit(types[0], pair.getKey());
            } catch (Misfit misfit) {
                throw misfit.at("{key}");
            }
            try {
                fitting.put(key, fit(types[1], pair.getValue()));
            } catch (Misfit misfit) {
                throw misfit.at("[" + Shown.briefly(pair.getKey()) + "]");
            }
        }
        return fitting;
    }

    // Records

    private static Object record(Class<?> type, Map<TypeVariable<?>, Type> variables, Map<?, ?> fields) {
        List<Records.Component> components = Records.of(type).components();
        Typed inside = new Typed(variables);
        Object[] values = new Object[components.size()];
        int found = 0;
        for (int i = 0; i < values.length; i++) {
            Records.Component component = components.get(i);
            boolean isThere = fields.containsKey(component.name());
            found += isThere ? 1 : 0;
            values[i] = inside.component(type, component, fields.get(component.name()), isThere);
        }
        if (found < fields.size()) {
            throw new Misfit("expected no key " + extra(components, fields) + " in a " + type.getSimpleName());
        }
        return Records.of(type).make(values);
    }

    private Object component(Class<?> type, Records.Component component, Object value, boolean isThere) {
        if (!isThere && raw(component.type()) != Optional.class) {
            throw new Misfit("expected the key '" + component.name() + "' of a " + type.getSimpleName()
                    + ", which is missing");
        }
        try {
            return fit(component.type(), value);
        } catch (Misfit misfit) {
            throw misfit.at("." + component.name());
        }
    }

    private static String extra(List<Records.Component> components, Map<?, ?> fields) {
        Set<Object> names = new LinkedHashSet<>(fields.keySet());
        components.forEach(component -> names.remove(component.name()));
        return Shown.briefly(names.iterator().next());
    }

    /** Returns the type of a generic class with its arguments. */
    static ParameterizedType generic(Class<?> raw, Type... arguments) {
        return new Generic(raw, List.of(arguments));
    }

    private record Generic(Class<?> getRawType, List<Type> arguments) implements ParameterizedType {

        @Override
        public Type[] getActualTypeArguments() {
            return arguments.toArray(Type[]::new);
        }

        @Override
        public Type getOwnerType() {
            return null;
        }
    }
}
