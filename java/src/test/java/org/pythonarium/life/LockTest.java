package org.pythonarium.life;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGIL;
import org.pythonarium.PythonTypes;

/** PythonGIL: who has it, who gets it, and who is told what. */
@Tag("B12")
@SuppressWarnings("try") // scopes are there to be closed
class LockTest {

    private static final String NOT_LOCKED = "Attempt to use Python4j from multiple threads without acquiring GIL."
            + " Enclose your code in a try(PythonGIL gil = PythonGIL.lock()){...} block";

    @BeforeAll
    static void beAtHome() {
        PythonExecutioner.init();
        PythonGIL.assertThreadSafe();
    }

    private static Object run(String script) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec(script);
        }
        return null;
    }

    @Test
    @Tag("S16")
    void theFirstThreadNeedsNoLock() {
        PythonExecutioner.exec("at_home = 1");
        assertEquals(1L, ((Number) PythonExecutioner.getVariable("at_home", PythonTypes.INT).getValue()).longValue());
    }

    @ParameterizedTest
    @EnumSource
    @Tag("S11")
    @Tag("S17")
    @Tag("S49")
    void anyOtherThreadIsToldThatItNeedsOne(Kind kind) throws Exception {
        String[] messages = kind.call(() -> new String[] {
            assertThrows(PythonException.class, () -> PythonExecutioner.exec("x = 1")).getMessage(),
            assertThrows(PythonException.class, () -> PythonExecutioner.getVariable("x")).getMessage(),
            assertThrows(PythonException.class, () -> PythonExecutioner.setVariable("x", 1)).getMessage(),
            assertThrows(PythonException.class, PythonGIL::assertThreadSafe).getMessage(),
        });
        for (String message : messages) {
            assertTrue(message.startsWith(NOT_LOCKED), message);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("S12")
    @Tag("S13")
    @Tag("S14")
    void aScopeHasTheLock(Kind kind) throws Exception {
        kind.call(() -> {
            assertFalse(PythonGIL.lockedByMe());
            try (PythonGIL gil = PythonGIL.lock()) {
                assertTrue(PythonGIL.locked());
                assertTrue(PythonGIL.lockedByMe());
                PythonExecutioner.exec("x = 42");
            }
            assertFalse(PythonGIL.lockedByMe());
            return null;
        });
    }

    @ParameterizedTest
    @EnumSource
    void aThreadMayTakeItAgain(Kind kind) throws Exception {
        kind.call(() -> {
            try (PythonGIL outer = PythonGIL.lock()) {
                try (PythonGIL inner = PythonGIL.lock()) {
                    PythonExecutioner.exec("x = 1");
                }
                assertTrue(PythonGIL.lockedByMe());
                PythonExecutioner.exec("x = 2");
            }
            assertFalse(PythonGIL.lockedByMe());
            return null;
        });
    }

    @Test
    void scopesMayCloseInAnyOrderAndTwice() {
        PythonGIL outer = PythonGIL.lock();
        PythonGIL inner = PythonGIL.lock();
        outer.close();
        outer.close();
        assertTrue(PythonGIL.lockedByMe());
        PythonExecutioner.exec("x = 1");
        inner.close();
        inner.close();
        assertFalse(PythonGIL.locked());
    }

    @ParameterizedTest
    @EnumSource
    void anotherThreadMayNotCloseIt(Kind kind) throws Exception {
        try (PythonGIL gil = PythonGIL.lock()) {
            String message = kind.call(() -> assertThrows(PythonException.class, gil::close).getMessage());
            assertTrue(message.matches("this PythonGIL belongs to thread '.+'; close it there"), message);
            assertTrue(PythonGIL.lockedByMe());
        }
        assertFalse(PythonGIL.locked());
    }

    @ParameterizedTest
    @EnumSource
    void waitingForItEndsInTime(Kind kind) throws Exception {
        try (PythonGIL gil = PythonGIL.lock()) {
            assertNull(kind.call(() -> PythonGIL.tryLock(20, TimeUnit.MILLISECONDS)));
        }
        kind.call(() -> {
            try (PythonGIL gil = PythonGIL.tryLock(20, TimeUnit.SECONDS)) {
                assertNotNull(gil);
                PythonExecutioner.exec("x = 1");
            }
            return null;
        });
    }

    @ParameterizedTest
    @EnumSource
    void waitingForItInTimeIsInterruptible(Kind kind) throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        try (PythonGIL gil = PythonGIL.lock()) {
            Thread waiting = kind.thread(() -> {
                assertThrows(InterruptedException.class, () -> PythonGIL.tryLock(1, TimeUnit.HOURS));
                interrupted.countDown();
            });
            waiting.interrupt();
            assertTrue(interrupted.await(20, TimeUnit.SECONDS));
        }
        run("x = 1");
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptedThreadMayCallAndStaysInterrupted(Kind kind) throws Exception {
        assertTrue(kind.call(() -> {
            Thread.currentThread().interrupt();
            run("x = sum(range(10_000))");
            return Thread.interrupted();
        }));
    }

    @Test
    @Tag("S15")
    void threadsThatSleepInPythonTakeTurns() throws Exception {
        FutureTask<Object> first = Kind.LARGE.start(() -> run("import time; time.sleep(0.1); first = 1"));
        FutureTask<Object> second = Kind.SMALL.start(() -> run("import time; time.sleep(0.1); second = 1"));
        first.get(30, TimeUnit.SECONDS);
        second.get(30, TimeUnit.SECONDS);
        PythonExecutioner.exec("assert first == second == 1");
    }

    @Test
    @Tag("S15")
    void threadsOfPythonRunBetweenTheCallsOfAScope() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("""
                    import threading
                    thread = threading.Thread(target=lambda: globals().update(was_there=1))
                    thread.start()
                    """);
            PythonExecutioner.exec("x = 1");
            PythonExecutioner.exec("thread.join(20); assert was_there == 1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThreadThatEndsWithTheLockGivesItBack(Kind kind) throws Exception {
        kind.call(() -> {
            PythonGIL never = PythonGIL.lock();
            for (int i = 0; i < 5; i++) {
                PythonExecutioner.setVariable("x", i); // from the second on it has the GIL in between
            }
            return never;
        });
        try (PythonGIL gil = PythonGIL.tryLock(20, TimeUnit.SECONDS)) {
            assertNotNull(gil, "the lock is gone with its thread");
            PythonExecutioner.exec("x = 1");
        }
    }

    @Test
    void aFailureLeavesNothingHeld() {
        ExecutionException failure = assertThrows(ExecutionException.class, () -> Kind.LARGE.call(() -> run("1 / 0")));
        assertTrue(failure.getCause().getMessage().contains("ZeroDivisionError"), failure.toString());
        assertFalse(PythonGIL.locked());
        assertDoesNotThrow(() -> run("x = 1"));
    }
}
