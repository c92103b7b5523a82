package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.pythonarium.PythonException;

/**
 * An interpreter with its own GIL, and a thread of its own that does all its work.
 *
 * <p>Any thread asks, one at a time is served, no lock is needed: tasks wait in the order of their
 * coming. Python knows the one thread ({@link Carrier}); it makes the interpreter and ends it.
 *
 * <p>Invariants
 * <ul>
 *   <li>The thread never has a state of the main interpreter, and so never waits for the main GIL,
 *       which a thread may hold that waits for this one.
 *   <li>CPython ends the process where an interpreter ends that another thread still has a state
 *       of. So threads that scripts have started are waited for, and those that come here beside
 *       the script, to interrupt it ({@link #beside}), hold {@code gate} for reading; the end
 *       holds it for writing.
 *   <li>{@code ending} is the one attempt to end it that is on; after one that has failed, as where
 *       a script's thread goes on, the next {@link #close} makes another one.
 *   <li>All that are open stand in {@code OPEN}: CPython crashes where the main interpreter ends
 *       before them.
 * </ul>
 */
public final class SubInterpreter extends Interpreter {

    /** Nanoseconds that {@link #close} waits for a script to end. */
    private static final long GRACE = TimeUnit.SECONDS.toNanos(5);

    /** Nanoseconds that the end of the JVM waits for scripts to end. */
    private static final long LAST_GRACE = TimeUnit.SECONDS.toNanos(2);

    /** Nanoseconds after which a script that was interrupted is interrupted once more. */
    private static final long AGAIN = TimeUnit.MILLISECONDS.toNanos(100);

    /** Seconds for which threads that scripts have started are waited for. */
    private static final int THREADS_GRACE = 4;

    /** PyInterpreterConfig: memory of its own, no fork, no exec, threads, no daemons, a check of extensions, own GIL. */
    private static final int[] CONFIG = {0, 0, 0, 1, 0, 1, 2};

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Set<SubInterpreter> OPEN = ConcurrentHashMap.newKeySet();
    private static volatile boolean isShuttingDown;

    private static final String CLOSED = "this PythonSubInterpreter is closed; open another one";

    private final Attachment attachment;
    private final ReadWriteLock gate = new ReentrantReadWriteLock();
    private volatile boolean isClosing;
    private volatile boolean isOver; // nobody may enter any more
    private volatile long firstState; // the carrier's; 0 where there is no interpreter
    private CompletableFuture<Void> ending; // guarded by this

    private SubInterpreter(Interpreter main, String name) {
        super(main.minorVersion(), false);
        OPEN.add(this);
        attachment = Attachments.ofOwnThread(this, name);
    }

    /** Loads this class, which the end of the JVM needs: the class loader may be closed by then. */
    static void prepare() {
        // done by the initialisation of this class
    }

    // Opening

    /**
     * Opens an interpreter; starts Python if need be.
     *
     * @throws PythonException if this Python is too old, or cannot open one
     */
    public static SubInterpreter open() {
        Interpreter main = Launcher.main();
        if (main.minorVersion() < 12) {
            throw new PythonException("an interpreter with its own GIL needs Python 3.12 or newer, this is 3."
                    + main.minorVersion() + "; use contexts (PythonContextManager), or processes (PythonProcess)");
        }
        if (main.minorVersion() >= 13) {
            MainGil.free(main);
        }
        SubInterpreter interpreter =
                new SubInterpreter(main, "python interpreter " + COUNT.incrementAndGet());
        try {
            interpreter.call(attachment -> {
                Kernel kernel = KernelCode.load(attachment);
                interpreter.has(kernel);
                Output.connect(attachment, kernel);
                kernel.run(attachment, "start_own_gil");
                Launcher.applyPath(attachment, Settings.ofProcess());
                return null;
            });
        } catch (PythonException failure) {
            interpreter.giveUp(failure);
            throw failure;
        }
        return interpreter;
    }

    private void giveUp(PythonException failure) {
        try {
            close();
        } catch (PythonException stays) {
            failure.addSuppressed(stays);
        }
    }

    /** Makes the interpreter, for the thread that asks first; a state in it for any other one. */
    @Override
    long newThreadState() {
        if (firstState != 0) {
            return super.newThreadState();
        }
        checkUsable();
        if (isShuttingDown) {
            throw new PythonException("no interpreter can be opened any more: the JVM is shutting down");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment config = arena.allocateFrom(ValueLayout.JAVA_INT, CONFIG);
            String reason = Startup.failure(
                    arena, "Py_NewInterpreterFromConfig", state.address(), config.address(), 0);
            if (reason != null) {
                throw new PythonException("Python cannot open an interpreter with its own GIL: " + reason);
            }
            firstState = state.get(ValueLayout.JAVA_LONG, 0);
        }
        opened(attachment, CPython.PyThreadState_GetInterpreter(firstState), firstState, null, true);
        CPython.PyEval_SaveThread();
        return firstState;
    }

    // Calls

    @Override
    <T> T call(Work<T> work) {
        Attachment known = Attachments.known();
        if (known != null && known.interpreter == this && known.isInCallback()) {
            known.checkRoom();
            return known.run(work);
        }
        checkUsable();
        return known == null ? ask(work) : detached(known, () -> ask(work));
    }

    private <T> T ask(Work<T> work) {
        return attachment.run(own -> {
            checkUsable();
            try {
                return work.in(own);
            } catch (PythonException failure) {
                throw isClosing ? closedDuring(failure) : failure;
            }
        });
    }

    private static PythonException closedDuring(PythonException failure) {
        return new PythonException(
                "this PythonSubInterpreter was closed while it ran: " + failure.getMessage(), failure);
    }

    /** Waits while the GIL of the interpreter is free that the calling thread is known to. */
    private static <T> T detached(Attachment known, Supplier<T> wait) {
        List<T> result = new ArrayList<>(1);
        known.detached(() -> result.add(wait.get()));
        return result.getFirst();
    }

    private void checkUsable() {
        if (isClosing) {
            throw new PythonException(CLOSED);
        }
    }

    @Override
    <T> T callLocked(Work<T> work) {
        return call(work); // there is no lock to take
    }

    @Override
    void check() {
        checkUsable();
    }

    /** Leaves what waits to be given back to the next call. */
    @Override
    void releaseNow() {}

    @Override
    Numpy numpy(Attachment attachment) {
        throw new PythonException("numpy cannot be used in an interpreter with its own GIL;"
                + " use it in the main interpreter, or in a process (PythonProcess)");
    }

    @Override
    boolean mayFork() {
        return false;
    }

    @Override
    boolean isOpenTo(Attachment attachment) {
        return !isOver;
    }

    @Override
    void checkOpenTo(Attachment attachment) {
        if (isOver) {
            throw new PythonException(CLOSED);
        }
    }

    @Override
    <T> T callUnlocked(Work<T> work) {
        checkUsable();
        try {
            return beside(work).join();
        } catch (CompletionException failure) {
            throw Unexpected.rethrow(failure.getCause());
        }
    }

    /** Does short work beside what runs. */
    private <T> CompletableFuture<T> beside(Work<T> work) {
        return Visit.start(this, gate.readLock(), work);
    }

    /** Ends the script that runs; returns false if none does. */
    public boolean interrupt() {
        return callUnlocked(Scripts::interrupt);
    }

    // Closing

    /** Tells whether it is closed, or about to be. */
    public boolean isClosed() {
        return isClosing;
    }

    /**
     * Ends the script that runs, and the interpreter; once it has ended this does nothing.
     *
     * @throws PythonException if it cannot end now, or is asked to by what it has called
     */
    public void close() {
        Attachment known = Attachments.known();
        if (known != null && known.interpreter == this) {
            throw new PythonException("a PythonSubInterpreter cannot be closed by what it has called;"
                    + " close it in another thread");
        }
        CompletableFuture<Void> end = startToEnd();
        if (known == null) {
            awaitEnd(end, System.nanoTime() + GRACE);
        } else {
            known.detached(() -> awaitEnd(end, System.nanoTime() + GRACE));
        }
    }

    /** Ends all that are open, as far as they can be in the time; none can be opened any more. */
    static void closeAll() {
        isShuttingDown = true;
        if (OPEN.isEmpty()) {
            return; // as in most programs, which should not wait for what the rest loads
        }
        long deadline = System.nanoTime() + LAST_GRACE;
        Map<SubInterpreter, CompletableFuture<Void>> ends = new HashMap<>();
        OPEN.forEach(interpreter -> ends.put(interpreter, interpreter.startToEnd()));
        ends.keySet().forEach(interpreter -> interpreter.beside(Scripts::interrupt));
        ends.forEach((interpreter, end) -> {
            try {
                interpreter.awaitEnd(end, deadline);
            } catch (PythonException stays) {
                // as long as the process does; the main interpreter is not ended then
            }
        });
    }

    /**
     * Tells whether the main interpreter may end: all of them have ended before, and in CPython 3.12
     * there were none, for it frees strings at its end that they had in common.
     */
    static boolean letEnd(int minorVersion) {
        return OPEN.isEmpty() && (minorVersion >= 13 || COUNT.get() == 0);
    }

    /** Tells whether this one has not ended. */
    static boolean isOpen(SubInterpreter interpreter) {
        return OPEN.contains(interpreter);
    }

    private synchronized CompletableFuture<Void> startToEnd() {
        isClosing = true;
        if (ending == null || ending.isCompletedExceptionally()) {
            CompletableFuture<Void> attempt = new CompletableFuture<>();
            Thread.ofPlatform().daemon().name("python closer").start(() -> {
                try {
                    end();
                    attempt.complete(null);
                } catch (Throwable failure) {
                    attempt.completeExceptionally(failure);
                }
            });
            ending = attempt;
        }
        return ending;
    }

    /** Waits for the end, and interrupts again and again what it waits for. */
    private void awaitEnd(CompletableFuture<Void> end, long deadline) {
        CompletableFuture<?> interrupt = CompletableFuture.completedFuture(null);
        boolean wasInterrupted = false;
        try {
            while (true) {
                try {
                    end.get(AGAIN, TimeUnit.NANOSECONDS);
                    return;
                } catch (InterruptedException caught) {
                    wasInterrupted = true;
                } catch (TimeoutException runsStill) {
                    checkTime(deadline);
                }
                if (interrupt.isDone()) {
                    interrupt = beside(Scripts::interrupt);
                }
            }
        } catch (ExecutionException failure) {
            throw Unexpected.rethrow(failure.getCause());
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void checkTime(long deadline) {
        if (System.nanoTime() - deadline > 0) {
            throw new PythonException("this PythonSubInterpreter cannot end yet: its thread is in a call"
                    + " that does not return to Python; it ends when that returns");
        }
    }

    /** Waits for what runs, then ends the interpreter. Done by the closer. */
    private void end() throws InterruptedException {
        if (firstState != 0) {
            attachment.run(this::prepare);
        }
        attachment.endOwnThread();
        OPEN.remove(this);
    }

    /**
     * Has Python end what must not outlive the interpreter; from then on nobody else comes in.
     *
     * @throws PythonException if a thread of a script goes on
     */
    private Void prepare(Attachment own) {
        Object threads = kernel() == null ? "" : shutDown(own);
        own.detached(gate.writeLock()::lock);
        if (!isAlone(firstState)) {
            gate.writeLock().unlock();
            throw new PythonException("this PythonSubInterpreter cannot end yet: threads that a script has"
                    + " started still run: " + threads + "; close it again when they have ended");
        }
        if (kernel() != null) {
            kernel().release();
            has(null);
        }
        return null;
    }

    private static Object shutDown(Attachment own) {
        long seconds = Converter.toPython(own, "seconds", THREADS_GRACE);
        try {
            return Scripts.taken(own, "threads", own.interpreter.kernel().call(own, "shut_down", seconds));
        } finally {
            CPython.Py_DecRef(seconds);
        }
    }

    /** Ends the interpreter with its first state, of which the carrier calls this last. */
    @Override
    void endThreadState(long state) {
        if (state != firstState) {
            super.endThreadState(state);
            return;
        }
        isOver = true;
        CPython.PyEval_RestoreThread(state);
        CPython.Py_EndInterpreter(state);
    }
}
