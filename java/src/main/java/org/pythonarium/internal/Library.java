package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import org.pythonarium.PythonException;

/**
 * The owner of libpython in this process. Opened once, never closed: CPython cannot be unloaded.
 *
 * <p>It is opened with RTLD_GLOBAL, by {@code dlopen} itself: extension modules look for the
 * symbols of CPython in the global scope, where {@code System.load} does not put them.
 */
final class Library {

    private static final int RTLD_NOW_GLOBAL = 0x2 | (isMac() ? 0x8 : 0x100);
    private static volatile Library opened;

    private final long handle;
    private final MemorySegment dlsym;

    private Library(long handle, MemorySegment dlsym) {
        this.handle = handle;
        this.dlsym = dlsym;
    }

    /**
     * Opens libpython, unless it is open.
     *
     * @throws PythonException if the file cannot be loaded
     */
    static synchronized void open(String path) {
        if (opened != null) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        MemorySegment dlopen = function(linker, "dlopen");
        try (Arena arena = Arena.ofConfined()) {
            long handle = call(dlopen, arena.allocateFrom(path).address(), RTLD_NOW_GLOBAL);
            if (handle == 0) {
                throw new PythonException(
                        "libpython: " + path + " cannot be loaded: " + reason(linker)
                                + "; set org.pythonarium.python to a Python that runs on this machine");
            }
            opened = new Library(handle, function(linker, "dlsym"));
        }
    }

    /** Returns a function's address, or 0 where this CPython has none of that name. */
    static long find(String name) {
        Library library = opened;
        if (library == null) {
            throw new IllegalStateException("libpython is not open");
        }
        try (Arena arena = Arena.ofConfined()) {
            return call(library.dlsym, library.handle, arena.allocateFrom(name).address());
        }
    }

    private static MemorySegment function(Linker linker, String name) {
        return linker.defaultLookup().find(name).orElseThrow(
                () -> new PythonException("this system has no " + name + ", by which Python is loaded"));
    }

    private static String reason(Linker linker) {
        long text = call(function(linker, "dlerror"), 0, 0);
        return text == 0 ? "no reason was given" : CPython.MEMORY.getString(text);
    }

    private static long call(MemorySegment function, long a, long b) {
        try {
            return (long) Shapes.J4.invokeExact(function, a, b, 0L, 0L);
        } catch (Throwable failure) {
            throw Unexpected.rethrow(failure);
        }
    }

    private static boolean isMac() {
        return System.getProperty("os.name", "").startsWith("Mac");
    }
}
