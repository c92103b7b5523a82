package org.pythonarium;

import org.pythonarium.internal.Reference;
import org.pythonarium.internal.Scripts;

/** An object that lives in Python. */
public class PythonObject {

    private final Reference reference;

    PythonObject(Reference reference) {
        this.reference = reference;
    }

    /** What a Java value is in Python. */
    public PythonObject(Object value) {
        this(Scripts.object(value));
    }

    Reference reference() {
        return reference;
    }
}
