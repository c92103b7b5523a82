package org.pythonarium;

import java.util.Objects;
import org.pythonarium.internal.Names;

/**
 * A name with a type and, once it has one, a value.
 *
 * @param <T> the class of values in Java
 */
public class PythonVariable<T> {

    private String name;
    private PythonType<T> type;
    private T value;

    /**
     * A variable without a value, to be filled.
     *
     * @throws PythonException if the name is no identifier
     */
    public PythonVariable(String name, PythonType<T> type) {
        this(name, type, null);
    }

    /**
     * A variable with a value.
     *
     * @throws PythonException if the name is no identifier, or the value not of the type
     */
    public PythonVariable(String name, PythonType<T> type, Object value) {
        this.name = Names.checked(name);
        this.type = Objects.requireNonNull(type, "type");
        this.value = value == null ? null : type.adapt(value);
    }

    /**
     * A variable without a value, by the name of its type.
     *
     * @throws PythonException if a name is none
     */
    public PythonVariable(String name, String type) {
        this(name, PythonTypes.get(type));
    }

    /** Returns the name. */
    public String getName() {
        return name;
    }

    /** Changes the name. */
    public void setName(String name) {
        this.name = Names.checked(name);
    }

    /** Returns the name of the type in Python. */
    public String getType() {
        return type.getName();
    }

    /** Changes the type, by its name. */
    public void setType(String type) {
        this.type = PythonTypes.get(type);
    }

    PythonType<T> pythonType() {
        return type;
    }

    /** Returns the value; null where there is none. */
    public T getValue() {
        return value;
    }

    /** Changes the value. */
    public void setValue(T value) {
        this.value = value;
    }

    /** Returns what the value is in Python. */
    public PythonObject getPythonObject() {
        return type.toPython(value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PythonVariable<?> variable
                && name.equals(variable.name)
                && type.equals(variable.type)
                && Objects.deepEquals(value, variable.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, type);
    }

    @Override
    public String toString() {
        return name + ": " + type + " = " + Shown.briefly(value);
    }
}
