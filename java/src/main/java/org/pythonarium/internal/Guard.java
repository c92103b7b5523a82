package org.pythonarium.internal;

import org.pythonarium.PythonException;

/** One hold of the main interpreter's lock, in the thread that took it. */
public final class Guard {

    private final Interpreter interpreter;
    private final Attachment attachment;
    private boolean isOpen = true;

    private Guard(Interpreter interpreter, Attachment attachment) {
        this.interpreter = interpreter;
        this.attachment = attachment;
        attachment.open();
    }

    /** Takes the lock, waiting for it as long as it takes. */
    public static Guard lock() {
        Interpreter python = Launcher.main();
        Attachment attachment = Attachments.current(python);
        attachment.checkRoom();
        python.isHome(attachment); // the first one that asks is at home
        python.checkMayWait(attachment);
        python.lock().lock(attachment);
        return new Guard(python, attachment);
    }

    /**
     * Takes the lock, if it is to be had within the time; returns null if it is not.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static Guard tryLock(long nanoseconds) throws InterruptedException {
        Interpreter python = Launcher.main();
        Attachment attachment = Attachments.current(python);
        attachment.checkRoom();
        python.isHome(attachment);
        python.checkMayWait(attachment);
        return python.lock().tryLock(attachment, nanoseconds) ? new Guard(python, attachment) : null;
    }

    /**
     * Checks that the calling thread may use the interpreter as things are.
     *
     * @throws PythonException if it may not
     */
    public static void check() {
        Launcher.main().check();
    }

    /** Tells whether any thread holds the lock; starts nothing. */
    public static boolean isLocked() {
        return Launcher.isStarted() && Launcher.main().lock().isHeld();
    }

    /** Tells whether the calling thread holds the lock; starts nothing. */
    public static boolean isLockedByMe() {
        if (!Launcher.isStarted()) {
            return false;
        }
        Interpreter python = Launcher.main();
        return python.lock().isHeldBy(Attachments.current(python));
    }

    /**
     * Gives the hold back; the second time it does nothing.
     *
     * @throws PythonException if another thread took it
     */
    public void close() {
        if (!isOpen) {
            return;
        }
        if (Thread.currentThread() != attachment.owner && Attachments.current(interpreter) != attachment) {
            throw new PythonException("this PythonGIL belongs to " + attachment + "; close it there");
        }
        isOpen = false;
        attachment.close();
        interpreter.lock().unlock(attachment);
    }
}
