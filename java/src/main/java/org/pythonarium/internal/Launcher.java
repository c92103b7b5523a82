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
        Settings settings = Settings.ofProcess();
        settings.freeze();
        PythonHome python = PythonHome.find();
        Library.open(python.library().toString());
        boolean keepsGil = !isTrue(settings, Setting.RELEASE_GIL_AUTOMATICALLY);
        Interpreter interpreter = new Interpreter(python.version().minor(), keepsGil);
        MainThread thread = new MainThread();
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
        Settings settings = Settings.ofProcess();
        if (isOurs && !isTrue(settings, Setting.INITIALIZE)) {
            throw new PythonException(Setting.INITIALIZE.property()
                    + " is false, and nothing else has started Python in this process;"
                    + " start it first, or leave the property out");
        }
        if (isOurs) {
            Startup.initialize(executable.toString());
            state = CPython.PyThreadState_Get();
        } else {
            state = CPython.PyThreadState_New(CPython.PyInterpreterState_Main());
            CPython.PyEval_RestoreThread(state);
        }
        try {
            Attachment attachment = Attachment.ofPythonThread(interpreter);
            Kernel kernel = KernelSource.load(attachment);
            interpreter.opened(CPython.PyInterpreterState_Main(), state, kernel, isOurs);
            applyPath(attachment, settings);
        } finally {
            CPython.PyEval_SaveThread();
        }
    }

    /** Combines the path setting with an interpreter's own path. */
    static void applyPath(Attachment attachment, Settings settings) {
        String path = settings.get(Setting.PATH);
        if (path == null) {
            return;
        }
        Kernel kernel = attachment.interpreter.kernel();
        long custom = Text.toPython(attachment, path);
        try {
            kernel.run(attachment, "apply_path", custom,
                    kernel.name(attachment, settings.get(Setting.PATH_APPEND)));
        } finally {
            CPython.Py_DecRef(custom);
        }
    }

    private static boolean isTrue(Settings settings, Setting setting) {
        return Boolean.parseBoolean(settings.get(setting));
    }

    private static void end(Interpreter interpreter, MainThread thread) {
        SubInterpreter.closeAll(); // Python crashes where it ends before them
        thread.call(interpreter::close, SECONDS_TO_END);
    }
}
