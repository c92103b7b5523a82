package org.pythonarium;

/** The type of Python's None, which is null in Java. */
public final class NoneType extends PythonType<Void> {

    /** The type; {@link PythonTypes#NONE} is one. */
    public NoneType() {
        super("NoneType", Void.class);
    }

    @Override
    public boolean accepts(Object value) {
        return value == null;
    }

    @Override
    Void fromValue(Object value) {
        if (value != null) {
            throw mismatch(value);
        }
        return null;
    }
}
