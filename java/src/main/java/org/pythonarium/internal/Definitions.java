package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The definitions of the Python functions that call Java: a place for each number of {@link Held}.
 *
 * <p>They lie in few pieces of memory, which stay, so that a forked child can change all of them
 * without Java ({@link Forks}). Any thread may call these methods.
 */
final class Definitions {

    private static final int PLACES = 256; // of a piece

    private static final List<MemorySegment> PIECES = new ArrayList<>();

    private Definitions() {}

    /** Copies a definition to the place of a number; returns the address. */
    static long put(int number, MemorySegment definition) {
        MemorySegment place = piece(number / PLACES)
                .asSlice(number % PLACES * Upcalls.DEF_SIZE, Upcalls.DEF_SIZE);
        return place.copyFrom(definition).address();
    }

    private static synchronized MemorySegment piece(int index) {
        while (PIECES.size() <= index) {
            PIECES.add(Arena.global().allocate(PLACES * Upcalls.DEF_SIZE, 8));
        }
        return PIECES.get(index);
    }

    /** Returns the pieces from the given one on. */
    static synchronized List<MemorySegment> from(int index) {
        return List.copyOf(PIECES.subList(index, PIECES.size()));
    }
}
