package org.pythonarium.internal;

import java.lang.ref.Cleaner;
import java.util.Objects;
import org.pythonarium.PythonException;

/**
 * A reference to an object of Python that Java owns.
 *
 * <p>Made attached, from a new reference, which it takes over. It is given back once: when the
 * frame that owns it closes, by {@link #release}, or, where no frame owns it, some time after the
 * last use in Java. Any thread that may use the interpreter may use it until then; afterwards each
 * use is refused.
 */
public final class Reference {

    /** What tells, on a thread of its own, that Java has let go of something. */
    static final Cleaner CLEANER = Cleaner.create(task -> {
        Thread thread = new Thread(task, "python cleaner");
        thread.setDaemon(true);
        return thread;
    });

    private final Interpreter interpreter;
    private final Held held;
    private final boolean isPermanent;
    private Frame frame; // the GIL guards it

    private Reference(Attachment attachment, long object, boolean isPermanent) {
        interpreter = attachment.interpreter;
        held = new Held(object, interpreter.releases);
        this.isPermanent = isPermanent;
    }

    /** Takes over a new reference. */
    static Reference adopt(Attachment attachment, long object) {
        Reference reference = new Reference(attachment, object, false);
        reference.moveTo(attachment.frame());
        return reference;
    }

    /** Makes a reference that is never given back, for what every program has. */
    static Reference permanent(Attachment attachment, long object) {
        CPython.Py_IncRef(object);
        return new Reference(attachment, object, true);
    }

    /** Makes a new reference to a borrowed object. */
    static Reference to(Attachment attachment, long object) {
        CPython.Py_IncRef(object);
        return adopt(attachment, object);
    }

    /** Makes a new reference to a borrowed object, which no frame owns. */
    static Reference loose(Attachment attachment, long object) {
        CPython.Py_IncRef(object);
        Reference reference = new Reference(attachment, object, false);
        reference.moveTo(null);
        return reference;
    }

    /** What is done with the object, attached. */
    @FunctionalInterface
    interface Use<T> {
        T with(Attachment attachment, long object);
    }

    /**
     * Does something with the object.
     *
     * @throws PythonException if it was released, or the thread may not use the interpreter
     */
    <T> T use(Use<T> use) {
        try {
            return interpreter.call(attachment -> use.with(attachment, pointer()));
        } catch (Refusal refusal) {
            throw refusal.of("object");
        } finally {
            java.lang.ref.Reference.reachabilityFence(this);
        }
    }

    /**
     * Does something with the object; a thread without the lock takes it meanwhile.
     *
     * @throws PythonException if it was released
     */
    <T> T useLocked(Use<T> use) {
        try {
            return interpreter.callLocked(attachment -> use.with(attachment, pointer()));
        } finally {
            java.lang.ref.Reference.reachabilityFence(this);
        }
    }

    /**
     * Returns the address of the object; the caller is attached and keeps this reachable.
     *
     * @throws PythonException if it was released
     */
    long pointer() {
        long pointer = held.pointer;
        if (pointer == 0) {
            throw new PythonException("this PythonObject was released when its PythonGC frame closed,"
                    + " or by del(); PythonGC.keep(object) lets it outlive the frame");
        }
        return pointer;
    }

    /** Returns the object's address, for messages and identity; 0 once it was released. */
    public long address() {
        return held.pointer;
    }

    /** Returns the interpreter that the object lives in. */
    Interpreter interpreter() {
        return interpreter;
    }

    /** Gives the object back, unless it is permanent; the second time it does nothing. */
    public void release() {
        if (isPermanent) {
            return;
        }
        interpreter.call(attachment -> {
            if (frame != null) {
                frame.remove(this);
            }
            drop();
            return null;
        });
    }

    /** Gives the object back; the caller is attached, and its frame forgets it. */
    void drop() {
        long pointer = held.pointer;
        if (pointer != 0) {
            held.pointer = 0;
            frame = null;
            CPython.Py_DecRef(pointer);
        }
    }

    /** Lets a frame own it; null, or a pause: none. */
    void moveTo(Frame owner) {
        frame = owner;
        if (owner == null || !owner.add(this)) {
            frame = null;
            CLEANER.register(this, held);
        }
    }

    Frame frame() {
        return frame;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Reference reference && held.pointer == reference.held.pointer;
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(held.pointer);
    }

    private static final class Held implements Runnable {

        private final Releases releases;
        private volatile long pointer;

        Held(long pointer, Releases releases) {
            this.pointer = pointer;
            this.releases = releases;
        }

        @Override
        public void run() {
            if (pointer != 0) {
                releases.add(pointer);
            }
        }
    }
}
