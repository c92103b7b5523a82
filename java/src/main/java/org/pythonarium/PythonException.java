package org.pythonarium;

/** What went wrong in Python, or in the use of it. */
public class PythonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** An error with a message of its own. */
    public PythonException(String message) {
        super(message);
    }

    /** An error with a message and a cause. */
    public PythonException(String message, Throwable cause) {
        super(message, cause);
    }

    /** An error that says what its cause says. */
    public PythonException(Throwable cause) {
        super(cause);
    }
}
