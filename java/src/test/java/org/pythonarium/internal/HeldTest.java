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
