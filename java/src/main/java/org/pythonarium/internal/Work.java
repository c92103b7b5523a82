package org.pythonarium.internal;

/** What is to be done in an interpreter, by the thread that may do it. */
@FunctionalInterface
interface Work<T> {

    /** Does it, attached. */
    T in(Attachment attachment);
}
