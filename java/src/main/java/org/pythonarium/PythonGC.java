package org.pythonarium;

import org.pythonarium.internal.Frame;

/**
 * A scope of the calling thread that owns the objects made inside of it.
 *
 * <pre>{@code
 * try (PythonGC gc = PythonGC.watch()) {
 *     PythonObject result = Python.eval("1 + 1");
 * } // result is released
 * }</pre>
 *
 * <p>What is made outside of every scope, or inside of a pause, is released some time after Java
 * has let go of it. Scopes close in the reverse order of their opening.
 */
public final class PythonGC implements AutoCloseable {

    private final Frame frame;

    private PythonGC(boolean collects) {
        frame = Frame.open(collects);
    }

    /** Opens a scope. Inside of a pause it owns nothing either. */
    public static PythonGC watch() {
        return new PythonGC(true);
    }

    /** Opens a scope that owns nothing. */
    public static PythonGC pause() {
        return new PythonGC(false);
    }

    /**
     * Ends the calling thread's innermost pause.
     *
     * @throws PythonException if the innermost scope is no pause
     */
    public static void resume() {
        Frame frame = Frame.innermost();
        if (frame == null || frame.collects()) {
            throw new PythonException("GC not paused!");
        }
        frame.close();
    }

    /**
     * Moves an object from its scope to the one outside of that.
     *
     * @throws PythonException if it was released
     */
    public static void keep(PythonObject object) {
        Frame.keep(object.reference());
    }

    /** Tells whether the calling thread's innermost scope owns what is made. */
    public static boolean isWatching() {
        Frame frame = Frame.innermost();
        return frame != null && frame.collects();
    }

    /**
     * Releases what this scope owns; the second time it does nothing.
     *
     * @throws PythonException in another thread, or while a scope inside of it is open
     */
    @Override
    public void close() {
        frame.close();
    }
}
