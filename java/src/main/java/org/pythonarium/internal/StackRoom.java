package org.pythonarium.internal;

import java.lang.foreign.Arena;

/**
 * Whether the stack of one thread has room for a call.
 *
 * <p>Java code may have used much of it before it calls Python, which does not look. And a call that
 * found no room half-way, in Java, could not give back what it has taken. Where the stack pointer
 * is not known, nothing is checked: a thread whose Java code recurses to the end of its stack and
 * calls Python there may crash.
 */
final class StackRoom {

    /** Bytes that CPython needs to come to its recursion limit. */
    private static final long FOR_PYTHON = 8L << 20;

    /** Bytes that are enough where CPython looks at the end of the stack, or the thread is its own. */
    private static final long FOR_JAVA = 256L << 10;

    private static final int FRAMES = 150;

    /** Checks of a thread after which it is worth while to have them made in less time. */
    private static final int MANY = 1_000;

    private final Stacks.Bounds bounds;
    private final long lowest;
    private final Arena arena = Arena.ofAuto();
    private final long buffer;
    private int checks;
    private boolean isQuick;

    /** Makes the calling thread's. */
    StackRoom(boolean isCheckedByPython) {
        bounds = Stacks.bounds();
        long needed = isCheckedByPython || bounds.size() < Stacks.ENOUGH ? FOR_JAVA : FOR_PYTHON;
        boolean isKnown = bounds.low() != 0 && StackPointer.isKnown();
        lowest = isKnown ? bounds.low() + needed : 0;
        buffer = isKnown ? arena.allocate(StackPointer.BUFFER, 16).address() : 0;
    }

    /**
     * Checks that there is room for a few calls in Java; costs as much as a hundred of them.
     *
     * @throws StackOverflowError if there is not
     */
    static int checkForJava() {
        return recurse(FRAMES);
    }

    private static int recurse(int depth) {
        return depth == 0 ? 0 : recurse(depth - 1) + 1;
    }

    /**
     * Checks that there is room.
     *
     * @throws StackOverflowError if there is not
     */
    void check() {
        if (lowest != 0) {
            long pointer = stackPointer();
            if (pointer < lowest) {
                refuse(pointer - bounds.low());
            }
        }
    }

    private long stackPointer() {
        if (isQuick) {
            return StackPointer.getBriefly(buffer);
        }
        long pointer = StackPointer.get(buffer);
        if (++checks > MANY && pointer >= lowest) { // to link needs room itself
            Brief.link();
            isQuick = true;
        }
        return pointer;
    }

    private void refuse(long left) {
        throw new StackOverflowError("Python needs "
                + kibibytes(lowest - bounds.low()) + " KiB of stack, and " + kibibytes(left) + " KiB of "
                + kibibytes(bounds.size()) + " are left here; start java with a larger -Xss, or call"
                + " Python from a thread with a larger stack");
    }

    private static long kibibytes(long bytes) {
        return bytes >> 10;
    }
}
