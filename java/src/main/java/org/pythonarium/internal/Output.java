package org.pythonarium.internal;

import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.pythonarium.PythonException;
import org.pythonarium.PythonFunction;

/** A scope in which a thread's Python prints elsewhere; and where it prints without one. */
public final class Output {

    private final Attachment attachment;
    private final Reference scope;
    private List<String> texts; // once it is closed

    private Output(Attachment attachment, Reference scope) {
        this.attachment = attachment;
        this.scope = scope;
    }

    /** Has Python print to Java's own streams; attached, once. */
    static void connect(Attachment attachment, Kernel kernel) {
        long out = Functions.toPython(attachment, printer(() -> System.out));
        long err = Functions.toPython(attachment, printer(() -> System.err));
        kernel.run(attachment, "connect", out, err);
        CPython.Py_DecRef(out);
        CPython.Py_DecRef(err);
    }

    private static PythonFunction printer(Supplier<PrintStream> stream) {
        return (arguments, keywords) -> {
            if (arguments.getFirst() == null) {
                stream.get().flush();
            } else {
                stream.get().print((String) arguments.getFirst());
            }
            return null;
        };
    }

    /**
     * Opens a scope in the calling thread.
     *
     * @param out called with each line, or null
     * @param err likewise
     * @param limit the characters of each stream that are kept; negative: none is
     */
    public static Output open(Consumer<String> out, Consumer<String> err, int limit) {
        return Launcher.main().callLocked(attachment -> {
            long function = attachment.interpreter.kernel().function(attachment, "open_output");
            long made = Kernel.callWith(attachment, function, out, err, limit < 0 ? null : (Integer) limit);
            try {
                return new Output(attachment, Reference.loose(attachment, made));
            } finally {
                CPython.Py_DecRef(made);
            }
        });
    }

    /** Returns what was kept of standard output and of standard error. */
    public List<String> texts() {
        return attachment.interpreter.callLocked(current -> texts != null ? texts : read(current));
    }

    private List<String> read(Attachment current) {
        long pair = current.interpreter.kernel().call(current, "output_texts", scope.pointer());
        try {
            return ((List<?>) Converter.toJava(current, pair)).stream().map(String.class::cast).toList();
        } finally {
            CPython.Py_DecRef(pair);
        }
    }

    /**
     * Closes the scope; the second time it does nothing.
     *
     * @throws PythonException if another thread opened it, or a consumer of a last line throws
     */
    public void close() {
        attachment.interpreter.callLocked(current -> {
            if (texts != null) {
                return null;
            }
            if (current != attachment) {
                throw new PythonException("this PythonOutput belongs to " + attachment + "; close it there");
            }
            try {
                current.interpreter.kernel().run(current, "close_output", scope.pointer());
            } finally {
                texts = read(current);
                scope.drop();
            }
            return null;
        });
    }
}
