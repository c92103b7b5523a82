package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/**
 * How far the calling thread's stack has grown: what C calls the stack pointer.
 *
 * <p>Java does not tell. {@code getcontext} does, in 160 ns, most of them for the mask of signals;
 * {@code _setjmp} does in 7, but disguised: in some word of its buffer, xored with a secret of the
 * process, and perhaps rotated. Which word, and how, is the C library's own business. So it is
 * found by trial, and used only if it comes out right at other depths too; where it does not, the
 * stack pointer is not known. A word that is an address nearby as it stands is passed over: any
 * register may point there just then, and somewhere else when compiled code calls.
 */
final class StackPointer {

    /** Bytes of a buffer for {@link #get}. */
    static final long BUFFER = 2048;

    private static final int WORDS = 32; // of a jump buffer that are looked at
    private static final int[] ROTATIONS = {0, 17};
    private static final int DEPTHS = 8;
    private static final int FRAMES = 100; // from one depth to the next
    private static final long TOLERANCE = 4096; // bytes

    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG;
    private static final SymbolLookup SYSTEM = Linker.nativeLinker().defaultLookup();

    private static final MemorySegment SETJMP = SYSTEM.find("_setjmp").orElse(MemorySegment.NULL);
    private static final MemorySegment CONTEXT = SYSTEM.find("getcontext").orElse(MemorySegment.NULL);
    private static final long POINTER_IN_CONTEXT = switch (System.getProperty("os.arch")) {
        case "amd64" -> 160;
        case "aarch64" -> 432;
        default -> 0;
    };

    private static final Disguise DISGUISE = find();

    private StackPointer() {}

    /** Where the stack pointer is in a jump buffer, and what makes it one again. */
    private record Disguise(int word, int rotation, long secret) {

        static Disguise of(int word, int rotation, long buffer, long pointer) {
            return new Disguise(word, rotation, Long.rotateRight(at(buffer, word), rotation) ^ pointer);
        }

        /** Tells whether it changes a pointer beyond recognition. */
        boolean hides() {
            return rotation != 0 || secret >>> Integer.SIZE != 0;
        }

        long read(long buffer) {
            return Long.rotateRight(at(buffer, word), rotation) ^ secret;
        }

        boolean isRight(int depths, long buffer) {
            return depths == 0
                    || Math.abs(read(jump(buffer)) - slowly(buffer)) < TOLERANCE
                            && below(FRAMES, depths - 1, buffer);
        }

        private boolean below(int frames, int depths, long buffer) {
            return frames == 0 ? isRight(depths, buffer) : below(frames - 1, depths, buffer);
        }

        private static long at(long buffer, int word) {
            return CPython.MEMORY.get(J, buffer + (long) word * Long.BYTES);
        }
    }

    /** Tells whether it can be had. */
    static boolean isKnown() {
        return DISGUISE != null;
    }

    /** Returns it; the buffer is the calling thread's. */
    static long get(long buffer) {
        return DISGUISE.read(jump(buffer));
    }

    /** Returns it in half the time; {@link Brief#link} has been called before. */
    static long getBriefly(long buffer) {
        Brief.setjmp(SETJMP, buffer);
        return DISGUISE.read(buffer);
    }

    private static Disguise find() {
        if (SETJMP.address() == 0 || CONTEXT.address() == 0 || POINTER_IN_CONTEXT == 0) {
            return null;
        }
        try (Arena arena = Arena.ofConfined()) {
            long buffer = arena.allocate(BUFFER, 16).address();
            for (int word = 0; word < WORDS; word++) {
                for (int rotation : ROTATIONS) {
                    long pointer = slowly(buffer);
                    Disguise disguise = Disguise.of(word, rotation, jump(buffer), pointer);
                    if (disguise.hides() && disguise.isRight(DEPTHS, buffer)) {
                        return disguise;
                    }
                }
            }
            return null;
        }
    }

    private static long slowly(long buffer) {
        CPython.call(CONTEXT, buffer);
        return CPython.MEMORY.get(J, buffer + POINTER_IN_CONTEXT);
    }

    private static long jump(long buffer) {
        CPython.call(SETJMP, buffer);
        return buffer;
    }
}
