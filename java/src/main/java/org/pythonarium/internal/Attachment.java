package org.pythonarium.internal;

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
 *       is large enough, or else its {@link Carrier}. It alone touches {@code depth},
 *       {@code callbacks} and {@code scratch}.
 *   <li>{@code isAttached}: the GIL is held. With no call on ({@code depth} 0) that is so only
 *       inside a lock scope of the user, and only while no thread of Python's own could want it
 *       ({@link Interpreter#isLonely}): it makes the next call cheap and delays nobody.
 *   <li>The interpreter's lock, or anything else, is waited for by {@link #detached}.
 *   <li>While Java code runs that Python has called, {@code callbacks} is more than 0 and the
 *       thread needs no lock: Python itself has let it in.
 *   <li>A state that Python made ({@code isForeign}) is Python's to delete.
 * </ul>
 */
final class Attachment {

    private static final ThreadLocal<Attachment> CURRENT = new ThreadLocal<>();

    final Interpreter interpreter;
    final Thread owner;

    /** Open {@code PythonGC} frames, the innermost first; the owner's. */
    final Deque<Frame> frames = new ArrayDeque<>();

    /** Open context scopes, the innermost first; the owner's. */
    final Deque<ContextScope> scopes = new ArrayDeque<>();

    final Scratch scratch = new Scratch();

    /** What the thread's current context is, as the kernel knows it. */
    final ContextView context = new ContextView();

    private final Carrier carrier;
    private final boolean isForeign;
    private volatile Thread runner;
    private Attachment elsewhere;
    private volatile boolean isAttached;
    private volatile boolean mayLinger = true;
    private long state;
    private int depth;
    private int callbacks;
    private int guards;

    private Attachment(Interpreter interpreter, Thread owner, boolean isDirect, long foreignState) {
        this.interpreter = interpreter;
        this.owner = owner;
        this.isForeign = foreignState != 0;
        this.state = foreignState;
        this.carrier = isDirect ? null : new Carrier(this, "python for " + nameOf(owner));
        this.runner = isDirect ? owner : carrier;
    }

    /** The one way into an interpreter that has a thread of its own, which this starts. */
    private Attachment(Interpreter interpreter, String name) {
        this.interpreter = interpreter;
        this.isForeign = false;
        this.carrier = new Carrier(this, name);
        this.runner = carrier;
        this.owner = carrier;
    }

    // Making and ending

    /** Returns the calling thread's way into the main interpreter, which must have started. */
    static Attachment current(Interpreter main) {
        Attachment attachment = CURRENT.get();
        if (attachment == null) {
            return make(main);
        }
        return attachment.interpreter == main ? attachment : attachment.elsewhere(main);
    }

    /** Returns the calling thread's way into the interpreter that it runs Python in, or null. */
    static Attachment known() {
        return CURRENT.get();
    }

    /** Makes the way into an interpreter by a thread of its own. */
    static Attachment ofOwnThread(Interpreter interpreter, String name) {
        Attachment attachment = new Attachment(interpreter, name);
        attachment.carrier.start();
        return attachment;
    }

    /** Makes the calling thread's way into an interpreter; the thread has been in none. */
    static Attachment ofVisitor(Interpreter interpreter) {
        Attachment attachment = new Attachment(interpreter, Thread.currentThread(), true, 0);
        attachment.adoptThread();
        return attachment;
    }

    /** Returns the way into the main interpreter of a thread that runs Python in another one. */
    private Attachment elsewhere(Interpreter main) {
        if (elsewhere == null) {
            elsewhere = new Attachment(main, Thread.currentThread(), false, 0);
            elsewhere.carrier.start();
        }
        return elsewhere;
    }

    private static Attachment make(Interpreter main) {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            return start(new Attachment(main, thread, false, 0));
        }
        long foreign = CPython.PyGILState_GetThisThreadState();
        boolean isDirect = foreign != 0 || main.checksStack() || Stacks.isEnough();
        Attachment attachment = new Attachment(main, thread, isDirect, foreign);
        if (!isDirect) {
            return start(attachment);
        }
        attachment.adoptThread();
        if (foreign == 0) {
            Reaper.watch(attachment);
        }
        return attachment;
    }

    private static Attachment start(Attachment attachment) {
        attachment.carrier.start();
        CURRENT.set(attachment);
        return attachment;
    }

    /** Makes an attachment for a thread that holds the GIL, by a state that Python has made. */
    static Attachment ofPythonThread(Interpreter main) {
        Attachment attachment = CURRENT.get();
        if (attachment == null) {
            long state = CPython.PyThreadState_Get();
            attachment = new Attachment(main, Thread.currentThread(), true, state);
            attachment.isAttached = true;
            attachment.depth = 1;
            CURRENT.set(attachment);
        }
        return attachment;
    }

    /** Makes the calling thread, which is its runner, the one of this attachment. */
    void adoptThread() {
        if (state == 0) {
            state = interpreter.newThreadState();
        }
        CURRENT.set(this);
    }

    /** Tells whether its Java thread has ended. */
    boolean isOrphan() {
        return !owner.isAlive();
    }

    /**
     * Deletes the thread state. Done by the carrier, or, for a Java thread that has ended, by a
     * thread that has no state of its own: deleting one takes away what the system's thread has.
     */
    void end() {
        interpreter.lock().abandon(this);
        if (!isForeign && interpreter.isOpen()) {
            interpreter.endThreadState(state);
        }
    }

    /** Has the carrier end once it has nothing more to do, and waits for that. */
    void endCarrier() throws InterruptedException {
        carrier.close();
        carrier.join();
    }

    /** Returns the innermost frame, or null. */
    Frame frame() {
        return frames.peek();
    }

    // Calls

    /** Does the work on the thread that may, attached. */
    <T> T run(Work<T> work) {
        return Thread.currentThread() == runner ? here(work) : carrier.call(work);
    }

    /** Does the work on this thread, which is the runner. */
    <T> T here(Work<T> work) {
        attach();
        try {
            return work.in(this);
        } finally {
            detach();
        }
    }

    private void attach() {
        if (!isAttached) {
            interpreter.checkOpen();
            CPython.PyEval_RestoreThread(state);
            isAttached = true;
        }
        depth++;
        if (interpreter.releases.isWaiting()) {
            interpreter.releases.work();
        }
    }

    private void detach() {
        depth--;
        if (depth == 0 && !stays()) {
            letGo();
        }
    }

    /** Tells whether the GIL is kept between calls. */
    private boolean stays() {
        return guards > 0 && mayLinger && interpreter.isLonely() || interpreter.keepsGil(this);
    }

    private void letGo() {
        isAttached = false;
        CPython.PyEval_SaveThread();
    }

    /** Does what may wait for another thread; the GIL is free meanwhile. */
    void detached(Runnable wait) {
        if (!isAttached) {
            wait.run();
        } else if (Thread.currentThread() != runner || depth == 0) {
            stopLingering();
            wait.run();
        } else {
            int before = depth;
            letGo();
            depth = 0;
            try {
                wait.run();
            } finally {
                resume(before);
            }
        }
    }

    private void stopLingering() {
        mayLinger = false;
        try {
            run(attachment -> null);
        } finally {
            mayLinger = true;
        }
    }

    private void resume(int before) {
        if (!isAttached) {
            CPython.PyEval_RestoreThread(state);
            isAttached = true;
        }
        depth = before;
    }

    // Callbacks, on the runner

    /** Begins a call from Python to Java: lets the GIL go; returns what {@link #leave} needs. */
    int enter() {
        int before = depth;
        depth = 0;
        callbacks++;
        letGo();
        return before;
    }

    /** Ends a call from Python to Java. */
    void leave(int before) {
        resume(before);
        callbacks--;
    }

    /** Tells whether Java code runs that Python has called. */
    boolean isInCallback() {
        return callbacks > 0;
    }

    // Lock scopes of the user

    /** Notes that a lock scope has opened. */
    void open() {
        guards++;
    }

    /** Notes that a lock scope has closed; the last one lets the GIL go. */
    void close() {
        guards--;
        if (guards == 0 && isAttached && !isInCallback()) {
            stopLingering();
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
