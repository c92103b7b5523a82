package org.pythonarium;

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

    /** Returns the value of a variable. */
    T read(String variable) {
        return read(variable, Scripts.get(variable));
    }

    /** Returns a converted value, which a variable has, as one of this type. */
    T read(String variable, Object value) {
        try {
            return fromValue(value);
        } catch (Mismatch mismatch) {
            throw new PythonException(mismatch.getMessage() + " (variable '" + variable + "')");
        }
    }

    Mismatch mismatch(Object value) {
        String shown = value == null ? "None" : value.getClass().getSimpleName() + " " + Shown.briefly(value);
        return new Mismatch("Could not convert value to " + name + ": " + shown);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PythonType<?> type && type.name.equals(name);
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
