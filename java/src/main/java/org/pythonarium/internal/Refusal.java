package org.pythonarium.internal;

import org.pythonarium.PythonException;

/** A value that cannot cross: where inside it, and what stands there. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final StringBuilder path = new StringBuilder();
    private final String reason;

    Refusal(String reason) {
        super(reason, null, false, false); // becomes a PythonException, which has the stack
        this.reason = reason;
    }

    /** Puts a step before the path, on the way out of a container. */
    Refusal at(String step) {
        path.insert(0, step);
        return this;
    }

    /** Returns the error for a variable's value. */
    PythonException of(String name) {
        return new PythonException(name + path + ": " + reason + " cannot cross to Python");
    }
}
