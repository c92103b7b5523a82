package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pythonarium.internal.Views;

@Tag("B16")
class CrossingExceptionsTest {

    private static final IllegalStateException THROWN =
            new IllegalStateException("nope", new IOException("disk"));

    private static void boom() {
        throw THROWN;
    }

    @Test
    void exceptionOfJavasIsAJavaErrorInPython() {
        Py.run("boom", (Runnable) CrossingExceptionsTest::boom,
                "from pythonarium_kernel.jvm import JavaError",
                "try:", "    boom()", "except Exception as e:", "    error = e",
                "assert type(error) is JavaError",
                "assert str(error) == 'java.lang.IllegalStateException: nope'",
                "assert error.class_name == 'java.lang.IllegalStateException'",
                "assert error.class_names[1:3] == ('java.lang.RuntimeException', 'java.lang.Exception')",
                "assert error.message == 'nope'",
                "assert 'org.pythonarium.CrossingExceptionsTest.' in error.stack, error.stack",
                "assert 'Caused by: java.io.IOException: disk' in error.stack",
                "assert str(error.__cause__) == 'java.io.IOException: disk'",
                "import pickle",
                "assert pickle.loads(pickle.dumps(error)).stack == error.stack",
                "del error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "x\n", "\ud83d\ude00"})
    void aLongMessageCrossesWhole(String part) {
        String message = part.repeat(30_001);
        Py.run("loud", (Runnable) () -> {
            throw new IllegalStateException(message);
        });
        PythonException failure = Py.failure("loud()");
        assertTrue(message.equals(failure.getCause().getMessage()), "it is another one");
        Py.run("try:", "    loud()", "except Exception as e:", "    cut = e.stack[-30:]", "assert cut.endswith('\\t...\\n'), cut");
    }

    @Test
    void sameObjectIsTheCauseBackInJava() {
        Py.run("boom", (Runnable) CrossingExceptionsTest::boom);
        PythonException failure = Py.failure("def inner():", "    boom()", "inner()");
        assertSame(THROWN, failure.getCause());
        assertEquals("JavaError", failure.typeName());
        assertEquals(List.of("<module>", "inner"),
                failure.frames().stream().map(PythonException.Frame::function).toList());
    }

    @Test
    void exceptionOfPythonsWithACauseInJavaLeadsThere() {
        Py.run("boom", (Runnable) CrossingExceptionsTest::boom);
        PythonException failure = Py.failure(
                "try:", "    boom()", "except Exception as e:", "    raise ValueError('wrapped') from e");
        assertEquals("ValueError: wrapped", failure.getMessage());
        assertSame(THROWN, failure.getCause().getCause());
    }

    @Test
    void checkedExceptionAndErrorCross() {
        Py.run("f", (Callable<Object>) () -> {
            throw new IOException((String) null);
        });
        PythonException failure = Py.failure("f()");
        assertEquals("java.io.IOException", failure.pythonMessage());
        Py.run("g", (Runnable) () -> {
            throw new AssertionError("broken \ud800");
        });
        assertEquals("java.lang.AssertionError: broken ?", Py.failure("g()").pythonMessage());
    }

    @Test
    void exceptionThatCannotBeAskedCrosses() {
        class Mute extends RuntimeException {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException("mute");
            }
        }
        Py.run("f", (Runnable) () -> {
            throw new Mute();
        });
        assertTrue(Py.failure("f()").pythonMessage().contains("no message: getMessage threw"));
    }

    @Test
    void endlessRecursionInJavaIsAnError() {
        class Endless implements Runnable {
            private int depth;

            @Override
            public void run() {
                depth++;
                run();
            }
        }
        Py.run("f", new Endless());
        assertInstanceOf(StackOverflowError.class, Py.failure("f()").getCause());
        Py.run("import threading", "caught = []",
                "def attempt():",
                "    try:", "        f()",
                "    except Exception as e:", "        caught.append(e.class_name)",
                "t = threading.Thread(target=attempt)", "t.start()", "t.join()",
                "assert caught == ['java.lang.StackOverflowError'], caught");
    }

    @Test
    @SuppressWarnings("unchecked")
    void endlessRecursionThroughBothIsARecursionError() {
        Py.run("again", (Function<Long, Object>) n ->
                Views.as(Function.class, Py.evaluate("down")).apply(n + 1), "def down(n): return again(n)");
        assertEquals("RecursionError", Py.failure("down(0)").typeName());
        Py.run("import threading", "caught = []",
                "def attempt():",
                "    try:", "        down(0)",
                "    except BaseException as e:", "        caught.append(type(e).__name__)",
                "t = threading.Thread(target=attempt)", "t.start()", "t.join()",
                "assert caught == ['RecursionError'], caught");
    }

    @Test
    void exceptionOfPythonsGoesThroughJavaAsItself() {
        Py.run("run", (Consumer<String>) Py::run,
                "class Own(Exception): pass", "own = Own('mine')",
                "try:", "    run('raise own')", "except Own as e:", "    assert e is own",
                "try:", "    run('1 / 0')", "except ZeroDivisionError as e:", "    assert str(e) == 'division by zero'",
                "try:", "    run('x = = 1')", "except SyntaxError as e:", "    assert e.lineno == 1",
                "try:", "    run('import sys; sys.exit(3)')", "except SystemExit as e:", "    assert e.code == 3");
    }

    @Test
    void exceptionThatJavaHasCaughtLeavesNothingBehind() {
        Py.run("attempt", (Consumer<String>) code -> {
            for (int i = 0; i < 50; i++) {
                Py.failure(code);
            }
        }, "import gc, weakref", "class Local: pass", "seen = []",
                "def failing():", "    local = Local()", "    seen.append(weakref.ref(local))", "    1 / 0",
                "attempt('failing()')",
                "alive = sum(ref() is not None for ref in seen)",
                "assert len(seen) == 50 and alive == 0, alive");
    }

    @Test
    void exceptionFromElsewhereIsAJavaErrorWithItsMessage() {
        PythonException old = Py.failure("1 / 0");
        Py.run("f", (Runnable) () -> {
            throw old;
        });
        PythonException failure = Py.failure("f()");
        assertEquals("org.pythonarium.PythonException: ZeroDivisionError: division by zero", failure.pythonMessage());
        assertSame(old, failure.getCause());
    }

    @Test
    void wrappedExceptionOfPythonsIsTheCauseInPython() {
        Py.run("run", (Consumer<String>) code -> {
            try {
                Py.run(code);
            } catch (PythonException failure) {
                throw new IllegalArgumentException("wrapped", failure);
            }
        }, "try:", "    run('1 / 0')", "except Exception as e:", "    error = e",
                "assert str(error) == 'java.lang.IllegalArgumentException: wrapped'",
                "assert type(error.__cause__) is ZeroDivisionError", "del error");
    }

    @Test
    @Tag("B2")
    void threeLevelsFromJavaShowBothStacks() {
        Py.run("boom", (Runnable) CrossingExceptionsTest::throwHere);
        Py.run("run", (Consumer<String>) CrossingExceptionsTest::middle);
        PythonException failure =
                Py.failure("def outer():", "    run('def inner():\\n    boom()\\ninner()')", "outer()");
        List<String> trace = Py.trace(failure);
        assertEquals(List.of("inner", "<module>", "outer", "<module>"),
                trace.stream().limit(4).map(line -> line.replaceAll("<python>\\.(.*)\\(.*", "$1")).toList());
        assertInstanceOf(UnsupportedOperationException.class, failure.getCause());
        List<String> java = new ArrayList<>(Py.trace(failure.getCause()));
        java.addAll(trace); // which has the caller, where a thread with a larger stack has called Python
        for (String method : List.of("throwHere", "middle", "threeLevelsFromJava")) {
            assertTrue(java.stream().anyMatch(line -> line.contains("CrossingExceptionsTest." + method)), method);
        }
    }

    @Test
    @Tag("B2")
    void threeLevelsFromPythonShowBothStacks() {
        Py.run("run", (Consumer<String>) CrossingExceptionsTest::middle);
        PythonException failure =
                Py.failure("def outer():", "    run('def inner():\\n    1 / 0\\ninner()')", "outer()");
        assertEquals("ZeroDivisionError: division by zero", failure.getMessage());
        assertEquals(List.of("<module>", "outer", "<module>", "inner"),
                failure.frames().stream().map(PythonException.Frame::function).toList());
        PythonException inJava = assertInstanceOf(PythonException.class, failure.getCause());
        assertTrue(Py.trace(inJava).stream().anyMatch(line -> line.contains("CrossingExceptionsTest.middle")));
    }

    private static void throwHere() {
        throw new UnsupportedOperationException("here");
    }

    private static void middle(String code) {
        Py.run(code);
    }
}
