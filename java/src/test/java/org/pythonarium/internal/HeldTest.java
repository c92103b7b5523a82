package org.pythonarium.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pythonarium.Py;

@Tag("B11")
class HeldTest {

    @BeforeEach
    void collectWhatOtherTestsHaveLeft() {
        Py.run("__import__('gc').collect()");
    }

    @Test
    void functionIsLetGoWhenPythonDropsIt() {
        int before = Held.size();
        Py.run("first", (Function<Object, Object>) x -> x);
        assertEquals(before + 1, Held.size());
        Py.run("second = [first]", "del first");
        assertEquals(before + 1, Held.size());
        Py.run("assert second[0](5) == 5", "del second");
        assertEquals(before, Held.size());
    }

    @Test
    void functionIsLetGoInTheMiddleOfItsOwnCall() {
        int before = Held.size();
        Py.run("fleeting", (Function<Object, Object>) x -> {
            Py.run("del fleeting");
            return x;
        }, "assert fleeting('still there') == 'still there'");
        assertEquals(before, Held.size());
    }

    @Test
    void exceptionIsLetGoWithItsJavaError() {
        Py.run("f", (Runnable) () -> {
            throw new IllegalStateException("nope");
        });
        int before = Held.size();
        for (int i = 0; i < 200; i++) {
            Py.run("try:", "    f()", "except Exception as e:", "    pass");
            Py.failure("f()");
        }
        Py.run("pass"); // what went back last is forgotten at the end of a call
        assertEquals(before, Held.size());
    }

    /** In a child that dropped one, Java would wait for threads that are not there. */
    @Test
    void whatIsHeldStaysInAForkedChild() {
        Py.run("held", (Function<Object, Object>) x -> x,
                "import os, sys, warnings",
                "warnings.simplefilter('ignore')",
                "def count(): return sys.getrefcount(held.__self__)",
                "before = count()",
                "child = os.fork()",
                "if not child:",
                "    os._exit(count() - before)",
                "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1",
                "assert count() == before");
    }

    @Test
    void numbersAreUsedAgain() {
        int first = Held.add("one");
        Held.remove(first);
        assertEquals(first, Held.add("two"));
        Held.remove(first);
        int[] many = new int[1000];
        for (int i = 0; i < many.length; i++) {
            many[i] = Held.add(i);
        }
        for (int i = 0; i < many.length; i++) {
            assertEquals(i, Held.get(many[i]));
            Held.remove(many[i]);
        }
        assertTrue(Held.size() < 1000);
    }
}
