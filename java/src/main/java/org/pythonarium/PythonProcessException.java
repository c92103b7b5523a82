package org.pythonarium;

import java.util.List;
import java.util.OptionalInt;

/** A Python that was started as a process of its own and failed, or could not be started. */
public final class PythonProcessException extends PythonException {

    private static final long serialVersionUID = 1L;

    /** Stands for the exit code of a process that was not started, or did not end by itself. */
    static final int NO_EXIT_CODE = -1;

    private final String[] command;
    private final int exitCode;
    private final String output;

    PythonProcessException(String message, List<String> command, int exitCode, String output, Throwable cause) {
        super(message, cause);
        this.command = command.toArray(String[]::new);
        this.exitCode = exitCode;
        this.output = output;
    }

    /** The program and its arguments, as they were given, with any password in them. */
    public List<String> command() {
        return List.of(command);
    }

    /**
     * The exit code, 128 and the signal's number after a signal; nothing where the process was not started, or did not
     * end by itself.
     */
    @Override
    public OptionalInt exitCode() {
        return exitCode == NO_EXIT_CODE ? OptionalInt.empty() : OptionalInt.of(exitCode);
    }

    /** What pip wrote, both streams in their order; of other commands standard error, the last 64 KiB. */
    public String output() {
        return output;
    }
}
