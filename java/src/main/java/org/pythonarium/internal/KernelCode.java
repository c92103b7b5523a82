package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The compiled modules of the kernel, which interpreters hand on to each other.
 *
 * <p>Python compiles what it imports from a jar each time anew, which takes longer than all else in
 * opening an interpreter. So the first one that is opened keeps the code, and the others load that.
 */
final class KernelCode {

    /** Defines {@code codes()}; {@code known} is what that returned in another interpreter, or empty. */
    private static final String SHARING = """
            import marshal
            from zipimport import zipimporter

            codes_by_name = marshal.loads(known) if known else {}
            compiled = zipimporter.get_code

            def get_code(self, fullname):
                if not fullname.startswith('pythonarium_kernel'):
                    return compiled(self, fullname)
                if fullname not in codes_by_name:
                    codes_by_name[fullname] = compiled(self, fullname)
                return codes_by_name[fullname]

            def codes():
                return marshal.dumps(codes_by_name)

            zipimporter.get_code = get_code
            """;

    private static volatile byte[] known = {};

    private KernelCode() {}

    /** Imports the kernel into an interpreter that is not the main one. */
    static Kernel load(Attachment attachment) {
        if (!KernelSource.isInJar()) {
            return KernelSource.load(attachment);
        }
        long builtins = KernelSource.importModule(attachment, "builtins");
        long namespace = KernelSource.callMethod(attachment, builtins, "dict");
        try {
            share(attachment, builtins, namespace);
            Kernel kernel = KernelSource.load(attachment);
            if (known.length == 0) {
                known = codes(attachment, namespace);
            }
            return kernel;
        } finally {
            CPython.Py_DecRef(namespace);
            CPython.Py_DecRef(builtins);
        }
    }

    private static void share(Attachment attachment, long builtins, long namespace) {
        long source = Text.toPython(attachment, SHARING);
        long name = Text.toPython(attachment, "known");
        long bytes = bytes(attachment, known);
        try {
            Failure.check(attachment, CPython.PyDict_SetItem(namespace, name, bytes));
            CPython.Py_DecRef(KernelSource.callMethod(attachment, builtins, "exec", source, namespace));
        } finally {
            CPython.Py_DecRef(bytes);
            CPython.Py_DecRef(name);
            CPython.Py_DecRef(source);
        }
    }

    private static long bytes(Attachment attachment, byte[] data) {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocateFrom(ValueLayout.JAVA_BYTE, data).address();
            return Failure.check(attachment, CPython.PyBytes_FromStringAndSize(address, data.length));
        }
    }

    private static byte[] codes(Attachment attachment, long namespace) {
        long name = Text.toPython(attachment, "codes");
        try {
            long function = CPython.PyDict_GetItemWithError(namespace, name);
            long bytes = Failure.check(attachment, Kernel.vectorcall(attachment, function));
            try {
                byte[] data = new byte[Math.toIntExact(CPython.PyBytes_Size(bytes))];
                MemorySegment.copy(CPython.MEMORY, ValueLayout.JAVA_BYTE,
                        CPython.PyBytes_AsString(bytes), data, 0, data.length);
                return data;
            } finally {
                CPython.Py_DecRef(bytes);
            }
        } finally {
            CPython.Py_DecRef(name);
        }
    }
}
