package org.pythonarium.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.pythonarium.PythonException;

/**
 * An interpreter in this process: who may use it, and what is known of it.
 *
 * <p>The main one starts at the first call, once. The thread that makes that call is at home: its
 * calls take the lock by themselves. Any other thread takes it first, or is called by Python.
 */
class Interpreter {

    /** What Python4J documents for a thread without the lock. */
    static final String NOT_LOCKED =
            "Attempt to use Python4j from multiple threads without acquiring GIL. Enclose your code"
                    + " in a try(PythonGIL gil = PythonGIL.lock()){...} block to ensure that GIL is"
                    + " acquired in multi-threaded environments.";

    private enum Life { NEW, OPEN, CLOSED }

    private final InterpreterLock lock = new InterpreterLock();
    private final AtomicReference<Attachment> home = new AtomicReference<>();
    private final Set<Long> threadStates = ConcurrentHashMap.newKeySet();
    final Releases releases = new Releases();
    private final int minorVersion;
    private final boolean keepsGil;
    private volatile Life life = Life.NEW;
    private long pointer;
    private long knownHead;
    private boolean wasLonely;
    private volatile boolean isCompany;
    private boolean isOurs;
    private Kernel kernel;
    private Reference none;

    /**
     * @param minorVersion of CPython 3
     * @param keepsGil whether the thread at home never lets the GIL go
     */
    Interpreter(int minorVersion, boolean keepsGil) {
        this.minorVersion = minorVersion;
        this.keepsGil = keepsGil;
    }

    /** Takes note of the interpreter that the calling thread is attached to. */
    void opened(long pointer, long threadState, Kernel kernel, boolean isOurs) {
        this.pointer = pointer;
        this.kernel = kernel;
        this.isOurs = isOurs;
        threadStates.add(threadState);
        life = Life.OPEN;
    }

    /** Takes note of what stands beside the scripts. */
    void has(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Refuses all calls from now on, and ends Python if it can be ended in peace. */
    void close() {
        life = Life.CLOSED;
    }

    boolean isOpen() {
        return life == Life.OPEN;
    }

    /** @throws PythonException if it is closed */
    void checkOpen() {
        if (life != Life.OPEN) {
            throw new PythonException("Python has ended in this process: the JVM is shutting down");
        }
    }

    InterpreterLock lock() {
        return lock;
    }

    Kernel kernel() {
        return kernel;
    }

    /** Tells whether this CPython looks at the true end of the stack. */
    boolean checksStack() {
        return minorVersion >= 14;
    }

    int minorVersion() {
        return minorVersion;
    }

    /** Returns None, which is never released. */
    Reference none(Attachment attachment) {
        Reference known = none;
        if (known == null) {
            known = none = Reference.permanent(attachment, Converter.none());
        }
        return known;
    }

    // Who may use it

    /**
     * Does the work for the calling thread.
     *
     * @throws PythonException if the thread may not use the interpreter as things are
     */
    <T> T call(Work<T> work) {
        Attachment attachment = Attachment.current(this);
        if (lock.isHeldBy(attachment) || attachment.isInCallback()) {
            return attachment.run(work);
        }
        if (!isHome(attachment)) {
            throw new PythonException(NOT_LOCKED);
        }
        lock.lock(attachment);
        try {
            return attachment.run(work);
        } finally {
            lock.unlock(attachment);
        }
    }

    /** Does the work without the lock: for what any thread may ask at any time. */
    <T> T callUnlocked(Work<T> work) {
        return Attachment.current(this).run(work);
    }

    /**
     * Checks that the calling thread may use the interpreter as things are.
     *
     * @throws PythonException if it may not
     */
    void check() {
        Attachment attachment = Attachment.current(this);
        if (!lock.isHeldBy(attachment) && !attachment.isInCallback() && !isHome(attachment)) {
            throw new PythonException(NOT_LOCKED);
        }
    }

    /** Notes that there are other interpreters, whose threads may want this one's GIL any time. */
    void hasCompany() {
        isCompany = true;
    }

    /** Tells whether the thread at home never lets the GIL go. */
    boolean keepsGil() {
        return keepsGil;
    }

    /** Tells whether the attachment keeps the GIL between its calls. */
    boolean keepsGil(Attachment attachment) {
        return keepsGil && home.get() == attachment;
    }

    /**
     * Checks that a thread may wait for the lock.
     *
     * @throws PythonException if the thread at home never lets the GIL go
     */
    void checkMayWait(Attachment attachment) {
        if (keepsGil && !isHome(attachment)) {
            throw new PythonException(Setting.RELEASE_GIL_AUTOMATICALLY.property() + " is false: "
                    + home.get() + " keeps the GIL, and no other thread can use Python");
        }
    }

    /** Tells whether the attachment is the first one that asked. */
    boolean isHome(Attachment attachment) {
        Attachment first = home.get();
        return first == attachment
                || first == null && home.compareAndSet(null, attachment)
                || home.get() == attachment;
    }

    // Thread states

    /** Tells whether no other thread has a state; the caller is attached by this one. */
    boolean isAlone(long state) {
        long head = CPython.PyInterpreterState_ThreadHead(pointer);
        return head == state && CPython.PyThreadState_Next(head) == 0;
    }

    /** Makes a thread state for the calling thread; it need not be attached. */
    long newThreadState() {
        checkOpen();
        long state = CPython.PyThreadState_New(pointer);
        if (state == 0) {
            throw new OutOfMemoryError("Python has no memory for another thread's state");
        }
        threadStates.add(state);
        return state;
    }

    /** Deletes a thread state; no thread is attached by it. */
    void endThreadState(long state) {
        threadStates.remove(state);
        CPython.PyEval_RestoreThread(state);
        CPython.PyThreadState_Clear(state);
        CPython.PyThreadState_DeleteCurrent();
    }

    /**
     * Tells whether no thread is there to want the GIL that does not take the lock before.
     *
     * <p>The caller is attached, so the list of states changes only at its head.
     */
    boolean isLonely() {
        if (isCompany) {
            return false;
        }
        long head = CPython.PyInterpreterState_ThreadHead(pointer);
        if (head != knownHead) {
            boolean lonely = true;
            for (long state = head; state != 0 && lonely; state = CPython.PyThreadState_Next(state)) {
                lonely = threadStates.contains(state);
            }
            wasLonely = lonely;
            knownHead = lonely ? head : 0; // look again while there is another
        }
        return wasLonely;
    }
}
