package org.pythonarium;

import java.lang.reflect.Type;
import org.pythonarium.internal.AddedTypes;
import org.pythonarium.internal.Scripts;

/**
 * A type of variables: what a value is in Python, and in Java.
 *
 * <p>Types of your own are found by {@link java.util.ServiceLoader}.
 *
 * @param <T> the class of values in Java
 */
public abstract class PythonType<T> {

    private final String name;
    private final Class<T> javaClass;

    /**
     * @param name of the type in Python
     * @param javaClass of values in Java
     */
    protected PythonType(String name, Class<T> javaClass) {
        this.name = name;
        this.javaClass = javaClass;
    }

    /** Returns the type's name in Python. */
    public String getName() {
        return name;
    }

    /** Returns the class of values in Java. */
    public Class<T> getJavaClass() {
        return javaClass;
    }

    /** Tells whether a Java value is of this type, or can be {@link #adapt adapted} to it. */
    public boolean accepts(Object value) {
        return javaClass.isInstance(value);
    }

    /**
     * Returns a Java value as one of this type.
     *
     * @throws PythonException if it is none
     */
    public T adapt(Object value) {
        if (value == null || javaClass.isInstance(value)) {
            return javaClass.cast(value);
        }
        throw mismatch(value);
    }

    /**
     * Returns what an object of Python's is in Java.
     *
     * @throws PythonException if it is not of this type
     */
    public T toJava(PythonObject object) {
        return fromValue(Scripts.value(object.reference()));
    }

    /** Returns what a Java value is in Python. */
    public PythonObject toPython(T value) {
        return new PythonObject(Scripts.object(value));
    }

    /** Returns Python's own type object, or null where any object may be of this type. */
    public PythonObject pythonType() {
        return null;
    }

    /** Returns folders to be added to {@code sys.path} for this type. */
    public java.io.File[] packages() {
        return new java.io.File[0];
    }

    /** Called once, when the type is first asked for. */
    public void init() {
        // most types need nothing
    }

    /** Returns a converted value of Python's as one of this type. */
    T fromValue(Object value) {
        if (value == null || !accepts(value)) {
            throw mismatch(value);
        }
        return adapt(value);
    }

    /** Returns the Java type of values, with what is generic in it. */
    Type javaType() {
        return javaClass;
    }

    /** Returns a converted value of Python's as the Java type says. */
    Object fit(Object value) {
        try {
            return Typed.as(javaType(), value);
        } catch (Typed.Misfit misfit) {
            throw new Mismatch("Could not convert value to " + name + ": " + misfit.getMessage());
        }
    }

    /** Returns the value of a variable. */
    T read(String variable) {
        return read(variable, readsObjects() ? new PythonObject(Scripts.reference(variable)) : Scripts.get(variable));
    }

    /** Tells whether it makes its values out of objects by code of its own. */
    boolean readsObjects() {
        return AddedTypes.reads(this);
    }

    /** Returns what a variable has, converted or as an object, as a value of this type. */
    T read(String variable, Object value) {
        if (readsObjects()) {
            return toJava((PythonObject) value);
        }
        try {
            return fromValue(value);
        } catch (Mismatch mismatch) {
            throw new PythonException(mismatch.getMessage() + " (variable '" + variable + "')");
        }
    }

    Mismatch mismatch(Object value) {
        return new Mismatch("Could not convert value to " + name + ": " + Shown.typed(value) + hint(value));
    }

    /** Returns what there is to say about a value that is not of the type, behind it. */
    String hint(Object value) {
        return "";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PythonType<?> type && type.name.equals(name)
                && type.javaType().equals(javaType());
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }

    /** A value that is not of the type. */
    static final class Mismatch extends PythonException {

        private static final long serialVersionUID = 1L;

        Mismatch(String message) {
            super(message);
        }
    }
}
