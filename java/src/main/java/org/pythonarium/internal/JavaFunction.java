package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;

/** A function of Java's that Python can call. */
abstract class JavaFunction {

    /** A PyMethodDef, of which the one of the Python function is a copy. */
    final MemorySegment definition;

    final Interpreter interpreter;
    private final Object target;

    /** @param target the object that was given to Python */
    JavaFunction(Interpreter interpreter, Object target, MemorySegment definition) {
        this.interpreter = interpreter;
        this.target = target;
        this.definition = definition;
    }

    /** Returns the object that was given to Python. */
    Object target() {
        return target;
    }

    /**
     * Answers a call of Python's, on the thread that runs Python, attached; arguments are borrowed.
     *
     * @param names a tuple of the keywords, whose values stand behind the arguments; or 0
     * @return a new reference
     */
    abstract long call(Attachment attachment, long arguments, int count, long names) throws Throwable;

    /** Answers a call of Python's; returns 0 with an error set where that fails. */
    final long enter(long arguments, long count, long names) {
        Attachment attachment = Attachments.ofPythonThread(interpreter);
        long guest = attachment.arrive();
        try {
            return call(attachment, arguments, (int) count, names);
        } catch (Throwable failure) {
            Raising.raise(attachment, failure);
            return 0;
        } finally {
            attachment.forgetOrigins();
            attachment.depart(guest);
        }
    }
}
