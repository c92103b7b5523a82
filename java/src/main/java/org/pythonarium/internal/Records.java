package org.pythonarium.internal;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import org.pythonarium.PythonException;

/** What a class of records is made of. */
public final class Records {

    private static final ClassValue<Records> KNOWN = new ClassValue<>() {
        @Override
        protected Records computeValue(Class<?> type) {
            return new Records(type);
        }
    };

    private final Class<?> type;
    private final List<Component> components;
    private final Constructor<?> constructor;

    private Records(Class<?> type) {
        this.type = type;
        RecordComponent[] parts = type.getRecordComponents();
        components = Arrays.stream(parts).map(Component::of).toList();
        try {
            constructor = type.getDeclaredConstructor(
                    Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new));
        } catch (NoSuchMethodException impossible) {
            throw new AssertionError(impossible);
        }
        open(constructor, type);
    }

    /**
     * Returns what is known of a class of records.
     *
     * @throws PythonException if its module does not open it
     */
    public static Records of(Class<?> type) {
        return KNOWN.get(type);
    }

    private static void open(AccessibleObject member, Class<?> type) {
        try {
            member.setAccessible(true); // the record may be private, in a class or a method
        } catch (InaccessibleObjectException closed) {
            throw new PythonException("record " + type.getName() + ": its module does not open it; add"
                    + " `opens " + type.getPackageName() + " to org.pythonarium;` to "
                    + type.getModule(), closed);
        }
    }

    /** Returns its components, in order. */
    public List<Component> components() {
        return components;
    }

    /**
     * Makes a record.
     *
     * @throws PythonException if its constructor throws
     */
    public Object make(Object[] values) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException thrown) {
            throw new PythonException("record " + type.getName() + ": its constructor throws "
                    + thrown.getCause(), thrown.getCause());
        } catch (InstantiationException | IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /**
     * One component of records.
     *
     * @param type with what is generic in it
     * @param accessor that reads it
     */
    public record Component(String name, Type type, Method accessor) {

        private static Component of(RecordComponent component) {
            Method accessor = component.getAccessor();
            open(accessor, component.getDeclaringRecord());
            return new Component(component.getName(), component.getGenericType(), accessor);
        }

        /**
         * Returns its value in a record.
         *
         * @throws Refusal if the record's own accessor throws
         */
        Object read(Record record) {
            try {
                return accessor.invoke(record);
            } catch (InvocationTargetException thrown) {
                throw new Refusal("a component whose accessor throws " + thrown.getCause());
            } catch (IllegalAccessException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }
}
