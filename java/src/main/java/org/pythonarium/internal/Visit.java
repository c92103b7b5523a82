package org.pythonarium.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import org.pythonarium.PythonException;

/** Short work in an interpreter, beside what runs there, by a thread that is made for it. */
final class Visit {

    private Visit() {}

    /**
     * Starts the work; returns what it will give.
     *
     * @param gate held meanwhile; where it is not to be had, the interpreter is closed
     */
    static <T> CompletableFuture<T> start(Interpreter interpreter, Lock gate, Work<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(null, () -> {
            try {
                result.complete(enter(interpreter, gate, work));
            } catch (Throwable failure) {
                result.completeExceptionally(failure);
            }
        }, "python visitor", Stacks.AMPLE);
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private static <T> T enter(Interpreter interpreter, Lock gate, Work<T> work) {
        if (!gate.tryLock()) {
            throw new PythonException("this interpreter is closed; open another one");
        }
        try {
            Attachment visitor = Attachments.ofVisitor(interpreter);
            try {
                return visitor.here(work);
            } finally {
                visitor.endVisit();
            }
        } finally {
            gate.unlock();
        }
    }
}
