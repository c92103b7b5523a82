package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scopes of objects: what is made inside goes at their end, in Python too. */
class PythonGCTest extends LockedTest {

    @BeforeEach
    void defineThing() {
        PythonExecutioner.exec("""
                import weakref
                class Thing: pass
                def made():
                    thing = Thing()
                    alive.append(weakref.ref(thing))
                    return thing
                alive = []
                """);
    }

    private static long alive() {
        return Python.eval("sum(ref() is not None for ref in alive)").toLong();
    }

    @Test
    @Tag("S30")
    void aScopeReleasesWhatWasMadeInside() {
        try (PythonGC gc = PythonGC.watch()) {
            assertTrue(PythonGC.isWatching());
            for (int i = 0; i < 100; i++) {
                Python.eval("made()");
            }
            assertEquals(100, alive());
        }
        assertFalse(PythonGC.isWatching());
        assertEquals(0, alive());
    }

    /** Code that runs at the end of an object may give back others of the scope, or keep them. */
    @Test
    @Tag("S30")
    void aScopeThatChangesWhileItCloses() {
        PythonObject[] things = new PythonObject[20];
        PythonExecutioner.setVariable("end", (Runnable) () -> {
            for (int i = 0; i < 10; i++) {
                things[i].del();
            }
        });
        PythonExecutioner.setVariable("keep", (Runnable) () -> PythonGC.keep(things[19]));
        PythonExecutioner.exec("""
                kept = []
                def end_of(thing):
                    try:
                        keep()
                        kept.append(True)
                    except Exception:
                        pass  # it was the first to go
                    end()
                Thing.__del__ = end_of
                """);
        try (PythonGC gc = PythonGC.watch()) {
            for (int i = 0; i < things.length; i++) {
                things[i] = Python.eval("made()");
            }
        }
        assertEquals(Python.eval("any(kept)").toBoolean() ? 1 : 0, alive());
        things[19].del();
        assertEquals(0, alive());
    }

    @Test
    @Tag("S32")
    void whatIsKeptBelongsToTheScopeOutside() {
        PythonObject kept;
        try (PythonGC outer = PythonGC.watch()) {
            try (PythonGC inner = PythonGC.watch()) {
                kept = Python.eval("made()");
                PythonGC.keep(kept);
                Python.eval("made()");
            }
            assertEquals(1, alive());
            assertTrue(kept.hasAttr("__class__"));
        }
        assertEquals(0, alive());
        assertThrows(PythonException.class, () -> kept.attr("__class__"));
    }

    @Test
    @Tag("S32")
    void whatIsKeptInTheOutermostScopeOutlivesIt() {
        PythonObject kept;
        try (PythonGC gc = PythonGC.watch()) {
            kept = Python.eval("made()");
            PythonGC.keep(kept);
        }
        assertTrue(kept.hasAttr("__class__"));
        kept.del();
        assertEquals(0, alive());
    }

    @Test
    @Tag("S33")
    void aPauseOwnsNothing() {
        PythonObject outlives;
        PythonObject nested;
        try (PythonGC outer = PythonGC.watch()) {
            try (PythonGC paused = PythonGC.pause()) {
                assertFalse(PythonGC.isWatching());
                outlives = Python.eval("made()");
                try (PythonGC inner = PythonGC.watch()) {
                    nested = Python.eval("made()");
                }
            }
        }
        assertEquals(2, alive());
        outlives.del();
        nested.del();
        assertEquals(0, alive());
    }

    @Test
    @Tag("S34")
    void resumeEndsAPause() {
        try (PythonGC outer = PythonGC.watch()) {
            PythonGC.pause();
            PythonGC.resume();
            Python.eval("made()");
            assertEquals("GC not paused!",
                    assertThrows(PythonException.class, PythonGC::resume).getMessage());
        }
        assertEquals(0, alive());
        assertThrows(PythonException.class, PythonGC::resume);
    }

    @Test
    @Tag("S30")
    void scopesCloseInOrderAndOnce() {
        PythonGC outer = PythonGC.watch();
        PythonGC inner = PythonGC.watch();
        assertTrue(assertThrows(PythonException.class, outer::close).getMessage().contains("reverse order"));
        inner.close();
        inner.close();
        outer.close();
        assertFalse(PythonGC.isWatching());
    }

    @Test
    @Tag("B12")
    void aScopeBelongsToItsThread() throws InterruptedException {
        PythonGC here = PythonGC.watch();
        gil.close(); // so that the other thread can have the lock
        Thread other = new Thread(() -> {
            try (PythonGIL its = PythonGIL.lock()) {
                assertFalse(PythonGC.isWatching());
                assertThrows(PythonException.class, here::close);
            }
        });
        Throwable[] failure = new Throwable[1];
        other.setUncaughtExceptionHandler((thread, caught) -> failure[0] = caught);
        other.start();
        other.join();
        gil = PythonGIL.lock();
        here.close();
        assertEquals(null, failure[0]);
    }

    @Test
    @Tag("S29")
    void whatJavaHasLetGoOfIsReleasedOutsideOfEveryScope() throws InterruptedException {
        Python.eval("made()");
        for (int i = 0; i < 100 && alive() > 0; i++) {
            System.gc();
            Thread.sleep(20); // the collector of Java has its own time
        }
        assertEquals(0, alive());
    }
}
