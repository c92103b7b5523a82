package org.pythonarium.internal;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Exceptions of Java's that go on in Python. */
final class Raising {

    private static final int CHAIN = 30;
    private static final int STACK = 20_000; // characters

    private static final long TYPE_ERROR =
            CPython.MEMORY.get(ValueLayout.JAVA_LONG, CPython.address("PyExc_TypeError"));

    private Raising() {}

    /** Sets the error in Python that a failure in Java is there; attached. */
    static void raise(Attachment attachment, Throwable failure) {
        if (failure instanceof Misfit misfit) {
            long text = Text.toPython(attachment, printable(misfit.getMessage()));
            CPython.PyErr_SetObject(TYPE_ERROR, text);
            CPython.Py_DecRef(text);
            return;
        }
        long error = errorOf(attachment, failure, CHAIN);
        CPython.PyErr_SetObject(CPython.Py_TYPE(error), error);
        CPython.Py_DecRef(error);
    }

    /** Returns a new reference to the exception object of a failure and of its causes. */
    private static long errorOf(Attachment attachment, Throwable failure, int chain) {
        long origin = attachment.origins().passOn(failure);
        if (origin != 0) {
            CPython.Py_IncRef(origin);
            return origin;
        }
        Throwable next = failure.getCause();
        long cause = next == null || chain == 0
                ? Converter.toPython(attachment, (Object) null) : errorOf(attachment, next, chain - 1);
        try {
            return javaError(attachment, failure, cause);
        } finally {
            CPython.Py_DecRef(cause);
        }
    }

    private static long javaError(Attachment attachment, Throwable failure, long cause) {
        long held = Upcalls.hold(attachment, failure);
        List<Long> made = new ArrayList<>();
        try {
            made.add(Converter.toPython(attachment, classNames(failure)));
            made.add(Converter.toPython(attachment, message(failure)));
            made.add(Converter.toPython(attachment, stack(failure)));
            made.add(Converter.toPython(attachment, Upcalls.mark(held)));
            return attachment.interpreter.kernel().call(
                    attachment, "java_error",
                    made.get(0), made.get(1), made.get(2), made.get(3), held, cause);
        } finally {
            made.forEach(CPython::Py_DecRef);
            CPython.Py_DecRef(held);
        }
    }

    /** Returns the names of the failure's class and its superclasses, one a line. */
    private static String classNames(Throwable failure) {
        StringBuilder names = new StringBuilder();
        for (Class<?> type = failure.getClass(); type != Object.class; type = type.getSuperclass()) {
            names.append(names.isEmpty() ? "" : "\n").append(type.getName());
        }
        return names.toString();
    }

    private static String message(Throwable failure) {
        try {
            return printable(failure.getLocalizedMessage());
        } catch (RuntimeException broken) {
            return "<no message: getMessage threw " + broken.getClass().getName() + ">";
        }
    }

    private static String stack(Throwable failure) {
        StringWriter text = new StringWriter();
        try {
            failure.printStackTrace(new PrintWriter(text));
        } catch (RuntimeException broken) {
            text.append("<no stack: printStackTrace threw ").append(broken.getClass().getName()).append(">\n");
        }
        String all = text.toString();
        return printable(all.length() <= STACK ? all : all.substring(0, end(all)) + "\n\t...\n");
    }

    /** Returns where to cut a stack: at the end of a line, or in the first one, which has the message. */
    private static int end(String stack) {
        int line = stack.lastIndexOf('\n', STACK);
        return line < 0 ? STACK : line;
    }

    /** Returns a text with a question mark for each lone surrogate, which no UTF-8 has. */
    private static String printable(String text) {
        return text == null
                ? null : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
