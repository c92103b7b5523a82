package org.pythonarium.internal;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.pythonarium.PythonException;

/** The contexts of the main interpreter, and the calling thread's current one. */
public final class Contexts {

    private static final String MAIN = "main";

    private Contexts() {}

    /** Returns the names of all contexts. */
    public static Set<String> names() {
        return Launcher.main().call(attachment -> new LinkedHashSet<>(list(attachment)));
    }

    private static List<String> list(Attachment attachment) {
        long names = attachment.interpreter.kernel().call(attachment, "context_names");
        try {
            return ((List<?>) Converter.toJava(attachment, names)).stream().map(String.class::cast).toList();
        } finally {
            CPython.Py_DecRef(names);
        }
    }

    /** Adds a context, unless it is there. */
    public static void add(String name) {
        named(name, "add_context");
    }

    /** Makes a context current; adds it, if it is not there. */
    public static void enter(String name) {
        Launcher.main().call(attachment -> {
            enter(attachment, checked(name));
            return null;
        });
    }

    static void enter(Attachment attachment, String name) {
        Kernel kernel = attachment.interpreter.kernel();
        if (!name.equals(attachment.context.name)) {
            kernel.run(attachment, "add_context", kernel.name(attachment, name));
            kernel.enter(attachment, name);
        }
    }

    /** Returns the name of the current context. */
    public static String current() {
        return Launcher.main().call(attachment -> attachment.context.name);
    }

    /** Empties the current context. */
    public static void reset() {
        Launcher.main().call(attachment -> {
            reset(attachment);
            return null;
        });
    }

    static void reset(Attachment attachment) {
        Kernel kernel = attachment.interpreter.kernel();
        kernel.run(attachment, "reset_context", kernel.context(attachment));
        kernel.contextsChanged();
    }

    /** Deletes a context. */
    public static void delete(String name) {
        Launcher.main().call(attachment -> {
            delete(attachment, checked(name));
            return null;
        });
    }

    static void delete(Attachment attachment, String name) {
        if (name.equals(attachment.context.name)) {
            throw new PythonException("Cannot delete current context! It is '" + name
                    + "'; first make another one current");
        }
        Kernel kernel = attachment.interpreter.kernel();
        kernel.run(attachment, "delete_context", kernel.name(attachment, name));
        kernel.contextsChanged();
    }

    /** Deletes every context but main, which becomes current. */
    public static void deleteAllButMain() {
        Launcher.main().call(attachment -> {
            enter(attachment, MAIN);
            for (String name : list(attachment)) {
                if (!name.equals(MAIN)) {
                    delete(attachment, name);
                }
            }
            return null;
        });
    }

    private static void named(String name, String function) {
        Interpreter python = Launcher.main();
        python.call(attachment -> {
            python.kernel().run(attachment, function, python.kernel().name(attachment, checked(name)));
            return null;
        });
    }

    static String checked(String name) {
        if (name == null) {
            throw new PythonException("Invalid context name: null");
        }
        return name;
    }
}
