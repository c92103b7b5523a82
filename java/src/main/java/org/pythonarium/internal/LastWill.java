package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/**
 * What becomes of the GIL if a thread ends with it: its own last act is to let go.
 *
 * <p>No other thread could do that, and Java tells nobody of a thread's end before it has come. The
 * system does: a value that a thread has stored under a key of {@code pthread_key_create} is
 * given to a function when the thread ends. Two are used: {@code PyEval_ReleaseThread} with the
 * thread state, while the thread has the GIL; and {@code PyThread_release_lock}, from the release
 * of which it is seen that the end has come. For a thread of Java's may end without it: the first
 * one of a program, and one that was not Java's in the beginning.
 */
final class LastWill {

    private static final SymbolLookup SYSTEM = Linker.nativeLinker().defaultLookup();
    private static final MemorySegment SET = SYSTEM.find("pthread_setspecific").orElseThrow();
    private static final MemorySegment ACQUIRE = CPython.find("PyThread_acquire_lock");
    private static final long GIL_KEY = newKey("PyEval_ReleaseThread");
    private static final long END_KEY = newKey("PyThread_release_lock");

    private final long lock = CPython.call(CPython.find("PyThread_allocate_lock"));

    /** Makes the calling thread's. */
    LastWill() {
        CPython.call(ACQUIRE, lock, 0);
        CPython.call(SET, END_KEY, lock);
    }

    /** Has the GIL let go when the calling thread ends, which is attached by the thread state. */
    void write(long state) {
        CPython.call(SET, GIL_KEY, state);
    }

    /** Takes that back; by the same thread. */
    void tear() {
        CPython.call(SET, GIL_KEY, 0);
    }

    /** Tells, once, whether the thread has ended, and the GIL is free. */
    boolean wasExecuted() {
        boolean was = (int) CPython.call(ACQUIRE, lock, 0) == 1;
        if (was) {
            CPython.call(CPython.find("PyThread_free_lock"), lock);
        }
        return was;
    }

    private static long newKey(String function) {
        MemorySegment create = SYSTEM.find("pthread_key_create").orElseThrow();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocate(ValueLayout.JAVA_LONG); // an int, or on macOS a long
            if ((int) CPython.call(create, key.address(), CPython.address(function)) != 0) {
                throw new IllegalStateException("the system has no key left for the data of threads");
            }
            return key.get(ValueLayout.JAVA_LONG, 0);
        }
    }
}
