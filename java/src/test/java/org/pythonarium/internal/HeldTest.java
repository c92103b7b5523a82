package org.pythonarium.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pythonarium.Py;
import org.pythonarium.Python;
import org.pythonarium.PythonException;
import org.pythonarium.PythonFunction;
import org.pythonarium.PythonObject;

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
                "def count(): return sys.getrefcount(held.__self__.__self__)",
                "before = count()",
                "child = os.fork()",
                "if not child:",
                "    os._exit(count() - before)",
                "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1",
                "assert count() == before");
    }

    @ParameterizedTest
    @ValueSource(strings = {"held(5)", "held()", "held(x=5)", "add(1, 2)", "waiting(1, 2)", "import_and_call()"})
    void aForkedChildIsToldThatItHasNoJava(String call) {
        Scripts.set("held", (Function<Object, Object>) x -> x);
        Scripts.set("waiting", PythonFunction.of(IntBinaryOperator.class, (a, b) -> a + b).waiting());
        Py.run("add", (IntBinaryOperator) (a, b) -> a + b,
                "import os, signal, warnings",
                "warnings.simplefilter('ignore')",
                "def import_and_call():",
                "    import multiprocessing.dummy",
                "    with multiprocessing.dummy.Pool(1) as pool:",
                "        pool.map(held, [5])",
                "child = os.fork()",
                "if not child:",
                "    signal.alarm(20)",
                "    try:",
                "        " + call,
                "    except RuntimeError as error:",
                "        os._exit(7 if 'has no Java' in str(error) and 'spawn' in str(error) else 8)",
                "    finally:",
                "        os._exit(9)",
                "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7",
                "assert held(5) == 5 and add(1, 2) == waiting(1, 2) == 3");
    }

    /**
     * A child that Java has not called by a script ends as soon as it is back. It is not sure to come so
     * far: where the JVM was about to stop its threads, the child is stopped, and nobody lets it go on.
     */
    @ParameterizedTest
    @CsvSource({"0, 0", "1 / 0, 1", "sys.exit(5), 5"})
    void aForkedChildRunsNoCodeOfJavas(String end, int code, @TempDir Path folder) throws IOException {
        Py.run("import os, signal, sys, warnings",
                "warnings.simplefilter('ignore')",
                "def fork(*_, **__):",
                "    child = os.fork()",
                "    if child:",
                "        return child",
                "    signal.alarm(5)",
                "    return " + end);
        PythonObject fork = Python.eval("fork");
        LongSupplier viewed = fork.as(LongSupplier.class);
        List<LongSupplier> ways = List.of(
                () -> fork.call().toLong(), () -> fork.callWithKwargs(Map.of("name", 1)).toLong(), viewed);
        Set<Object> ends = new HashSet<>();
        for (int i = 0; i < 12; i++) {
            long child = childOf(ways.get(i % ways.size()), folder.resolve("came back"));
            ends.add(Py.value("os.waitstatus_to_exitcode(os.waitpid(" + child + ", 0)[1])"));
        }
        assertFalse(Files.exists(folder.resolve("came back")));
        assertTrue(ends.remove((long) code), () -> "ended by " + ends);
        assertTrue(Set.of(Py.value("-signal.SIGALRM")).containsAll(ends), () -> "ended by " + ends);
    }

    /** Returns what the parent gets; the child gets 0, or an exception. */
    private static long childOf(LongSupplier fork, Path file) throws IOException {
        try {
            long child = fork.getAsLong();
            if (child != 0) {
                return child;
            }
        } catch (PythonException failure) {
            // in the child
        }
        Files.createFile(file);
        Runtime.getRuntime().halt(9);
        return 0;
    }

    /** More functions than one piece of memory has places for, made by other threads while one forks. */
    @Test
    void aForkedChildHoldsWhatOtherThreadsHaveJustMade() {
        Py.run("make", (Supplier<Object>) () -> (Function<Object, Object>) x -> x,
                "import os, signal, sys, threading, warnings",
                "warnings.simplefilter('ignore')",
                "interval = sys.getswitchinterval()",
                "sys.setswitchinterval(1e-5)",
                "made, done = [make() for _ in range(300)], threading.Event()",
                "def work():",
                "    while not done.is_set():",
                "        made.append(make())",
                "        if len(made) > 600: del made[::2]",
                "threads = [threading.Thread(target=work) for _ in range(3)]",
                "for thread in threads: thread.start()",
                "def fork():",
                "    child = os.fork()",
                "    if child:",
                "        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])",
                "    signal.alarm(20)",
                "    told, count = 0, len(made)",
                "    while made:",
                "        try:",
                "            made.pop()(5)",
                "        except RuntimeError:",
                "            told += 1",
                "    os._exit(7 if told == count > 0 else 8)",
                "try:",
                "    ends = {fork() for _ in range(20)}",
                "finally:",
                "    done.set()",
                "    for thread in threads: thread.join()",
                "    sys.setswitchinterval(interval)",
                "    made.clear()",
                "assert ends == {7}, ends");
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
