package org.pythonarium.internal;

import java.nio.file.Path;
import org.pythonarium.PythonException;

/**
 * Starts the main interpreter, once, and ends it with the JVM.
 *
 * <p>Where Python runs in this process already (a host that is Python itself, or a second class
 * loader), it is joined, and left alone at the end.
 */
final class Launcher {

    private static final long FOREVER = Long.MAX_VALUE;
    private static final long SECONDS_TO_END = 5;

    private static volatile Interpreter main;
    private static PythonException failure;

    private Launcher() {}

    /**
     * Returns the main interpreter; the first call starts it.
     *
     * @throws PythonException if it cannot start
     */
    static Interpreter main() {
        Interpreter interpreter = main;
        return interpreter != null ? interpreter : start();
    }

    /** Tells whether the main interpreter has started. */
    static boolean isStarted() {
        return main != null;
    }

    private static synchronized Interpreter start() {
        if (main != null) {
            return main;
        }
        if (failure != null) {
            throw new PythonException(failure.getMessage(), failure);
        }
        PythonHome python = PythonHome.find();
        Library.open(python.libpython().toString());
        Interpreter interpreter = new Interpreter(python.minor());
        MainThread thread = new MainThread();
        Thread.ofPlatform().daemon().name("python linking").start(Upcalls::prepare); // meanwhile
        try {
            thread.call(() -> open(interpreter, python.executable()), FOREVER);
        } catch (PythonException caught) {
            failure = caught;
            throw caught;
        }
        main = interpreter;
        Runtime.getRuntime().addShutdownHook(
                new Thread(() -> end(interpreter, thread), "python shutdown"));
        return interpreter;
    }

    /** Runs on the main thread of Python, and leaves it detached. */
    private static void open(Interpreter interpreter, Path executable) {
        boolean isOurs = CPython.Py_IsInitialized() == 0;
        long state;
        if (isOurs) {
            Startup.initialize(executable.toString());
            state = CPython.PyThreadState_Get();
        } else {
            state = CPython.PyThreadState_New(CPython.PyInterpreterState_Main());
            CPython.PyEval_RestoreThread(state);
        }
        Attachment attachment = Attachment.ofPythonThread(interpreter);
        try {
            Kernel kernel = KernelSource.load(attachment);
            if (isOurs) {
                Output.connect(attachment, kernel);
            }
            interpreter.opened(CPython.PyInterpreterState_Main(), state, kernel, isOurs);
        } finally {
            attachment.release();
        }
    }

    private static void end(Interpreter interpreter, MainThread thread) {
        thread.call(() -> {
            Output.finish(interpreter);
            interpreter.close();
        }, SECONDS_TO_END);
    }
}
