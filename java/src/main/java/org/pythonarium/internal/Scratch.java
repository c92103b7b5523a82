package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Off-heap memory for the arguments of calls, given out and taken back as a stack: what Python
 * has called may call again before it has read its own arguments.
 *
 * <p>One block serves nearly always. Calls with many arguments, and deep recursion, add others,
 * which go when they are taken back.
 */
final class Scratch {

    private static final long SIZE = 64 * 1024;

    private final Deque<MemorySegment> full = new ArrayDeque<>(); // the last one first
    private MemorySegment block = Arena.ofAuto().allocate(SIZE, 16);
    private long start = block.address();
    private long end = start + SIZE;
    private long top = start;

    /** Returns the mark to {@link #release} to. */
    long mark() {
        return top;
    }

    /** Returns the address of so many bytes. */
    long take(long bytes) {
        long size = bytes + 7 & -8;
        if (size > end - top) {
            add(size);
        }
        long address = top;
        top += size;
        return address;
    }

    private void add(long size) {
        MemorySegment another = Arena.ofAuto().allocate(Math.max(size, SIZE), 16);
        full.push(block);
        use(another);
        top = start;
    }

    /** Takes back everything since the mark. */
    void release(long mark) {
        while (mark < start || mark > end) {
            use(full.pop());
        }
        top = mark;
    }

    private void use(MemorySegment other) {
        block = other;
        start = other.address();
        end = start + other.byteSize();
    }
}
