package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import org.pythonarium.PythonException;

/** Where the kernel's Python modules lie, and how they are imported from there. */
final class KernelSource {

    private static final String PROBE = "/pythonarium_kernel/jvm.py";

    private KernelSource() {}

    /**
     * Imports the kernel from this program's own jar or folder.
     *
     * @throws PythonException if it is not there, or Python cannot import it
     */
    static Kernel load(Attachment attachment) {
        long sys = importModule(attachment, "sys");
        long path = attribute(attachment, sys, "path");
        long entry = Text.toPython(attachment, entry());
        long zero = CPython.PyLong_FromLongLong(0);
        try {
            CPython.Py_DecRef(callMethod(attachment, path, "insert", zero, entry));
            long module = importModule(attachment, "pythonarium_kernel.jvm");
            CPython.Py_DecRef(callMethod(attachment, path, "remove", entry));
            return new Kernel(module);
        } finally {
            CPython.Py_DecRef(zero);
            CPython.Py_DecRef(entry);
            CPython.Py_DecRef(path);
            CPython.Py_DecRef(sys);
        }
    }

    static long importModule(Attachment attachment, String name) {
        try (Arena arena = Arena.ofConfined()) {
            return Failure.check(
                    attachment, CPython.PyImport_ImportModule(arena.allocateFrom(name).address()));
        }
    }

    static long callMethod(Attachment attachment, long object, String name, long... arguments) {
        long method = attribute(attachment, object, name);
        try {
            return Failure.check(attachment, Kernel.vectorcall(attachment, method, arguments));
        } finally {
            CPython.Py_DecRef(method);
        }
    }

    private static long attribute(Attachment attachment, long object, String name) {
        long str = Text.toPython(attachment, name);
        try {
            return Failure.check(attachment, CPython.PyObject_GetAttr(object, str));
        } finally {
            CPython.Py_DecRef(str);
        }
    }

    /** Tells whether the kernel is in a jar. */
    static boolean isInJar() {
        URL url = KernelSource.class.getResource(PROBE);
        return url != null && url.toString().startsWith("jar:");
    }

    /** Returns the entry of {@code sys.path} that has the kernel: a folder, or a jar. */
    private static String entry() {
        URL url = KernelSource.class.getResource(PROBE);
        if (url == null) {
            throw new PythonException("the jar has no " + PROBE.substring(1)
                    + "; build it with Maven, or put the folder src of Pythonarium on the class path");
        }
        return KernelCache.folder(url).orElseGet(() -> place(url)).toString();
    }

    private static Path place(URL url) {
        String location = url.toString();
        int end = location.indexOf('!');
        try {
            if (location.startsWith("file:")) {
                return Path.of(url.toURI()).getParent().getParent();
            }
            if (location.startsWith("jar:file:") && end == location.lastIndexOf('!')) {
                return Path.of(new URI(location.substring("jar:".length(), end)));
            }
        } catch (URISyntaxException failure) {
            throw new PythonException("the jar's place is no path: " + url, failure);
        }
        throw new PythonException("Python cannot import from " + url
                + ", nor from a copy: none can be made in the user's cache folder; next: name a folder that can"
                + " be written by XDG_CACHE_HOME, or put pythonarium's jar on the class path as a file of its own");
    }
}
