package org.pythonarium.internal;

import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.pythonarium.PythonException;

/**
 * The Python side of one interpreter: the functions of {@code pythonarium_kernel.jvm}, by name,
 * and the other modules of the kernel ({@link #part}).
 *
 * <p>Every method is called attached. Arguments are borrowed, results are new references.
 */
final class Kernel {

    /** Tells a vectorcall that the slot before its arguments is free for it. */
    private static final long ARGUMENTS_OFFSET = 1L << 63;

    private final long module;
    private final Map<String, Long> functions = new HashMap<>();
    private final Interned names = new Interned(2048, 1_000_000);
    private final Interned sources = new Interned(256, 4_000_000);
    private final Map<String, PythonModule> parts = new HashMap<>();
    private volatile long contextsVersion;

    /** Takes over a reference to the module. */
    Kernel(long module) {
        this.module = module;
    }

    /** Calls one of the module's functions. */
    long call(Attachment attachment, String function, long... arguments) {
        return Failure.check(
                attachment, vectorcall(attachment, function(attachment, function), arguments));
    }

    /** Returns another module of the kernel, imported at its first use. */
    PythonModule part(Attachment attachment, String name) {
        PythonModule known = parts.get(name);
        if (known == null) {
            known = PythonModule.of(attachment, "pythonarium_kernel." + name);
            parts.put(name, known);
        }
        return known;
    }

    /** Calls a function whose result is None. */
    void run(Attachment attachment, String function, long... arguments) {
        CPython.Py_DecRef(call(attachment, function, arguments));
    }

    /** Calls any callable by position; returns 0 if it has raised. */
    static long vectorcall(Attachment attachment, long callable, long... arguments) {
        Scratch scratch = attachment.scratch;
        long mark = scratch.mark();
        long first = scratch.take((arguments.length + 1L) * Long.BYTES) + Long.BYTES;
        try {
            for (int i = 0; i < arguments.length; i++) {
                CPython.MEMORY.set(ValueLayout.JAVA_LONG, first + (long) i * Long.BYTES, arguments[i]);
            }
            return Forks.returned(attachment, CPython.PyObject_Vectorcall(
                    callable, first, arguments.length | ARGUMENTS_OFFSET, 0));
        } finally {
            scratch.release(mark);
        }
    }

    /** Calls any callable with values of Java's; returns a new reference. */
    static long callWith(Attachment attachment, long callable, Object... values) {
        long[] arguments = new long[values.length];
        int made = 0;
        try {
            for (; made < values.length; made++) {
                arguments[made] = Converter.toPython(attachment, "argument " + (made + 1), values[made]);
            }
            return Failure.check(attachment, vectorcall(attachment, callable, arguments));
        } finally {
            while (made > 0) {
                CPython.Py_DecRef(arguments[--made]);
            }
        }
    }

    /** Returns one of the module's functions; borrowed. */
    long function(Attachment attachment, String name) {
        Long known = functions.get(name);
        if (known != null) {
            return known;
        }
        long function = Failure.check(
                attachment, CPython.PyObject_GetAttr(module, name(attachment, name)));
        functions.put(name, function);
        return function;
    }

    /** Returns a str for a name; borrowed for the time of a call. */
    long name(Attachment attachment, String name) {
        return names.get(attachment, name);
    }

    /** Returns a str for a source text; borrowed for the time of a call. */
    long source(Attachment attachment, String text) {
        if (text == null) {
            throw new PythonException("code: expected the text of a script or expression, got null");
        }
        return sources.get(attachment, text);
    }

    /** Gives everything back; nothing is called any more. */
    void release() {
        parts.values().forEach(PythonModule::release);
        parts.clear();
        functions.values().forEach(CPython::Py_DecRef);
        functions.clear();
        names.release();
        sources.release();
        CPython.Py_DecRef(module);
    }

    // Contexts

    /** Returns the name of the thread's context, as a str; borrowed. */
    long context(Attachment attachment) {
        return name(attachment, attachment.context.name);
    }

    /** Returns the namespace of the thread's current context, a dict; borrowed. */
    long namespace(Attachment attachment) {
        ContextView view = attachment.context;
        if (view.version != contextsVersion) {
            long version = contextsVersion;
            long namespace = call(attachment, "enter", name(attachment, view.name));
            CPython.Py_DecRef(namespace); // the kernel keeps it while the version holds
            view.namespace = namespace;
            view.version = version;
        }
        return view.namespace;
    }

    /** Makes a context the thread's own. */
    void enter(Attachment attachment, String context) {
        ContextView view = attachment.context;
        long namespace = call(attachment, "enter", name(attachment, context));
        CPython.Py_DecRef(namespace);
        view.name = context;
        view.namespace = namespace;
        view.version = contextsVersion;
    }

    /** Has every thread look up its namespace again: a context was emptied or deleted. */
    void contextsChanged() {
        contextsVersion++;
    }

    // Errors

    /** Returns an exception of Python's as one of Java's. */
    PythonException describe(Attachment attachment, long exceptionObject) {
        long described =
                vectorcall(attachment, function(attachment, "describe"), exceptionObject);
        if (described == 0) {
            CPython.PyErr_Clear(); // as where the stack is at its limit
            PythonException exception = Exceptions.ofType(CPython.typeName(exceptionObject));
            keep(attachment, exception, exceptionObject);
            return exception;
        }
        try {
            long facts = CPython.PyTuple_GetItem(described, 0);
            long object = CPython.PyTuple_GetItem(described, 1);
            PythonException exception = Exceptions.of(
                    (Map<?, ?>) Converter.toJava(attachment, facts), attachment.origins().passed(object));
            keep(attachment, exception, object);
            return exception;
        } finally {
            CPython.Py_DecRef(described);
        }
    }

    /** Keeps the object of an exception where that may go back into Python. */
    private static void keep(Attachment attachment, PythonException exception, long object) {
        if (attachment.isInCallback() && !Converter.isNone(object)) {
            attachment.origins().keep(attachment, exception, object);
        }
    }
}
