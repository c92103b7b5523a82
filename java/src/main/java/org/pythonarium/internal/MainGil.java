package org.pythonarium.internal;

import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.pythonarium.PythonException;

/**
 * The GIL of the main interpreter, which must be free whenever no call is on, once there are other
 * interpreters: CPython 3.13 and newer take it in each import of an extension module.
 */
final class MainGil {

    private static final long GRACE = TimeUnit.SECONDS.toNanos(5);

    private static volatile boolean isFree;

    private MainGil() {}

    /**
     * Makes sure of it, from now on.
     *
     * @throws PythonException if a thread keeps the GIL outside of its calls
     */
    static void free(Interpreter main) {
        if (main.keepsGil()) {
            throw new PythonException(Setting.RELEASE_GIL_AUTOMATICALLY.property() + " is false:"
                    + " an interpreter with its own GIL could import no extension module");
        }
        if (isFree) {
            return;
        }
        main.hasCompany();
        Attachment known = Attachments.known();
        Runnable wait = () -> await(main);
        if (known == null) {
            wait.run();
        } else {
            known.detached(wait);
        }
        isFree = true;
    }

    private static void await(Interpreter main) {
        try {
            Visit.start(main, new ReentrantLock(), visitor -> null)
                    .orTimeout(GRACE, TimeUnit.NANOSECONDS).join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof TimeoutException) {
                throw new PythonException("a thread holds PythonGIL and keeps the main interpreter's GIL;"
                        + " close it, or open the first PythonSubInterpreter before");
            }
            throw Unexpected.rethrow(failure.getCause());
        }
    }
}
