package org.pythonarium.internal;

/**
 * Which way each thread has into an interpreter ({@link Attachment}): made when it is first asked
 * for, and known as long as the thread lives.
 */
final class Attachments {

    private static final ThreadLocal<Attachment> CURRENT = new ThreadLocal<>();

    private Attachments() {}

    /** Returns the calling thread's way into the main interpreter, which must have started. */
    static Attachment current(Interpreter main) {
        Attachment attachment = CURRENT.get();
        if (attachment == null) {
            return make(main);
        }
        return attachment.interpreter == main ? attachment : attachment.elsewhere(main);
    }

    /** Returns the calling thread's way into the interpreter that it runs Python in, or null. */
    static Attachment known() {
        return CURRENT.get();
    }

    /** Makes an attachment the calling thread's, which runs Python for it. */
    static void set(Attachment attachment) {
        CURRENT.set(attachment);
    }

    private static Attachment make(Interpreter main) {
        Thread thread = Thread.currentThread();
        long foreign = thread.isVirtual() ? 0 : CPython.PyGILState_GetThisThreadState();
        boolean isDirect = foreign != 0
                || !thread.isVirtual() && (main.checksStack() || Stacks.isEnough());
        Attachment attachment = new Attachment(main, thread, isDirect, foreign);
        Reaper.watch(attachment);
        if (isDirect) {
            attachment.begin(thread, new Scratch());
        }
        CURRENT.set(attachment);
        return attachment;
    }

    /** Makes the way into an interpreter by a thread of its own. */
    static Attachment ofOwnThread(Interpreter interpreter, String name) {
        Carrier carrier = new Carrier();
        Attachment attachment = new Attachment(interpreter, carrier, false, 0);
        attachment.runBy(carrier);
        carrier.start(attachment, name);
        return attachment;
    }

    /** Makes the calling thread's way into an interpreter; the thread has been in none. */
    static Attachment ofVisitor(Interpreter interpreter) {
        Attachment attachment = new Attachment(interpreter, Thread.currentThread(), true, 0);
        Reaper.watch(attachment);
        attachment.begin(attachment.owner, new Scratch());
        return attachment;
    }

    /** Returns that of a thread that holds the GIL; makes it by the state that Python has made. */
    static Attachment ofPythonThread(Interpreter main) {
        Attachment attachment = CURRENT.get();
        if (attachment == null) {
            attachment = new Attachment(main, Thread.currentThread(), true, CPython.PyThreadState_Get());
            attachment.beginAttached();
        }
        return attachment;
    }

    /**
     * Lets go of the GIL for a thread that will not come back here, if it has it: it ends the JVM.
     *
     * <p>The first thread of a program is another one for Java when it does that, and has the GIL
     * still.
     */
    static void letGoForGood() {
        long mine = CPython.PyGILState_GetThisThreadState();
        for (Attachment attachment : Reaper.watched()) {
            if (mine != 0 && attachment.has(mine)) {
                attachment.letGoForGood();
            }
        }
        Attachment known = CURRENT.get(); // of a thread of Python's, which nobody watches
        if (known != null && known.isRunHere()) {
            known.letGoForGood();
        }
    }
}
