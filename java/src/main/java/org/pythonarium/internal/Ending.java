package org.pythonarium.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.pythonarium.PythonException;

/**
 * The end of Python with the JVM: a shutdown hook, that takes five seconds at most.
 *
 * <p>First every new call is refused, and a script that runs is interrupted. Then Python's main
 * thread does what Python does at its end: it waits for threads, calls what {@code atexit} was
 * given, and flushes. Last it finalizes Python, if nothing can go wrong: CPython up to 3.13 ends a
 * thread that wants the GIL meanwhile, and to end a thread of Java's so is to end the JVM with a
 * crash. Nothing can where
 * <ul>
 *   <li>nobody is inside: no thread of Java's is in Python, waits for the GIL, or was called by
 *       Python; and none will be, for it is refused ({@link Attachment});
 *   <li>no thread of Python's own is there, nor of another library's: Python would list its state;
 *   <li>no interpreter with its own GIL is open, nor, in CPython 3.12, was before;
 *   <li>nobody else uses this Python through the kernel: such threads are not known here.
 * </ul>
 * Else Python is left as it is, and ends with the process.
 */
final class Ending extends Thread {

    private static final long MILLISECOND = 1_000_000; // ns
    private static final long LIMIT = 4_500 * MILLISECOND; // for all but the rescue
    private static final long FOR_CALLS = 200 * MILLISECOND; // to end by themselves
    private static final long FOR_SCRIPTS = 1_000 * MILLISECOND; // to end when interrupted
    private static final long FOR_RESCUE = 400 * MILLISECOND;
    private static final long FOR_THREADS = 2_000; // ms, those of Python's own

    private final Interpreter interpreter;
    private final MainThread thread;

    private Ending(Interpreter interpreter, MainThread thread) {
        super(null, null, "python shutdown", Stacks.AMPLE, false);
        this.interpreter = interpreter;
        this.thread = thread;
    }

    /**
     * Has Python end with the JVM.
     *
     * @throws PythonException if that is ending already
     */
    static void prepare(Interpreter interpreter, MainThread thread) {
        try {
            Runtime.getRuntime().addShutdownHook(new Ending(interpreter, thread));
        } catch (IllegalStateException failure) {
            throw new PythonException(
                    "Python cannot start: the JVM is shutting down; start it before", failure);
        }
    }

    /** Runs in the thread that ends the JVM, which will not come back to let go of the GIL. */
    @Override
    public void start() {
        if (interpreter.isOpen()) {
            Attachments.letGoForGood();
        }
        super.start();
    }

    @Override
    public void run() {
        long deadline = System.nanoTime() + LIMIT;
        boolean hadStarted = interpreter.refuse();
        SubInterpreter.closeAll(); // Python crashes where it ends before them
        if (!hadStarted || !interpreter.isOurs()) {
            return;
        }
        if (!awaitQuiet(FOR_CALLS)) {
            thread.begin(this::interruptScript);
            awaitQuiet(FOR_SCRIPTS);
        }
        if (!isGilKept() && !thread.call(this::endPython, deadline - System.nanoTime())) {
            rescue();
        }
    }

    /** Waits until nobody is inside. It looks now and then: to tell it would cost each call. */
    private boolean awaitQuiet(long nanoseconds) {
        long end = System.nanoTime() + nanoseconds;
        while (!interpreter.isQuiet()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(this, MILLISECOND);
        }
        return true;
    }

    /** Tells whether a thread that is busy in Java has the GIL, so that nothing can be done. */
    private boolean isGilKept() {
        return Reaper.watched().stream().anyMatch(Attachment::isLingering);
    }

    // On the main thread

    private void interruptScript() {
        interpreter.callMain(attachment -> {
            interpreter.kernel().run(attachment, "interrupt");
            return null;
        });
    }

    private void endPython() {
        interpreter.callMain(attachment -> {
            if (prepareToFinalize(attachment) && interpreter.mayEnd()) {
                interpreter.kernel().run(attachment, "let_go");
                CPython.Py_FinalizeEx();
                attachment.interpreterHasEnded();
            }
            return null;
        });
    }

    /** Returns whether Python says that it may be finalized. */
    private boolean prepareToFinalize(Attachment attachment) {
        long milliseconds = CPython.PyLong_FromLongLong(FOR_THREADS);
        long result = interpreter.kernel().call(attachment, "end", milliseconds);
        try {
            return (Boolean) Converter.toJava(attachment, result);
        } finally {
            CPython.Py_DecRef(result);
            CPython.Py_DecRef(milliseconds);
        }
    }

    // Where the main thread does not come back

    private void rescue() {
        Thread rescuer = new Thread(null, this::flush, "python flush", Stacks.AMPLE, false);
        rescuer.setDaemon(true);
        rescuer.start();
        try {
            rescuer.join(TimeUnit.NANOSECONDS.toMillis(FOR_RESCUE));
        } catch (InterruptedException ignored) {
            // the JVM ends in any case
        }
    }

    private void flush() {
        interpreter.callRescuer(attachment -> {
            interpreter.kernel().run(attachment, "flush");
            return null;
        });
    }
}
