package org.pythonarium.internal;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.pythonarium.PythonException;

/**
 * A scope of one thread that owns what is made inside of it, or, where it is a pause, nothing.
 *
 * <p>Frames of a thread close in the reverse order of their opening.
 */
public final class Frame {

    private final Attachment attachment;
    private final boolean collects;
    private final Set<Reference> held = Collections.newSetFromMap(new IdentityHashMap<>());

    private Frame(Attachment attachment, boolean collects) {
        this.attachment = attachment;
        this.collects = collects;
    }

    /** Opens a frame in the calling thread. A frame inside of a pause collects nothing either. */
    public static Frame open(boolean collects) {
        return Launcher.main().call(attachment -> {
            Frame outer = attachment.frame();
            Frame frame = new Frame(attachment, collects && (outer == null || outer.collects));
            attachment.frames.push(frame);
            return frame;
        });
    }

    /** Returns the calling thread's innermost frame, or null. */
    public static Frame innermost() {
        return Launcher.main().call(Attachment::frame);
    }

    /** Tells whether what is made inside is owned by it. */
    public boolean collects() {
        return collects;
    }

    /**
     * Closes the frame and gives back what it owns; the second time it does nothing.
     *
     * @throws PythonException if another thread opened it, or a frame inside of it is still open
     */
    public void close() {
        attachment.interpreter.call(current -> {
            if (!attachment.frames.contains(this)) {
                return null;
            }
            if (current != attachment) {
                throw new PythonException(
                        "this PythonGC frame belongs to " + attachment + "; close it there");
            }
            if (current.frame() != this) {
                throw new PythonException("PythonGC frames close in the reverse order of their opening:"
                        + " first close the one that was opened inside of this one");
            }
            current.frames.pop();
            Reference[] all = held.toArray(Reference[]::new);
            held.clear(); // what goes may run code that gives others of them back, or keeps them
            for (Reference reference : all) {
                if (reference.frame() == this) {
                    reference.drop();
                }
            }
            return null;
        });
    }

    /** Moves a reference from its frame to the one outside of that. */
    public static void keep(Reference reference) {
        reference.use((attachment, object) -> {
            Frame frame = reference.frame();
            if (frame != null) {
                frame.remove(reference);
                reference.moveTo(frame.outer());
            }
            return null;
        });
    }

    private Frame outer() {
        boolean found = false;
        for (Frame frame : attachment.frames) {
            if (found) {
                return frame;
            }
            found = frame == this;
        }
        return null;
    }

    /** Takes a reference in; returns whether this frame owns anything. */
    boolean add(Reference reference) {
        return collects && held.add(reference);
    }

    void remove(Reference reference) {
        held.remove(reference);
    }
}
