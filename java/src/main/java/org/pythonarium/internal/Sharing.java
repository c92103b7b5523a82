package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Which memory of Java's can be lent to Python.
 *
 * <p>Python keeps what it was given as long as it likes. Memory that lives as long as it is
 * reachable, or for ever, or whose arena counts the arrays over it ({@link Tenants}), can be lent.
 * Memory that somebody may free at any time cannot, and is copied. An arena does not say of which
 * kind it is; the class of its scope does, compared with those of arenas that are known.
 */
public final class Sharing {

    private static final Class<?> AUTOMATIC = Arena.ofAuto().scope().getClass();
    private static final Class<?> GLOBAL = Arena.global().scope().getClass();
    private static final Class<?> DIRECT =
            MemorySegment.ofBuffer(ByteBuffer.allocateDirect(1)).scope().getClass();
    private static final boolean CAN_TELL = canTell();

    private Sharing() {}

    /** Tells whether memory can be lent as it is. */
    public static boolean isLendable(MemorySegment segment) {
        if (!segment.isNative()) {
            return false;
        }
        Class<?> scope = segment.scope().getClass();
        return CAN_TELL && (scope == AUTOMATIC || scope == GLOBAL || scope == DIRECT)
                || Tenants.of(segment.scope()) != null;
    }

    /**
     * Returns memory as this thread can read it, which runs Python for the one that has asked.
     *
     * <p>What belongs to the thread that has asked cannot be freed now, as that thread waits.
     */
    static MemorySegment readable(Attachment attachment, MemorySegment segment) {
        boolean isForeign = segment.isNative() && segment.scope().isAlive()
                && !segment.isAccessibleBy(Thread.currentThread())
                && segment.isAccessibleBy(attachment.owner);
        return isForeign
                ? MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize()) : segment;
    }

    /** Returns a copy that can be lent. */
    public static MemorySegment copy(MemorySegment segment) {
        return Arena.ofAuto().allocateFrom(
                Elements.BYTES, segment, Elements.BYTES, 0, segment.byteSize());
    }

    private static boolean canTell() {
        try (Arena confined = Arena.ofConfined(); Arena shared = Arena.ofShared()) {
            for (Arena closable : new Arena[] {confined, shared}) {
                Class<?> scope = closable.scope().getClass();
                if (scope == AUTOMATIC || scope == GLOBAL || scope == DIRECT) {
                    return false;
                }
            }
            return true;
        }
    }
}
