package org.pythonarium.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The way of one Java thread into one interpreter.
 *
 * <p>Made at the thread's first call and ended when the thread has: all the while Python sees one
 * thread with one thread state, so {@code threading.local} and context variables last.
 *
 * <p>Invariants
 * <ul>
 *   <li>Only {@code runner} runs Python with {@code state}: the Java thread itself where its stack
 *       is large enough, or else its {@link Carrier}. It alone touches {@code isAttached},
 *       {@code depth}, {@code callbacks} and {@code scratch}.
 *   <li>{@code isAttached}: the GIL is held.
 *   <li>{@code isInside} is set before anything is done with {@code state}, then the interpreter is
 *       looked at, whether it is open; and it is cleared after. Who ends the interpreter writes
 *       and looks in the other order ({@link Interpreter#refuse}, {@link Interpreter#isQuiet}). So
 *       either the thread sees that it may not enter, or the other sees that it is inside, and
 *       Python is not ended while anybody is inside or waits for the GIL.
 *   <li>With no call on ({@code depth} 0) the GIL is held only by a thread that lingers
 *       ({@link #lingers}): it makes the next call of the same lock scope cheap. It lets go at the
 *       end of the scope, before it waits for a lock, when it ends the JVM ({@link Ending}), and
 *       when it ends itself ({@link LastWill}).
 *   <li>The interpreter's lock, or anything else, is waited for by {@link #detached}.
 *   <li>While Java code runs that Python has called, {@code callbacks} is more than 0 and the
 *       thread needs no lock: Python itself has let it in.
 *   <li>A state that Python made ({@code isForeign}) is Python's to delete.
 * </ul>
 */
final class Attachment {

    private static final VarHandle INSIDE = insideHandle();

    final Interpreter interpreter;
    final Thread owner;

    /** Open {@code PythonGC} frames, the innermost first; the owner's. */
    final Deque<Frame> frames = new ArrayDeque<>();

    /** Open context scopes, the innermost first; the owner's. */
    final Deque<ContextScope> scopes = new ArrayDeque<>();

    /** What the thread's current context is, as the kernel knows it. */
    final ContextView context = new ContextView();

    /** Memory for arguments; the runner's, and null until there is one. */
    Scratch scratch;

    private StackRoom room; // on the runner's stack

    private final boolean isDirect;
    private final boolean isForeign;
    private Thread runner; // null until the first call of a thread that needs a carrier
    private Attachment elsewhere; // of an interpreter's own thread: its way into the main one
    private long state; // 0 until then
    private boolean isAttached;
    private volatile boolean isInside;
    private volatile boolean isLingering;
    private LastWill will; // from the first lingering on
    private boolean wasSeenDead; // the reaper's
    private int depth;
    private int callbacks;
    private int guards;
    private int callsOfScope;
    private int loans;
    private Origins origins;

    /** @param foreignState the thread's state if Python has made it, or 0 */
    Attachment(Interpreter interpreter, Thread owner, boolean isDirect, long foreignState) {
        this.interpreter = interpreter;
        this.owner = owner;
        this.isDirect = isDirect;
        this.isForeign = foreignState != 0;
        this.state = foreignState;
    }

    // Beginning and ending

    /** Notes which thread is to run Python. */
    void runBy(Carrier carrier) {
        runner = carrier;
    }

    /** Notes that the calling thread, which Python has started, is attached, and stays so. */
    void beginAttached() {
        isAttached = true;
        depth = 1;
        begin(owner, new Scratch());
    }

    /** Returns the way into the main interpreter of a thread that runs Python in another one. */
    Attachment elsewhere(Interpreter main) {
        if (elsewhere == null) {
            elsewhere = new Attachment(main, Thread.currentThread(), false, 0);
            Reaper.watch(elsewhere);
        }
        return elsewhere;
    }

    /** Makes the calling thread the runner, with memory for arguments. */
    void begin(Thread runner, Scratch scratch) {
        this.runner = runner;
        this.scratch = scratch;
        this.room = null;
        Attachments.set(this);
    }

    /** Tells whether its Java thread has ended. */
    boolean isOrphan() {
        return !owner.isAlive();
    }

    /** Tells whether its Java thread runs Python itself. */
    boolean isDirect() {
        return isDirect;
    }

    /**
     * Ends it, its Java thread having ended: at once, or by its carrier.
     *
     * @return whether that was all; else it is to be done again
     */
    boolean retire() {
        boolean isGilFree = will == null || will.wasExecuted() || !isLingering;
        if (!isGilFree) {
            refuseOthers();
            return false;
        }
        interpreter.lock().abandon(this);
        if (runner instanceof Carrier carrier) {
            carrier.retire();
        } else {
            end();
        }
        return true;
    }

    /** The system's thread goes on a little after Java's, or, the second time, for ever. */
    private void refuseOthers() {
        if (wasSeenDead) {
            interpreter.lock().close(this + " has ended inside of a PythonGIL that it did not close,"
                    + " and has the GIL for ever; open a PythonGIL by try-with-resources");
        }
        wasSeenDead = true;
    }

    /**
     * Deletes the thread state. Done by the carrier, or, for a Java thread that has ended, by a
     * thread that has no state of its own: deleting one takes away what the system's thread has.
     */
    void end() {
        isInside = true;
        try {
            if (state != 0 && !isForeign && interpreter.isOpenTo(this)) {
                interpreter.endThreadState(state);
                state = 0;
            }
        } finally {
            isInside = false;
        }
    }

    /** Ends the way of a visitor, which is the calling thread. */
    void endVisit() {
        end();
        Reaper.forget(this);
    }

    /** Has the thread of an interpreter end once it has nothing more to do, and waits for that. */
    void endOwnThread() throws InterruptedException {
        ((Carrier) owner).dismiss();
        owner.join();
    }

    /** Returns the innermost frame, or null. */
    Frame frame() {
        return frames.peek();
    }

    // Calls

    /**
     * Checks that the calling thread's stack has room for a call, before anything is taken.
     *
     * @throws StackOverflowError if it has not
     */
    void checkRoom() {
        if (Thread.currentThread() != runner) {
            StackRoom.checkForJava(); // the call goes to the carrier's stack
            return;
        }
        if (room == null) {
            room = new StackRoom(interpreter.checksStack());
        }
        room.check();
    }

    /** Does the work on the thread that may, attached. */
    <T> T run(Work<T> work) {
        return Thread.currentThread() == runner ? here(work) : carrier().call(work);
    }

    /** Returns the carrier; the first call takes one. */
    private Carrier carrier() {
        if (runner == null) {
            runner = Carriers.take(this);
        }
        return (Carrier) runner;
    }

    /** Does the work on this thread, which is the runner. */
    <T> T here(Work<T> work) {
        return isAttached && depth > 0 && callbacks == 0 && CPython.PyGILState_Check() == 0
                ? hereInForeignCallback(work) : hereInTurn(work);
    }

    /** Python has called a function of another class loader's, which has let the GIL go. */
    private <T> T hereInForeignCallback(Work<T> work) {
        int before = depth;
        depth = 0;
        isAttached = false;
        callbacks++;
        try {
            return hereInTurn(work);
        } finally {
            callbacks--;
            isAttached = true;
            depth = before;
        }
    }

    private <T> T hereInTurn(Work<T> work) {
        attach();
        try {
            return work.in(this);
        } finally {
            if (origins != null && depth == 1 && callbacks == 0) {
                origins.forget();
            }
            detach();
        }
    }

    private void attach() {
        if (isAttached) {
            stayIfOpen();
        } else {
            restore();
        }
        depth++;
        if (interpreter.releases.isWaiting()) {
            interpreter.releases.work();
        }
    }

    private void restore() {
        isInside = true;
        try {
            interpreter.checkOpenTo(this);
            if (state == 0) {
                state = interpreter.newThreadState();
            }
            CPython.PyEval_RestoreThread(state);
            isAttached = true;
        } finally {
            if (!isAttached && callbacks == 0) {
                isInside = false;
            }
        }
    }

    private void stayIfOpen() {
        if (depth == 0 && !interpreter.isOpenTo(this)) {
            letGo();
            interpreter.checkOpenTo(this);
        }
    }

    private void detach() {
        depth--;
        if (depth == 0 && isAttached && !lingers()) {
            letGo();
        }
    }

    /**
     * Tells whether the GIL is kept until the next call: from the second call of a lock scope on,
     * while Python has no threads of its own that could want it.
     */
    private boolean lingers() {
        boolean lingers = isDirect && !isForeign && callbacks == 0 && loans == 0
                && (guards > 0 && callsOfScope++ > 0 && interpreter.mayLinger()
                        || interpreter.keepsGil(this));
        if (lingers && !isLingering) {
            writeWill();
        }
        return lingers;
    }

    private void writeWill() {
        if (will == null) {
            will = new LastWill();
        }
        will.write(state);
        isLingering = true;
    }

    /** Lets go of the GIL if it is held with no call on. */
    void stopLingering() {
        if (Thread.currentThread() == runner && isAttached && depth == 0) {
            letGo();
        }
    }

    private void letGo() {
        save();
        if (callbacks == 0) {
            INSIDE.setRelease(this, false);
        }
    }

    private void save() {
        long saved = CPython.PyEval_SaveThread();
        isAttached = false;
        if (isForeign) {
            state = saved; // whoever made it may have made another one since
        }
        if (isLingering) {
            isLingering = false;
            will.tear();
        }
    }

    /** Does what may wait for another thread; the GIL is free meanwhile. */
    void detached(Runnable wait) {
        stopLingering();
        if (Thread.currentThread() != runner || !isAttached) {
            wait.run();
            return;
        }
        int before = depth;
        depth = 0;
        save();
        try {
            wait.run();
        } finally {
            resume(before);
        }
    }

    private void resume(int before) {
        if (!isAttached) {
            CPython.PyEval_RestoreThread(state); // is inside since it called Python
            isAttached = true;
        }
        depth = before;
    }

    /** Lets go of the GIL that the calling thread got outside of any call. */
    void release() {
        depth = 0;
        letGo();
    }

    // Callbacks, on the runner

    /**
     * Begins a call from Python to Java where another class loader has called Python: by a state
     * of its own, maybe.
     *
     * @return what {@link #depart} needs; 0 where it was here that Python was called
     */
    long arrive() {
        if (isAttached) {
            return 0;
        }
        long before = state;
        isInside = true;
        state = CPython.PyThreadState_Get();
        isAttached = true;
        depth = 1;
        return before == 0 ? -1 : before;
    }

    /** Ends such a call. */
    void depart(long before) {
        if (before != 0) {
            state = before == -1 ? 0 : before;
            isAttached = false;
            depth = 0;
            isInside = callbacks > 0;
        }
    }

    /** Begins a call from Python to Java: lets the GIL go; returns what {@link #leave} needs. */
    int enter() {
        int before = depth;
        depth = 0;
        callbacks++;
        save();
        return before;
    }

    /** Ends a call from Python to Java. */
    void leave(int before) {
        resume(before);
        callbacks--;
    }

    /** Begins a call from Python to Java that keeps the GIL. */
    void enterAttached() {
        callbacks++;
    }

    /** Ends a call from Python to Java that has kept the GIL. */
    void leaveAttached() {
        callbacks--;
    }

    /** Tells whether Java code runs that Python has called. */
    boolean isInCallback() {
        return callbacks > 0;
    }

    /** Returns how many calls from Python to Java are on. */
    int callbacks() {
        return callbacks;
    }

    /** Returns the exceptions that may go back into Python. */
    Origins origins() {
        if (origins == null) {
            origins = new Origins();
        }
        return origins;
    }

    /** Lets go of what a call from Python to Java, which is over, has got of exceptions. */
    void forgetOrigins() {
        if (origins != null) {
            origins.leave(callbacks + 1);
        }
    }

    // Lock scopes of the user

    /** Notes that a lock scope has opened. */
    void open() {
        if (guards++ == 0) {
            callsOfScope = 0;
        }
    }

    /** Notes that a lock scope has closed; the last one lets the GIL go. */
    void close() {
        if (--guards == 0 && !interpreter.keepsGil(this)) {
            stopLingering();
        }
    }

    /** Notes that its thread lends the lock; the GIL is free from now on, outside of calls. */
    void lend() {
        loans++;
        stopLingering();
    }

    /** Notes that a loan is over. */
    void takeBack() {
        loans--;
    }

    // The end of the interpreter

    /** Tells whether it is in Python, or about to be, or to come back there. Any thread may ask. */
    boolean isInside() {
        return isInside;
    }

    /**
     * Tells whether it has had the GIL with no call on, and may still. Any thread may ask: one that
     * sees an old depth is as right as one that has asked a little earlier.
     */
    boolean isLingering() {
        return isLingering && depth == 0;
    }

    /** Notes that the calling thread, which is attached, has finalized Python. */
    void interpreterHasEnded() {
        isAttached = false;
    }

    /** Lets go of the GIL, if the calling thread has it by this, and will not come back here. */
    void letGoForGood() {
        if (isAttached) {
            save();
            isInside = depth > 0 || callbacks > 0;
        }
    }

    /** Tells whether a thread's state, which is not 0, is this one's. */
    boolean has(long threadState) {
        return state == threadState;
    }

    /** Tells whether the calling thread runs Python for this one. */
    boolean isRunHere() {
        return runner == Thread.currentThread();
    }

    private static VarHandle insideHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(Attachment.class, "isInside", boolean.class);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static String nameOf(Thread thread) {
        return thread.getName().isEmpty() ? "thread " + thread.threadId() : thread.getName();
    }

    @Override
    public String toString() {
        return "thread '" + nameOf(owner) + "'";
    }
}
