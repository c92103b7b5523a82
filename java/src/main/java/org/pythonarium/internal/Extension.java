package org.pythonarium.internal;

/** Conversions beside those of the core: of a library's arrays, of functions, of a program's own types. */
interface Extension {

    /**
     * Returns a new reference to what a value is in Python, or 0 if this one does not know it.
     *
     * @throws Refusal if it cannot cross
     */
    long toPython(Attachment attachment, Object value);

    /**
     * Returns what an object is in Java, or null if this one does not know it.
     *
     * @param object borrowed
     * @param type the full name of its class: {@code numpy.ndarray}
     * @throws Refusal if it cannot cross
     */
    Object toJava(Attachment attachment, long object, String type);
}
