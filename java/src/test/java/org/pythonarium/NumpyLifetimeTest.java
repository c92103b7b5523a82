package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.DoubleBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Memory that both sides use stays as long as either does, and no longer. */
class NumpyLifetimeTest extends LockedTest {

    private static final int STORM = 3000;

    @BeforeAll
    static void needsNumpy() {
        Packages.require("numpy");
    }

    @BeforeEach
    void importNumpy() {
        PythonExecutioner.exec("""
                import gc, weakref
                import numpy as np
                """);
    }

    private static NumpyArray get(String name) {
        return PythonExecutioner.getVariable(name, NumpyArray.INSTANCE).getValue();
    }

    /** Collects Java's garbage until Python, which is called each time, says that it is enough. */
    private static boolean collectUntil(String expression) throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            System.gc();
            if (Python.eval(expression).toBoolean()) {
                return true;
            }
            Thread.sleep(5); // the collector of Java has its own time
        }
        return false;
    }

    // Java's memory

    @Test
    @Tag("B11")
    void anArenaClosesWhenTheLastViewHasGone() {
        PythonArena arena = new PythonArena();
        NumpyArray array = NumpyArray.of(arena.allocate(80, 8), DType.FLOAT64, 10);
        assertTrue(array.isShared());
        PythonExecutioner.setVariable("a", array);
        PythonExecutioner.exec("view = a[2:].reshape(4, 2).T; del a; gc.collect()");
        assertEquals(1, arena.arrayCount());
        IllegalStateException used = assertThrows(IllegalStateException.class, arena::close);
        assertTrue(used.getMessage().contains("Python still uses 1 array"), used.getMessage());
        PythonExecutioner.exec("inner = memoryview(view); ring = [view]; ring.append(ring); del view");
        assertThrows(IllegalStateException.class, arena::close);
        PythonExecutioner.exec("del inner, ring; gc.collect()");
        assertEquals(0, arena.arrayCount());
        arena.close();
        assertThrows(IllegalStateException.class, arena::close);
        assertThrows(IllegalStateException.class, () -> array.getDouble(0));
        PythonException freed = assertThrows(
                PythonException.class, () -> PythonExecutioner.setVariable("b", array));
        assertTrue(freed.getMessage().contains("freed"), freed.getMessage());
    }

    @Test
    @Tag("B13")
    void memoryOfOtherClosableArenasIsCopied() {
        NumpyArray array;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 1, 2, 3);
            array = NumpyArray.of(memory, DType.FLOAT64, 3);
            assertFalse(array.isShared());
            PythonExecutioner.setVariable("a", array);
        }
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_LONG, 4, 5);
            PythonExecutioner.setVariable("b", NumpyArray.of(
                    MemorySegment.ofBuffer(memory.asByteBuffer()), DType.INT64, 2));
        }
        assertTrue(Python.eval("a.tolist() == [1, 2, 3] and b.tolist() == [4, 5]").toBoolean());
        assertThrows(PythonException.class, () -> PythonExecutioner.setVariable("c", array));
    }

    @Test
    @Tag("B11")
    void collectedMemoryStaysWhilePythonHasIt() throws InterruptedException {
        PythonExecutioner.setVariable("kept", filled(1000));
        PythonExecutioner.exec("kept = kept[::2]");
        for (int i = 0; i < 20; i++) {
            System.gc();
            filled(1000); // would take the place of what was freed
        }
        assertTrue(collectUntil("bool((kept == 1000).all())"));
    }

    private static NumpyArray filled(int value) {
        NumpyArray array = NumpyArray.zeros(DType.FLOAT64, 100_000);
        DoubleBuffer buffer = array.asDoubleBuffer();
        while (buffer.hasRemaining()) {
            buffer.put(value);
        }
        return array;
    }

    // Python's memory

    @Test
    @Tag("B11")
    void pythonsMemoryStaysWhileJavaHasASegmentOfIt() throws InterruptedException {
        PythonExecutioner.exec("a = np.arange(100.); ref = weakref.ref(a)");
        MemorySegment last = get("a").segment().asSlice(99 * 8);
        DoubleBuffer buffer = last.asByteBuffer().order(java.nio.ByteOrder.nativeOrder()).asDoubleBuffer();
        PythonExecutioner.exec("del a");
        for (int i = 0; i < 5; i++) {
            System.gc();
            PythonExecutioner.exec("np.zeros(100)");
        }
        assertTrue(Python.eval("ref() is not None").toBoolean());
        assertEquals(99, buffer.get(0));
        last = null;
        buffer = null;
        assertTrue(collectUntil("ref() is None"));
    }

    @Test
    @Tag("B11")
    void closingGivesPythonsMemoryBackAtOnce() {
        PythonExecutioner.exec("a = np.arange(100.); ref = weakref.ref(a)");
        NumpyArray array = get("a");
        MemorySegment segment = array.segment();
        PythonExecutioner.exec("del a");
        array.close();
        array.close();
        assertTrue(Python.eval("ref() is None").toBoolean());
        assertThrows(IllegalStateException.class, () -> array.getDouble(0));
        assertThrows(IllegalStateException.class, array::toDoubleArray);
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_DOUBLE, 0));
        PythonException closed = assertThrows(
                PythonException.class, () -> PythonExecutioner.setVariable("b", array));
        assertTrue(closed.getMessage().contains("closed"), closed.getMessage());
    }

    @Test
    @Tag("B11")
    void aBufferThatJavaReadsCannotMove() {
        PythonExecutioner.exec("grows = bytearray(8)");
        NumpyArray array = get("grows");
        assertTrue(assertThrows(PythonException.class, () -> PythonExecutioner.exec("grows.append(1)"))
                .getMessage().contains("BufferError"));
        array.close();
        PythonExecutioner.exec("grows.append(1)");
    }

    @Test
    @Tag("B11")
    void timesAreReleasedToo() {
        PythonExecutioner.exec("a = np.zeros(3, 'M8[s]'); ref = weakref.ref(a)");
        NumpyArray array = get("a");
        PythonExecutioner.exec("del a");
        assertTrue(Python.eval("ref() is not None").toBoolean());
        array.close();
        assertTrue(Python.eval("ref() is None").toBoolean());
    }

    @Test
    @Tag("B11")
    void anotherThreadMayCloseWithoutTheLock() throws InterruptedException {
        PythonExecutioner.exec("a = np.arange(100.); ref = weakref.ref(a)");
        NumpyArray array = get("a");
        PythonExecutioner.exec("del a");
        Thread other = new Thread(array::close);
        other.start();
        other.join(); // it does not wait for the lock, which this thread has
        assertTrue(Python.eval("ref() is None").toBoolean());
    }

    @Test
    @Tag("B11")
    void aConfinedArrayIsForOneThread() throws InterruptedException {
        PythonExecutioner.exec("a = np.arange(100.); ref = weakref.ref(a)");
        NumpyArray array = confined();
        MemorySegment segment = array.segment();
        PythonExecutioner.exec("a[7] = 2.5");
        assertEquals(2.5, array.getDouble(7));
        assertSame(WrongThreadException.class, failureElsewhere(() -> array.getDouble(0)));
        assertSame(WrongThreadException.class, failureElsewhere(array::close));
        PythonExecutioner.setVariable("b", array);
        assertTrue(Python.eval("b is a").toBoolean());
        PythonExecutioner.exec("del a, b");
        array.close();
        array.close();
        assertTrue(Python.eval("ref() is None").toBoolean());
        assertThrows(IllegalStateException.class, () -> array.getDouble(0));
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_DOUBLE, 0));
        assertSame(WrongThreadException.class, failureElsewhere(() -> segment.get(ValueLayout.JAVA_DOUBLE, 0)));
    }

    @Test
    @Tag("B11")
    void aVirtualThreadsConfinedArrayIsItsOwnToUse() throws InterruptedException {
        PythonExecutioner.exec("a = np.arange(100.); ref = weakref.ref(a)");
        AtomicReference<Object> seen = new AtomicReference<>();
        gil.close();
        Thread thread = Thread.ofVirtual().uncaughtExceptionHandler((t, failure) -> seen.set(failure)).start(() -> {
            try (PythonGIL own = PythonGIL.lock(); NumpyArray array = confined()) {
                seen.set(array.getDouble(7));
            }
        });
        thread.join();
        gil = PythonGIL.lock();
        assertEquals(7.0, seen.get());
        PythonExecutioner.exec("del a");
        assertTrue(Python.eval("ref() is None").toBoolean());
    }

    @Test
    @Tag("B11")
    void aConfinedArrayThatNobodyClosesIsGivenBack() throws InterruptedException {
        PythonExecutioner.exec("a = np.arange(100.); ref = weakref.ref(a)");
        assertEquals(7.0, confined().getDouble(7));
        PythonExecutioner.exec("del a");
        assertTrue(collectUntil("ref() is None"));
    }

    private static NumpyArray confined() {
        return PythonExecutioner.getVariable("a", NumpyArray.CONFINED).getValue();
    }

    /** Returns the class of what the work throws in another thread. */
    private static Class<?> failureElsewhere(Runnable work) throws InterruptedException {
        AtomicReference<Class<?>> failure = new AtomicReference<>();
        Thread other = new Thread(work);
        other.setUncaughtExceptionHandler((thread, caught) -> failure.set(caught.getClass()));
        other.start();
        other.join();
        return failure.get();
    }

    @Test
    @Tag("B11")
    void arraysThatNobodyClosesDoNotPileUp() {
        PythonExecutioner.exec("alive = []");
        long bytes = Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4) / 8;
        PythonExecutioner.setVariable("size", bytes);
        long most = 0;
        for (int i = 0; i < 200; i++) {
            PythonExecutioner.exec("a = np.empty(size, 'i1'); alive.append(weakref.ref(a))");
            assertEquals(bytes, get("a").size());
            most = Math.max(most, Python.eval("sum(ref() is not None for ref in alive)").toLong());
        }
        assertTrue(most < 100, most + " arrays of an eighth of the limit were alive");
    }

    // Both

    @Test
    @Tag("B11")
    void referenceCountsAreAsBefore() {
        PythonExecutioner.exec("import sys; a = np.arange(10); before = sys.getrefcount(a), sys.getrefcount(a.dtype)");
        for (int i = 0; i < 1000; i++) {
            NumpyArray array = get("a");
            PythonExecutioner.setVariable("b", array);
            PythonExecutioner.setVariable("c", NumpyArray.of(new long[] {i}));
            PythonExecutioner.setVariable("d", NumpyArray.zeros(DType.INT64, 1));
            array.close();
        }
        PythonExecutioner.exec("del b, c, d; after = sys.getrefcount(a), sys.getrefcount(a.dtype)");
        assertEquals(Python.eval("before[0]").toLong(), Python.eval("after[0]").toLong());
        assertTrue(Python.eval("after[1] - before[1] < 10").toBoolean(), Python.eval("before, after").toString());
    }

    @Test
    @Tag("B11")
    void garbageOfBothSidesMayBeCollectedAtAnyTime() throws InterruptedException {
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread collector = new Thread(() -> {
            while (!isOver.get()) {
                System.gc();
            }
        });
        collector.setUncaughtExceptionHandler((thread, caught) -> failure.set(caught));
        collector.start();
        PythonExecutioner.exec("kept = []");
        for (int i = 0; i < STORM; i++) {
            NumpyArray java = NumpyArray.zeros(DType.FLOAT64, 1000);
            java.asDoubleBuffer().put(999, i);
            PythonExecutioner.setVariable("a", java);
            PythonExecutioner.exec("""
                    kept.append(a[::-1]); b = a.reshape(10, 100).T + 1
                    if len(kept) > 50: del kept[::2]
                    """);
            assertEquals(i + 1, get("b").getDouble(99, 9));
        }
        isOver.set(true);
        collector.join();
        assertNull(failure.get());
        assertTrue(Python.eval("all(k[0] < %d and k[0] >= 0 for k in kept)".formatted(STORM)).toBoolean());
    }
}
