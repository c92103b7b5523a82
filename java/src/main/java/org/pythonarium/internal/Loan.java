package org.pythonarium.internal;

import org.pythonarium.PythonException;

/**
 * The main interpreter's lock, lent to other threads by the thread that has it.
 *
 * <p>A function that Python has called runs while its caller has the lock. Should it wait for
 * another thread that wants Python, it lends the lock meanwhile, or both would wait for ever.
 */
public final class Loan {

    private final Interpreter interpreter;
    private final Attachment attachment;
    private final int lent;
    private boolean isOpen = true;

    private Loan(Interpreter interpreter, Attachment attachment) {
        this.interpreter = interpreter;
        this.attachment = attachment;
        attachment.lend();
        this.lent = interpreter.lock().lend(attachment);
    }

    /** Lends the lock to whoever wants it; a thread that has none lends nothing. */
    public static Loan open() {
        Interpreter python = Launcher.main();
        return new Loan(python, Attachments.current(python));
    }

    /**
     * Takes the lock back, waiting for it as long as it takes; the second time it does nothing.
     *
     * @throws PythonException if another thread lent it
     */
    public void close() {
        if (!isOpen) {
            return;
        }
        if (Attachments.current(interpreter) != attachment) {
            throw new PythonException("the lock was lent by " + attachment + "; take it back there");
        }
        isOpen = false;
        interpreter.lock().takeBack(attachment, lent);
        attachment.takeBack();
    }
}
