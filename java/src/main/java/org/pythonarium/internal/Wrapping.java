package org.pythonarium.internal;

import java.lang.invoke.MethodHandles;
import org.pythonarium.PythonObject;

/**
 * How a reference becomes a {@link PythonObject} and back, which only that class can do.
 *
 * <p>It hands its way over when it is initialised.
 */
public abstract class Wrapping {

    private static volatile Wrapping instance;

    /** For the one class that can. */
    protected Wrapping() {}

    /** Returns the object of a reference. */
    protected abstract PythonObject wrap(Reference reference);

    /** Returns the reference of an object. */
    protected abstract Reference unwrap(PythonObject object);

    /** Takes the way over. */
    public static void is(Wrapping wrapping) {
        instance = wrapping;
    }

    static PythonObject of(Reference reference) {
        return instance().wrap(reference);
    }

    static Reference in(PythonObject object) {
        return instance().unwrap(object);
    }

    private static Wrapping instance() {
        Wrapping wrapping = instance;
        if (wrapping == null) {
            try {
                MethodHandles.lookup().ensureInitialized(PythonObject.class);
            } catch (IllegalAccessException failure) {
                throw new IllegalStateException(failure);
            }
            wrapping = instance;
        }
        return wrapping;
    }
}
