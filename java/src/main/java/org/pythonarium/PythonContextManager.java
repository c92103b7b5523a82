package org.pythonarium;

import java.util.Set;
import java.util.UUID;
import org.pythonarium.internal.ContextScope;
import org.pythonarium.internal.Contexts;

/**
 * Named contexts: each has variables of its own, and functions keep those that they were made in.
 *
 * <p>Which context is current is each thread's own affair; at first it is {@code main}.
 */
public final class PythonContextManager {

    /** The context that is there from the start. */
    public static final String MAIN_CONTEXT = "main";

    private PythonContextManager() {}

    /** Returns the names of all contexts. */
    public static Set<String> getContexts() {
        return Contexts.names();
    }

    /**
     * Adds a context, unless it is there.
     *
     * @throws PythonException if the name is no identifier
     */
    public static void addContext(String name) {
        Contexts.add(name);
    }

    /** Tells whether there is a context of that name. */
    public static boolean hasContext(String name) {
        return Contexts.names().contains(name);
    }

    /**
     * Makes a context the calling thread's current one; adds it, if it is not there.
     *
     * @throws PythonException if the name is no identifier
     */
    public static void setContext(String name) {
        Contexts.enter(name);
    }

    /** Makes {@code main} the calling thread's current context. */
    public static void setMainContext() {
        setContext(MAIN_CONTEXT);
    }

    /** Returns the name of the calling thread's current context. */
    public static String getCurrentContext() {
        return Contexts.current();
    }

    /** Deletes all variables of the current context. */
    public static void reset() {
        Contexts.reset();
    }

    /**
     * Deletes a context with its variables.
     *
     * @throws PythonException if it is the current one, {@code main}, or not there
     */
    public static void deleteContext(String name) {
        Contexts.delete(name);
    }

    /** Deletes every context but {@code main}, which becomes current. */
    public static void deleteNonMainContexts() {
        Contexts.deleteAllButMain();
    }

    /**
     * Makes a context current until it is closed, by the thread that opened it.
     *
     * <pre>{@code
     * try (PythonContextManager.Context context = new PythonContextManager.Context("my_context")) {
     *     PythonExecutioner.exec("x = 100");
     * } // the one before is current again
     * }</pre>
     */
    public static final class Context implements AutoCloseable {

        private final ContextScope scope;

        /** Enters a temporary context, which is deleted at the end. */
        public Context() {
            scope = ContextScope.enter("temp_" + UUID.randomUUID().toString().replace('-', '_'), true);
        }

        /**
         * Enters a context; adds it, if it is not there.
         *
         * @throws PythonException if the name is no identifier
         */
        public Context(String name) {
            scope = ContextScope.enter(name, false);
        }

        /** Returns the context's name. */
        public String getName() {
            return scope.name();
        }

        /**
         * Makes the former context current again; the second time it does nothing.
         *
         * @throws PythonException in another thread, or while a context inside of it is open
         */
        @Override
        public void close() {
            scope.close();
        }
    }
}
