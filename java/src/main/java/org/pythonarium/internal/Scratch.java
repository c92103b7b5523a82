package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Off-heap memory for the arguments of calls, given out and taken back as a stack: what Python
 * has called may call again before it has read its own arguments.
 */
final class Scratch {

    private static final long SIZE = 64 * 1024;

    private final MemorySegment block = Arena.ofAuto().allocate(SIZE, 16);
    private final long start = block.address();
    private long top = start;

    /** Returns the mark to {@link #release} to. */
    long mark() {
        return top;
    }

    /** Returns the address of so many bytes, or 0 where there is not that much room. */
    long take(long bytes) {
        long address = top;
        long end = address + (bytes + 7 & -8);
        if (end > start + SIZE) {
            return 0;
        }
        top = end;
        return address;
    }

    /** Takes back everything since the mark. */
    void release(long mark) {
        top = mark;
    }
}
