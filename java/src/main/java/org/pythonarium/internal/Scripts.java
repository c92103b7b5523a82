package org.pythonarium.internal;

import java.time.Duration;
import java.util.Map;
import org.pythonarium.PythonException;

/** Running code in the calling thread's context, and the variables there. */
public final class Scripts {

    private Scripts() {}

    /** Starts Python, unless it runs. */
    public static void start() {
        Launcher.main();
    }

    /**
     * Runs a script.
     *
     * @param timeout after which it is ended; null: never
     * @throws PythonException if it cannot be compiled, or raises
     */
    public static void run(String source, Duration timeout) {
        Interpreter python = Launcher.main();
        Settings.ofProcess().check();
        python.call(attachment -> {
            CPython.Py_DecRef(execute(attachment, source, timeout));
            return null;
        });
    }

    /** Runs a script; returns a new reference to what its last expression gives, or to None. */
    static long execute(Attachment attachment, String source, Duration timeout) {
        Kernel kernel = attachment.interpreter.kernel();
        kernel.namespace(attachment);
        long context = kernel.context(attachment);
        long text = kernel.source(attachment, source);
        if (timeout == null) {
            return kernel.call(attachment, "execute", context, text);
        }
        long seconds = Converter.toPython(attachment, "timeout", timeout.toNanos() / 1e9);
        try {
            return kernel.call(attachment, "execute", context, text, seconds);
        } finally {
            CPython.Py_DecRef(seconds);
        }
    }

    /** Ends the script that runs; returns false if none does. Any thread may ask. */
    public static boolean interrupt() {
        return Launcher.isStarted() && Launcher.main().callUnlocked(Scripts::interrupt);
    }

    static boolean interrupt(Attachment attachment) {
        return (Boolean) taken(attachment, "result",
                attachment.interpreter.kernel().call(attachment, "interrupt"));
    }

    /** Returns what an object of Python is in Java, and gives the reference to it back. */
    static Object taken(Attachment attachment, String name, long object) {
        try {
            return Converter.toJava(attachment, name, object);
        } finally {
            CPython.Py_DecRef(object);
        }
    }

    /**
     * Returns what an expression gives.
     *
     * @throws PythonException if it cannot be compiled, or raises
     */
    public static Reference evaluate(String expression) {
        return Launcher.main().call(attachment -> evaluate(attachment, expression));
    }

    static Reference evaluate(Attachment attachment, String expression) {
        Kernel kernel = attachment.interpreter.kernel();
        kernel.namespace(attachment);
        return Reference.adopt(attachment, kernel.call(attachment, "evaluate",
                kernel.context(attachment), kernel.source(attachment, expression)));
    }

    /** Sets a variable to what a Java value is in Python. */
    public static void set(String name, Object value) {
        Names.checked(name);
        Launcher.main().call(attachment -> set(attachment, name, value));
    }

    static int set(Attachment attachment, String name, Object value) {
        Kernel kernel = attachment.interpreter.kernel();
        long namespace = kernel.namespace(attachment);
        long object = Converter.toPython(attachment, name, value);
        try {
            return Failure.check(attachment, CPython.PyDict_SetItem(
                    namespace, kernel.name(attachment, name), object));
        } finally {
            CPython.Py_DecRef(object);
        }
    }

    /**
     * Returns the value of a variable, in Java.
     *
     * @throws PythonException if it is not set, or its value cannot cross
     */
    public static Object get(String name) {
        return Launcher.main().call(attachment -> get(attachment, name));
    }

    static Object get(Attachment attachment, String name) {
        return Converter.toJava(attachment, name, find(attachment, name));
    }

    /** Returns a variable as an object that stays in Python. */
    public static Reference reference(String name) {
        return Launcher.main().call(
                attachment -> Reference.to(attachment, find(attachment, name)));
    }

    /** Returns what a Java value is in Python. */
    public static Reference object(Object value) {
        return Launcher.main().call(attachment ->
                Reference.adopt(attachment, Converter.toPython(attachment, "value", value)));
    }

    /** Returns what an object of Python's is in Java. */
    public static Object value(Reference reference) {
        return reference.use((attachment, object) -> Converter.toJava(attachment, "object", object));
    }

    /** Returns the name of an object's type, as Python's {@code __qualname__} has it. */
    public static String typeName(Reference reference) {
        return reference.use((attachment, object) -> {
            long name = Failure.check(attachment, CPython.PyObject_GetAttr(
                    CPython.Py_TYPE(object),
                    attachment.interpreter.kernel().name(attachment, "__qualname__")));
            try {
                return Text.toJava(attachment, name);
            } finally {
                CPython.Py_DecRef(name);
            }
        });
    }

    /** Deletes a variable. */
    public static void delete(String name) {
        Launcher.main().call(attachment -> delete(attachment, name));
    }

    static int delete(Attachment attachment, String name) {
        find(attachment, name);
        Kernel kernel = attachment.interpreter.kernel();
        return Failure.check(attachment, CPython.PyDict_DelItem(
                kernel.namespace(attachment), kernel.name(attachment, name)));
    }

    /** Returns the variables of the current context that are values. */
    public static Map<String, Object> variables() {
        return Launcher.main().call(Scripts::variables);
    }

    static Map<String, Object> variables(Attachment attachment) {
        Kernel kernel = attachment.interpreter.kernel();
        long variables = kernel.call(attachment, "variables", kernel.context(attachment));
        try {
            return ToJava.variables(attachment, variables);
        } finally {
            CPython.Py_DecRef(variables);
        }
    }

    /** Returns a borrowed reference to a variable's value. */
    static long find(Attachment attachment, String name) {
        if (name == null) {
            throw new PythonException("Invalid identifier: null; name the variable");
        }
        Kernel kernel = attachment.interpreter.kernel();
        long namespace = kernel.namespace(attachment);
        long str = kernel.name(attachment, name);
        long object = CPython.PyDict_GetItemWithError(namespace, str);
        if (object == 0) {
            kernel.run(attachment, "missing", kernel.context(attachment), str);
            throw new PythonException("variable '" + name + "' has gone while it was read");
        }
        return object;
    }
}
