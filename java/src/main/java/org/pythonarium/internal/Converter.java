package org.pythonarium.internal;

import org.pythonarium.PythonException;

/**
 * Values, from one side to the other.
 *
 * <p>Exact, or refused with the place inside the value: nothing is rounded, cut or turned into text.
 * What is no value in Python stays an object there.
 */
final class Converter {

    private Converter() {}

    /**
     * Returns a new reference to what a Java value is in Python.
     *
     * @param name the variable, for messages
     * @throws PythonException if it cannot cross; the message says where inside the value
     */
    static long toPython(Attachment attachment, String name, Object value) {
        try {
            return ToPython.of(attachment, value);
        } catch (Refusal refusal) {
            throw refusal.of(name);
        }
    }

    /**
     * Returns a new reference to what a Java value is in Python.
     *
     * @throws Refusal if it cannot cross
     */
    static long toPython(Attachment attachment, Object value) {
        return ToPython.of(attachment, value);
    }

    /**
     * Returns what an object of Python is in Java; the reference stays the caller's.
     *
     * @param name the variable, for messages
     * @throws PythonException if it cannot cross; the message says where inside the value
     */
    static Object toJava(Attachment attachment, String name, long object) {
        try {
            return ToJava.of(attachment, object);
        } catch (Refusal refusal) {
            throw refusal.of(name);
        }
    }

    /**
     * Returns what an object of Python is in Java; the reference stays the caller's.
     *
     * @throws Refusal if it cannot cross
     */
    static Object toJava(Attachment attachment, long object) {
        return ToJava.of(attachment, object);
    }

    /** Tells whether an object is None. */
    static boolean isNone(long object) {
        return object == Types.NONE;
    }

    /** Returns None; borrowed. */
    static long none() {
        return Types.NONE;
    }
}
