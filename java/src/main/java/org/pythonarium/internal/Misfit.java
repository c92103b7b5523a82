package org.pythonarium.internal;

/** A value that is none of the type that is wanted, or a call with other arguments than wanted. */
final class Misfit extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Misfit(String reason) {
        super(reason, null, false, false); // becomes a TypeError, or a PythonException
    }
}
