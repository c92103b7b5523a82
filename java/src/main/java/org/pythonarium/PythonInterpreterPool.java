package org.pythonarium;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Interpreters with their own GIL, for many tasks, as many at a time as there are interpreters.
 *
 * <p>The threads are yours, of any executor:
 *
 * <pre>{@code
 * try (PythonInterpreterPool pool = new PythonInterpreterPool(4);
 *         ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
 *     Future<Long> total = threads.submit(() -> pool.call(python -> {
 *         python.exec("total = sum(range(10_000_000))");
 *         return python.getVariable("total", PythonTypes.INT).getValue();
 *     }));
 * }
 * }</pre>
 *
 * <p>An interpreter is opened when none of those that are open is free, and then kept: to open one
 * takes time, and CPython does not give all of its memory back. Each task finds the context
 * {@code main} empty; what was imported before is there. Any thread may use the pool; a task that
 * asks for another interpreter while it has one may wait for ever.
 */
public final class PythonInterpreterPool implements AutoCloseable {

    private final Semaphore permits;
    private final Deque<PythonSubInterpreter> free = new ArrayDeque<>(); // guarded by itself
    private boolean isClosed; // guarded by free

    /**
     * A pool of so many interpreters at most; none is opened yet.
     *
     * @throws IllegalArgumentException if it is less than one
     */
    public PythonInterpreterPool(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("a pool has at least one interpreter, not " + size);
        }
        permits = new Semaphore(size);
    }

    /**
     * Has a task use an interpreter that no other task has meanwhile; waits for one.
     *
     * @return what the task returns
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws PythonException if the pool is closed, or no interpreter can be opened
     */
    public <T> T call(Function<PythonSubInterpreter, T> task) throws InterruptedException {
        permits.acquire();
        try {
            PythonSubInterpreter interpreter = take();
            try {
                return task.apply(interpreter);
            } finally {
                giveBack(interpreter);
            }
        } finally {
            permits.release();
        }
    }

    /** Has a task use an interpreter that no other task has meanwhile, as {@link #call} does. */
    public void run(Consumer<PythonSubInterpreter> task) throws InterruptedException {
        call(interpreter -> {
            task.accept(interpreter);
            return null;
        });
    }

    private PythonSubInterpreter take() {
        synchronized (free) {
            if (isClosed) {
                throw new PythonException("this PythonInterpreterPool is closed; make another one");
            }
            if (!free.isEmpty()) {
                return free.pop();
            }
        }
        return new PythonSubInterpreter();
    }

    private void giveBack(PythonSubInterpreter interpreter) {
        if (interpreter.isClosed()) {
            return; // the task has closed it; the next one gets another
        }
        try {
            interpreter.setContext("main");
            interpreter.resetContext();
        } catch (PythonException failure) {
            interpreter.close();
            return;
        }
        synchronized (free) {
            if (!isClosed) {
                free.push(interpreter);
                return;
            }
        }
        interpreter.close();
    }

    /**
     * Closes the interpreters that are free now, and each other one when its task ends; no task is
     * taken any more.
     *
     * @throws PythonException if an interpreter cannot end; see {@link PythonSubInterpreter#close}
     */
    @Override
    public void close() {
        Deque<PythonSubInterpreter> last;
        synchronized (free) {
            isClosed = true;
            last = new ArrayDeque<>(free);
            free.clear();
        }
        PythonException failure = null;
        for (PythonSubInterpreter interpreter : last) {
            try {
                interpreter.close();
            } catch (PythonException caught) {
                failure = caught;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
