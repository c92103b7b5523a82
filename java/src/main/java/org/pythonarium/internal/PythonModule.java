package org.pythonarium.internal;

import java.util.HashMap;
import java.util.Map;

/**
 * A module of the kernel that not every program needs: its functions, by name.
 *
 * <p>Every method is called attached. Arguments are borrowed, results are new references.
 */
final class PythonModule {

    private final long module;
    private final Map<String, Long> functions = new HashMap<>();

    private PythonModule(long module) {
        this.module = module;
    }

    /** Imports a module. */
    static PythonModule of(Attachment attachment, String name) {
        Kernel kernel = attachment.interpreter.kernel();
        return new PythonModule(kernel.call(attachment, "import_module", kernel.name(attachment, name)));
    }

    /** Calls one of its functions. */
    long call(Attachment attachment, String function, long... arguments) {
        return Failure.check(attachment,
                Kernel.vectorcall(attachment, function(attachment, function), arguments));
    }

    /** Calls a function whose result is None. */
    void run(Attachment attachment, String function, long... arguments) {
        CPython.Py_DecRef(call(attachment, function, arguments));
    }

    /** Gives everything back; nothing is called any more. */
    void release() {
        functions.values().forEach(CPython::Py_DecRef);
        functions.clear();
        CPython.Py_DecRef(module);
    }

    private long function(Attachment attachment, String name) {
        Long known = functions.get(name);
        if (known == null) {
            known = Failure.check(attachment, CPython.PyObject_GetAttr(
                    module, attachment.interpreter.kernel().name(attachment, name)));
            functions.put(name, known);
        }
        return known;
    }
}
