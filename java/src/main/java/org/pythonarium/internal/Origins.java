package org.pythonarium.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import org.pythonarium.PythonException;

/**
 * The exceptions of Python that a thread's Java code may throw back into Python.
 *
 * <p>A {@link PythonException} is data and holds no object of Python's, for that would keep the
 * frames of its traceback alive. But while Java code runs that Python has called, the exceptions
 * that it gets are kept beside: the last few, until that code returns. So what it does not catch
 * goes on in Python as the very object that it was. One that has gone on is remembered until
 * another one has, so that Java, further out, tells what it was here.
 */
final class Origins {

    private static final int KEPT = 8;

    private final Deque<Origin> kept = new ArrayDeque<>();
    private Origin passed;

    private record Origin(PythonException exception, Reference object, int level) {}

    /** Keeps an exception that Java code gets which Python has called; the object is borrowed. */
    void keep(Attachment attachment, PythonException exception, long object) {
        kept.push(new Origin(exception, Reference.loose(attachment, object), attachment.callbacks()));
        if (kept.size() > KEPT) {
            kept.removeLast().object.drop();
        }
    }

    /** Returns the object that an exception was in Python, borrowed, which goes on there; or 0. */
    long passOn(Throwable exception) {
        for (Origin origin : kept) {
            if (origin.exception == exception) {
                kept.remove(origin);
                drop(passed);
                passed = origin;
                return origin.object.address();
            }
        }
        return 0;
    }

    /** Returns the exception as which an object came through Java last, or null. */
    Throwable passed(long object) {
        return passed != null && object != 0 && passed.object.address() == object ? passed.exception : null;
    }

    /** Lets go of what Java code got that now returns to Python; the level is its own. */
    void leave(int level) {
        while (!kept.isEmpty() && kept.peek().level >= level) {
            kept.pop().object.drop();
        }
    }

    /** Lets go of the one that has gone on last. */
    void forget() {
        drop(passed);
        passed = null;
    }

    private static void drop(Origin origin) {
        if (origin != null) {
            origin.object.drop();
        }
    }
}
