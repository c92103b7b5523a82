package org.pythonarium;

import java.util.function.Consumer;
import org.pythonarium.internal.Output;

/**
 * Where Python prints to, for the thread that opens it, until it is closed.
 *
 * <pre>{@code
 * try (PythonOutput output = PythonOutput.capture()) {
 *     PythonExecutioner.exec("print('hello')");
 *     output.stdout(); // "hello\n"
 * }
 * }</pre>
 *
 * <p>Without one, Python prints to {@link System#out} and {@link System#err}, whatever streams
 * those are at the time; there, too, a line goes as a whole. Threads that a script starts print to
 * where the script did. What C code or a child process writes to the process's own descriptors is
 * not seen. Python reads standard input from the process's own descriptor, not {@link System#in}.
 *
 * <p>They nest. The thread that opened one closes it; it needs no lock to do so.
 */
public final class PythonOutput implements AutoCloseable {

    /** Characters of each stream that {@link #capture()} keeps. */
    public static final int CAPTURE_LIMIT = 16_000_000;

    private final Output output;

    private PythonOutput(Output output) {
        this.output = output;
    }

    /** Keeps what is printed, up to {@link #CAPTURE_LIMIT}. */
    public static PythonOutput capture() {
        return capture(CAPTURE_LIMIT);
    }

    /**
     * Keeps what is printed.
     *
     * @param limit the characters that are kept of each stream; a last line says how many more
     *     there were
     * @throws PythonException if the limit is negative
     */
    public static PythonOutput capture(int limit) {
        if (limit < 0) {
            throw new PythonException("limit of captured output: " + limit + "; give 0 or more characters");
        }
        return new PythonOutput(Output.open(null, null, limit));
    }

    /**
     * Hands on what is printed, line by line, without line ends.
     *
     * <p>A consumer is called by the thread that prints, and the code that prints waits for it. What
     * it throws is raised there, and, if the script does not catch it, is the cause of the script's
     * failure. A line that has no end is handed on when this is closed.
     */
    public static PythonOutput to(Consumer<String> line, Consumer<String> errorLine) {
        if (line == null || errorLine == null) {
            throw new PythonException("a consumer of output is null; give one that does nothing");
        }
        return new PythonOutput(Output.open(line, errorLine, -1));
    }

    /** Returns what was captured of standard output; empty where lines are handed on. */
    public String stdout() {
        return output.texts().get(0);
    }

    /** Returns what was captured of standard error; empty where lines are handed on. */
    public String stderr() {
        return output.texts().get(1);
    }

    /**
     * Has Python print again to where it did before; the second time it does nothing.
     *
     * @throws PythonException if another thread opened it, or a consumer of a last line throws
     */
    @Override
    public void close() {
        output.close();
    }
}
