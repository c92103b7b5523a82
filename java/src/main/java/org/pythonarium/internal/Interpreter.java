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

    private static final String ENDED =
            "Python has ended in this process: the JVM is shutting down; use it before";

    private enum Life { NEW, OPEN, ENDING, ENDED }

    private final InterpreterLock lock = new InterpreterLock();
    private final AtomicReference<Attachment> home = new AtomicReference<>();
    private final Set<Long> threadStates = ConcurrentHashMap.newKeySet();
    final Releases releases = new Releases();
    final Pressure pressure = new Pressure();
    private final int minorVersion;
    private final boolean keepsGil;
    private volatile Life life = Life.NEW;
    private Attachment main; // of the thread that starts and ends Python
    private volatile Attachment rescuer;
    private long pointer;
    private long knownHead;
    private boolean wasLonely;
    private volatile boolean isCompany;
    private boolean isOurs;
    private Kernel kernel;
    private Reference none;
    private Numpy numpy;

    /**
     * @param minorVersion of CPython 3
     * @param keepsGil whether the thread at home never lets the GIL go
     */
    Interpreter(int minorVersion, boolean keepsGil) {
        this.minorVersion = minorVersion;
        this.keepsGil = keepsGil;
    }

    /** Takes note of the interpreter that the calling thread is attached to. */
    synchronized void opened(
            Attachment main, long pointer, long threadState, Kernel kernel, boolean isOurs) {
        this.main = main;
        this.pointer = pointer;
        this.kernel = kernel;
        this.isOurs = isOurs;
        threadStates.add(threadState);
        if (life == Life.NEW) {
            life = Life.OPEN;
        }
    }

    /** Takes note of what stands beside the scripts. */
    void has(Kernel kernel) {
        this.kernel = kernel;
    }

    boolean isOpen() {
        return life == Life.OPEN;
    }

    /** Tells whether it is this class that started Python, and so ends it. */
    boolean isOurs() {
        return isOurs;
    }

    // Its end

    /**
     * Refuses calls from now on, but those of Python's main thread.
     *
     * @return whether it had started
     */
    synchronized boolean refuse() {
        boolean hadStarted = life == Life.OPEN;
        life = Life.ENDING;
        lock.close(ENDED);
        return hadStarted;
    }

    /** Tells whether nobody is inside, or will be again; after {@link #refuse}. */
    boolean isQuiet() {
        for (Attachment attachment : Reaper.watched()) {
            if (attachment.interpreter == this && attachment.isInside()) {
                return false;
            }
        }
        return true;
    }

    /** Does work as Python's main thread, which the calling thread is, also while it ends. */
    void callMain(Work<?> work) {
        main.here(work);
    }

    /** Does work in a thread that is not known yet, while the main thread is stuck in the end. */
    void callRescuer(Work<?> work) {
        Attachment attachment = Attachments.current(this);
        synchronized (this) {
            rescuer = attachment;
        }
        attachment.run(work);
    }

    /**
     * Tells whether Python may be finalized, and if so lets nobody in any more.
     *
     * <p>The caller is attached, as its main thread.
     */
    synchronized boolean mayEnd() {
        boolean may = life == Life.ENDING && rescuer == null && isQuiet() && isLonely()
                && SubInterpreter.letEnd(minorVersion);
        if (may) {
            life = Life.ENDED;
        }
        return may;
    }

    /** Tells whether an attachment may enter. */
    boolean isOpenTo(Attachment attachment) {
        Life now = life;
        return now == Life.OPEN
                || now == Life.ENDING && (attachment == main || attachment == rescuer);
    }

    /** @throws PythonException if the attachment may not enter any more */
    void checkOpenTo(Attachment attachment) {
        if (!isOpenTo(attachment)) {
            throw new PythonException(ENDED);
        }
    }

    // What is known of it

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

    /** Returns the Python side of arrays. */
    PythonModule arrays(Attachment attachment) {
        return kernel.part(attachment, "jvm_arrays");
    }

    /** Returns the Python side of tables. */
    PythonModule tables(Attachment attachment) {
        return kernel.part(attachment, "jvm_tables");
    }

    /** Returns what is used of numpy; the first call imports it. */
    Numpy numpy(Attachment attachment) {
        Numpy known = numpy;
        if (known == null) {
            known = numpy = Numpy.load(attachment);
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
        Attachment holder = lock.heldHere();
        if (holder != null) {
            holder.checkRoom();
            return holder.run(work);
        }
        Attachment attachment = Attachments.current(this);
        attachment.checkRoom();
        if (lock.isHeldBy(attachment) || attachment.isInCallback()) {
            return attachment.run(work);
        }
        if (!isHome(attachment)) {
            throw new PythonException(NOT_LOCKED);
        }
        return lockAndRun(attachment, work);
    }

    /**
     * Does the work for the calling thread, which takes the lock for it if it has none.
     *
     * @throws PythonException if the thread at home never lets the GIL go
     */
    <T> T callLocked(Work<T> work) {
        Attachment attachment = Attachments.current(this);
        if (lock.isHeldBy(attachment) || attachment.isInCallback()) {
            return attachment.run(work);
        }
        checkMayWait(attachment);
        return lockAndRun(attachment, work);
    }

    private <T> T lockAndRun(Attachment attachment, Work<T> work) {
        lock.lock(attachment);
        try {
            return attachment.run(work);
        } finally {
            lock.unlock(attachment);
        }
    }

    /** Does the work without the lock: for what any thread may ask at any time. */
    <T> T callUnlocked(Work<T> work) {
        Attachment attachment = Attachments.current(this);
        attachment.checkRoom();
        checkMayWait(attachment);
        return attachment.run(work);
    }

    /**
     * Gives back what waits for it, if the calling thread may use the interpreter at once; waits
     * for no other thread's lock.
     */
    void releaseNow() {
        if (!isOpen()) {
            return;
        }
        Attachment attachment = Attachments.current(this);
        if (lock.isHeldBy(attachment) || attachment.isInCallback()) {
            attachment.run(ignored -> null);
        } else if (mayWait(attachment) && lock.tryLock(attachment)) {
            try {
                attachment.run(ignored -> null);
            } finally {
                lock.unlock(attachment);
            }
        }
    }

    /**
     * Checks that the calling thread may use the interpreter as things are.
     *
     * @throws PythonException if it may not
     */
    void check() {
        Attachment attachment = Attachments.current(this);
        if (!lock.isHeldBy(attachment) && !attachment.isInCallback() && !isHome(attachment)) {
            throw new PythonException(NOT_LOCKED);
        }
    }

    /** Notes that there are other interpreters, whose threads may want this one's GIL any time. */
    void hasCompany() {
        isCompany = true;
    }

    /** Tells whether a script can fork the process. */
    boolean mayFork() {
        return true;
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
        if (!mayWait(attachment)) {
            throw new PythonException(Setting.RELEASE_GIL_AUTOMATICALLY.property() + " is false: "
                    + home.get() + " keeps the GIL, and no other thread can use Python");
        }
    }

    private boolean mayWait(Attachment attachment) {
        return !keepsGil || isHome(attachment);
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

    /** Makes a thread state for the calling thread, which is inside; it need not be attached. */
    long newThreadState() {
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

    /** Tells whether nobody wants the GIL who does not take the lock before; the caller is attached. */
    boolean mayLinger() {
        return !isCompany && isLonely();
    }

    /**
     * Tells whether no thread that Python has started is there to want the GIL.
     *
     * <p>The caller is attached, so the list of states changes only at its head.
     */
    boolean isLonely() {
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
