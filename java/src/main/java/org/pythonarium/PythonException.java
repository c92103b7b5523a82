package org.pythonarium;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What went wrong in Python, or in the use of it.
 *
 * <p>What Python has raised is here as data: type, message, frames, notes, the members of a group.
 * The exception that was its cause, or was being handled, is the {@link #getCause cause}; where an
 * exception of Java's passed through Python, that very object is. The stack trace begins with the
 * frames of Python, the innermost first, and goes on with those of Java.
 *
 * <p>No object of Python's is held by it: it may be kept, and serialized.
 */
public class PythonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What became of a call. */
    public enum Kind {
        /** Code in Python raised an exception. */
        ERROR,
        /** The code could not be compiled. */
        SYNTAX,
        /** The code asked for the end of the program, as {@code sys.exit} does. */
        EXIT,
        /** The code ran past its timeout and was ended. */
        TIMEOUT,
        /** The code was ended from outside. */
        INTERRUPT,
        /** A variable that is not set was asked for. */
        MISSING,
        /** A context was asked for something that cannot be. */
        CONTEXT,
        /** Python was not asked, or has not raised: wrong use, or no Python to be had. */
        HOST
    }

    /**
     * One call on Python's stack.
     *
     * @param line from 1
     * @param text the source line, without indentation; empty where it is not to be had
     * @param start where in the text the failing expression begins, from 0; -1 where unknown
     * @param end where it ends, behind its last character; -1 where unknown
     */
    public record Frame(String file, int line, String function, String text, int start, int end)
            implements Serializable {}

    /**
     * Where code is no Python.
     *
     * @param line from 1
     * @param column from 1
     * @param text the source line as it stands
     */
    public record Position(String file, int line, int column, String text) implements Serializable {}

    /**
     * What Python tells of an exception.
     *
     * @param typeName the name of its class
     * @param message what {@code str()} gives
     * @param frames the outermost first
     * @param omitted how many frames are left out in the middle of {@code frames}
     * @param traceback what Python would print, ended by a line end
     * @param position where code is no Python, or null
     * @param exitCode of a {@code SystemExit}, or null
     * @param members of an exception group
     */
    public record Details(
            Kind kind,
            String typeName,
            String message,
            List<Frame> frames,
            int omitted,
            List<String> notes,
            String traceback,
            Position position,
            Integer exitCode,
            List<PythonException> members)
            implements Serializable {

        /** Copies the lists; only position and exit code may be null. */
        public Details {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(typeName, "typeName");
            Objects.requireNonNull(message, "message");
            Objects.requireNonNull(traceback, "traceback");
            frames = List.copyOf(frames);
            notes = List.copyOf(notes);
            members = List.copyOf(members);
        }

        private static Details ofHost(Kind kind, String message) {
            return new Details(
                    kind, "", message == null ? "" : message, List.of(), 0, List.of(), "", null, null, List.of());
        }
    }

    private final Details details;

    /** An error with a message of its own. */
    public PythonException(String message) {
        this(Kind.HOST, message);
    }

    /** An error with a message and a cause. */
    public PythonException(String message, Throwable cause) {
        super(message, cause);
        details = Details.ofHost(Kind.HOST, message);
    }

    /** An error that says what its cause says. */
    public PythonException(Throwable cause) {
        super(cause);
        details = Details.ofHost(Kind.HOST, cause == null ? null : cause.toString());
    }

    /** An error of a kind, with a message of its own. */
    public PythonException(Kind kind, String message) {
        super(message);
        details = Details.ofHost(kind, message);
    }

    /**
     * An exception of Python's.
     *
     * @param message its type and message in one line, or more where it is about syntax
     */
    public PythonException(String message, Details details, Throwable cause) {
        super(message, cause);
        this.details = details;
    }

    /** Returns what became of the call. */
    public Kind kind() {
        return details.kind();
    }

    /** Returns the name of the exception's class in Python; empty where Python has not raised. */
    public String typeName() {
        return details.typeName();
    }

    /** Returns the exception's message in Python, without its type. */
    public String pythonMessage() {
        return details.message();
    }

    /** Returns the calls on Python's stack, the outermost first; of many, those at both ends. */
    public List<Frame> frames() {
        return details.frames();
    }

    /** Returns the notes that were added to the exception. */
    public List<String> notes() {
        return details.notes();
    }

    /** Returns what Python would print, with the chain of causes; empty where Python has not raised. */
    public String traceback() {
        return details.traceback();
    }

    /** Returns where code is no Python, for a {@code SyntaxError}. */
    public Optional<Position> position() {
        return Optional.ofNullable(details.position());
    }

    /** Returns the code of a {@code SystemExit}: what the process of a script would end with. */
    public OptionalInt exitCode() {
        Integer code = details.exitCode();
        return code == null ? OptionalInt.empty() : OptionalInt.of(code);
    }

    /** Returns the members of an exception group, in order. */
    public List<PythonException> members() {
        return details.members();
    }
}
