package org.pythonarium.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pythonarium.Py;
import org.pythonarium.Python;
import org.pythonarium.PythonException;
import org.pythonarium.PythonFunction;
import org.pythonarium.PythonObject;

/** Arguments of calls that are many, or of many calls at a time, have room. */
class ScratchTest {

    @Test
    void whatWasTakenStaysUntilItIsReleased() {
        Scratch scratch = new Scratch();
        long first = scratch.mark();
        List<Long> marks = new ArrayList<>();
        List<Long> places = new ArrayList<>();
        for (int size = 1; size < 200_000; size += size / 3 + 5) {
            marks.add(scratch.mark());
            long place = scratch.take(size);
            CPython.MEMORY.asSlice(place, size).fill((byte) size);
            CPython.MEMORY.set(ValueLayout.JAVA_BYTE, place, (byte) marks.size());
            places.add(place);
        }
        for (int i = places.size() - 1; i >= 0; i--) {
            assertEquals(i + 1, CPython.MEMORY.get(ValueLayout.JAVA_BYTE, places.get(i)));
            scratch.release(marks.get(i));
        }
        assertEquals(first, scratch.mark());
    }

    @ParameterizedTest
    @ValueSource(ints = {8_180, 8_188, 8_190, 8_192, 100_000})
    @Tag("B17")
    void aCallMayHaveManyArguments(int count) {
        Scripts.set("size", (PythonFunction) (arguments, keywords) -> ((Map<?, ?>) arguments.getFirst()).size());
        Py.run("def call(*them, **named): return size({1: {2: 3}}) + len(them) + len(named)");
        List<Integer> arguments = Collections.nCopies(count, 1);
        assertEquals(count + 1, Python.eval("call").call(arguments.toArray()).toLong());
        assertEquals(count + 2, Python.eval("call").callWithArgsAndKwargs(arguments, Map.of("name", 1)).toLong());
    }

    /** The recursion goes through Java, and takes room of both sides at each of its levels. */
    @ParameterizedTest
    @ValueSource(ints = {1, 20, 400})
    @Tag("B2")
    void recursionWithArgumentsEndsInARecursionError(int count) {
        Py.run("def down(java, *them): return java({1: {2: 3}}, *them)");
        PythonObject down = Python.eval("down");
        PythonFunction[] java = new PythonFunction[1];
        java[0] = (arguments, keywords) -> {
            List<Object> all = new ArrayList<>(arguments);
            all.set(0, java[0]);
            return down.call(all.toArray()).isNone();
        };
        List<Object> first = new ArrayList<>(Collections.nCopies(count, 1));
        first.addFirst(java[0]);
        PythonException failure = assertThrows(
                PythonException.class, () -> down.call(first.toArray()));
        assertTrue(failure.getMessage().startsWith("RecursionError"), failure::getMessage);
    }
}
