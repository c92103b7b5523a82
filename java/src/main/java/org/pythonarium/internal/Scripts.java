package org.pythonarium.internal;

import org.pythonarium.PythonException;

/** Running code in the calling thread's context, and the variables there. */
public final class Scripts {

    private Scripts() {}

    /**
     * Runs a script.
     *
     * @throws PythonException if it cannot be compiled, or raises
     */
    public static void run(String source) {
        Interpreter python = Launcher.main();
        python.call(attachment -> {
            Kernel kernel = python.kernel();
            kernel.namespace(attachment);
            kernel.run(attachment, "execute", kernel.context(attachment), kernel.source(attachment, source));
            return null;
        });
    }

    /**
     * Returns what an expression gives.
     *
     * @throws PythonException if it cannot be compiled, or raises
     */
    public static Reference evaluate(String expression) {
        Interpreter python = Launcher.main();
        return python.call(attachment -> {
            Kernel kernel = python.kernel();
            kernel.namespace(attachment);
            return Reference.adopt(attachment, kernel.call(
                    attachment, "evaluate", kernel.context(attachment), kernel.source(attachment, expression)));
        });
    }

    /** Sets a variable to what a Java value is in Python. */
    public static void set(String name, Object value) {
        Interpreter python = Launcher.main();
        python.call(attachment -> {
            long namespace = python.kernel().namespace(attachment);
            long object = Converter.toPython(attachment, name, value);
            try {
                return Failure.check(attachment, CPython.PyDict_SetItem(
                        namespace, python.kernel().name(attachment, name), object));
            } finally {
                CPython.Py_DecRef(object);
            }
        });
    }

    /**
     * Returns the value of a variable, in Java.
     *
     * @throws PythonException if it is not set, or its value cannot cross
     */
    public static Object get(String name) {
        return Launcher.main().call(
                attachment -> Converter.toJava(attachment, name, find(attachment, name)));
    }

    /** Returns a variable as an object that stays in Python. */
    public static Reference reference(String name) {
        return Launcher.main().call(
                attachment -> Reference.to(attachment, find(attachment, name)));
    }

    /** Returns a borrowed reference to a variable's value. */
    private static long find(Attachment attachment, String name) {
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
