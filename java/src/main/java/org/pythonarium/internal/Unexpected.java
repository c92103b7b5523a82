package org.pythonarium.internal;

/** What a method handle declares to throw, and does not. */
final class Unexpected {

    private Unexpected() {}

    /** Throws an unchecked failure as it is, any other one wrapped. */
    static RuntimeException rethrow(Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException(failure);
    }
}
