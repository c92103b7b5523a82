package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
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

    private static volatile Interpreter main;
    private static PythonException failure;
    private static MainThread thread;

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
        checkNativeAccess();
        Settings settings = Settings.ofProcess();
        MainThread thread = mainThread();
        PythonHome python = findAndOpen(settings);
        boolean keepsGil = !isTrue(settings, Setting.RELEASE_GIL_AUTOMATICALLY);
        Interpreter interpreter = new Interpreter(python.version().minor(), keepsGil);
        Thread.ofPlatform().daemon().name("python linking").start(Launcher::link); // meanwhile
        Ending.prepare(interpreter, thread);
        try {
            thread.call(() -> open(interpreter, python.executable()), FOREVER);
        } catch (PythonException caught) {
            failure = caught;
            throw caught;
        }
        main = interpreter;
        return interpreter;
    }

    private static void link() {
        Upcalls.prepare();
        SubInterpreter.prepare();
    }

    /** Returns the thread that is to start Python; an attempt that fails leaves it to the next one. */
    private static MainThread mainThread() {
        if (thread == null) {
            thread = new MainThread();
            thread.add(Shapes::link); // meanwhile, for it takes a tenth of a second
        }
        return thread;
    }

    /** Finds libpython and opens it; where that fails, other settings may be tried. */
    private static PythonHome findAndOpen(Settings settings) {
        settings.freeze();
        try {
            PythonHome python = PythonHome.find();
            Library.open(python.library().toString());
            return python;
        } catch (PythonException unusable) {
            settings.thaw();
            throw unusable;
        }
    }

    private static void checkNativeAccess() {
        try {
            MemorySegment.NULL.reinterpret(1); // the least that needs it
        } catch (IllegalCallerException denied) {
            Module module = Launcher.class.getModule();
            throw new PythonException("libpython: this JVM lets no native code be called; start java"
                    + " with --enable-native-access="
                    + (module.isNamed() ? module.getName() : "ALL-UNNAMED"), denied);
        }
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
        Attachment attachment = Attachments.ofPythonThread(interpreter);
        try {
            Kernel kernel = KernelSource.load(attachment);
            interpreter.has(kernel);
            Forks.watch(attachment, kernel);
            if (isOurs) {
                Output.connect(attachment, kernel);
            }
            kernel.run(attachment, "start");
            interpreter.opened(
                    attachment, CPython.PyInterpreterState_Main(), state, kernel, isOurs);
            applyPath(attachment, settings);
            kernel.run(attachment, "join");
        } finally {
            attachment.release();
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
}
