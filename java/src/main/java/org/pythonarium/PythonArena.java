package org.pythonarium;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.pythonarium.internal.Tenants;

/**
 * An arena whose memory can be shared with Python and freed at a moment of the program's choice.
 *
 * <p>Arrays over its memory are made in Python without a copy ({@link NumpyArray}), and counted;
 * {@link #close} refuses to free what Python still uses. Every thread may use the memory and close
 * the arena. (Memory of the JDK's own closable arenas is copied, as nothing would keep it open.)
 */
public final class PythonArena implements Arena {

    private final Arena arena = Arena.ofShared();
    private final Tenants tenants = new Tenants(arena);

    /** An open arena without memory. */
    public PythonArena() {}

    /** {@inheritDoc} */
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        return arena.allocate(byteSize, byteAlignment);
    }

    /** {@inheritDoc} */
    @Override
    public MemorySegment.Scope scope() {
        return arena.scope();
    }

    /** Returns how many arrays Python has over this memory; views of one array count as one. */
    public int arrayCount() {
        return tenants.count();
    }

    /**
     * Frees the memory.
     *
     * @throws IllegalStateException if Python still uses arrays over it, or it is closed
     */
    @Override
    public void close() {
        tenants.close();
    }
}
