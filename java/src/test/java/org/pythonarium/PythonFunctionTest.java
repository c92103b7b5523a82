package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.IntPredicate;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pythonarium.internal.Loan;
import org.pythonarium.internal.Views;

@Tag("B16")
class PythonFunctionTest {

    /** A functional interface that nobody has annotated. */
    interface Scorer {
        double score(String name, int number, double... weights);

        default Scorer twice() {
            return (name, number, weights) -> 2 * score(name, number, weights);
        }
    }

    @Test
    void keywordsArrive() {
        PythonFunction function = (arguments, keywords) -> arguments + " " + keywords;
        Py.run("f", function, "r = f(1, 'a', z=True, b=None)");
        assertEquals("[1, a] {z=true, b=null}", Py.value("r"));
    }

    @Test
    void functionalInterfacesOfEveryShapeAreCallable() throws Exception {
        List<Object> seen = new ArrayList<>();
        Py.run("f", (Function<Object, Object>) x -> List.of(x, x).toString(), "assert f(1) == '[1, 1]'");
        Py.run("f", (BiFunction<Long, Long, Long>) Math::max, "assert f(3, 9) == 9");
        Py.run("f", (Supplier<String>) () -> "made", "assert f() == 'made'");
        Py.run("f", (Consumer<Object>) seen::add, "assert f('x') is None");
        Py.run("f", (Runnable) () -> seen.add("ran"), "assert f() is None");
        Py.run("f", (Callable<Boolean>) () -> true, "assert f() is True");
        Py.run("f", (Predicate<String>) String::isEmpty, "assert f('') is True");
        Py.run("f", (BooleanSupplier) () -> false, "assert f() is False");
        Py.run("f", (Scorer) (name, n, w) -> name.length() * n + w.length, "assert f('ab', 3) == 6.0",
                "assert f('ab', 3, 1.0, 2) == 8.0");
        assertEquals(List.of("x", "ran"), seen);
    }

    @Test
    void computationsAreExactAtTheirBounds() {
        Py.run("f", (IntBinaryOperator) Integer::sum,
                "for a in (0, 1, -1, 2**30 - 1, 2**30, -2**30, 2**31 - 1, -2**31):",
                "    assert f(a, 0) == a, a", "assert f(-5, 3) == -2");
        Py.run("f", (LongUnaryOperator) x -> x,
                "for a in (0, 2**30, -2**30, 2**60 - 1, 2**60, -2**60, 2**63 - 1, -2**63):",
                "    assert f(a) == a, a");
        Py.run("f", (DoubleBinaryOperator) Math::hypot, "assert f(3.0, 4.0) == 5.0", "assert f(3, 4) == 5.0");
        Py.run("f", (DoubleUnaryOperator) x -> x, "import math",
                "assert math.isnan(f(math.nan)) and f(-math.inf) == -math.inf");
        Py.run("f", (IntPredicate) x -> x > 2, "assert f(3) is True and f(2) is False");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "f(1)                 | IntBinaryOperator.applyAsInt takes 2 arguments, got 1",
        "f(1, 2, 3)           | IntBinaryOperator.applyAsInt takes 2 arguments, got 3",
        "f(1, 'x')            | IntBinaryOperator.applyAsInt, argument 2: int is wanted, got str 'x'",
        "f(2**31, 1)          | IntBinaryOperator.applyAsInt, argument 1: int is wanted, got int 2147483648",
        "f(1.5, 1)            | IntBinaryOperator.applyAsInt, argument 1: int is wanted, got float 1.5",
        "f(True, 1)           | IntBinaryOperator.applyAsInt, argument 1: int is wanted, got bool True",
        "f(None, 1)           | IntBinaryOperator.applyAsInt, argument 1: int is wanted, got None",
        "f(1, b=2)            | IntBinaryOperator.applyAsInt takes no keyword arguments; a PythonFunction does"})
    void wrongCallIsATypeErrorThatNamesTheMethod(String call, String message) {
        Py.run("f", (IntBinaryOperator) Integer::sum);
        PythonException failure = Py.failure(call);
        assertEquals("TypeError: " + message, failure.getMessage());
    }

    @Test
    void argumentThatAnUndeclaredTypeRefusesIsATypeError() {
        Py.run("f", (Function<String, Integer>) String::length, "assert f('abc') == 3");
        PythonException failure = Py.failure("f(5)");
        assertEquals("TypeError", failure.typeName());
        assertTrue(failure.getMessage().contains("Function.apply: class java.lang.Long cannot be cast"));
    }

    @Test
    void castThatFailsInTheFunctionIsItsOwnFailure() {
        Py.run("f", (Function<Object, Object>) x -> ((String) x).length());
        assertTrue(Py.failure("f(5)").getCause() instanceof ClassCastException);
    }

    @Test
    void resultThatCannotCrossIsATypeError() {
        Py.run("f", (Supplier<Object>) Object::new);
        PythonException failure = Py.failure("f()");
        String message = "TypeError: the result of Supplier.get: a java.lang.Object cannot cross to Python";
        assertTrue(failure.getMessage().startsWith(message), failure.getMessage());
    }

    @Test
    void pythonShowsNameSignatureAndDescription() {
        IntBinaryOperator add = Integer::sum;
        Py.run("f", PythonFunction.of(IntBinaryOperator.class, add).named("add", "Adds two numbers."));
        assertEquals("add", Py.value("f.__name__"));
        assertEquals("Adds two numbers.", Py.value("f.__doc__"));
        assertEquals("(arg0, arg1, /)", Py.value("str(__import__('inspect').signature(f))"));
        Py.run("g", (PythonFunction) (arguments, keywords) -> null);
        assertEquals("(*args, **kwargs)", Py.value("str(__import__('inspect').signature(g))"));
        assertEquals("Calls org.pythonarium.PythonFunction.call in Java.", Py.value("g.__doc__"));
    }

    @Test
    void objectOfSeveralFunctionsAsksToChoose() {
        class Both implements Runnable, Supplier<String> {
            @Override
            public void run() {
                // nothing is asked of it
            }

            @Override
            public String get() {
                return "got";
            }
        }
        PythonException failure = assertThrows(PythonException.class, () -> Py.run("f", new Both()));
        assertTrue(failure.getMessage().contains("PythonFunction.of(type, object)"), failure.getMessage());
        Py.run("f", PythonFunction.of(Supplier.class, new Both()), "assert f() == 'got'");
    }

    @Test
    void interfaceThatIsNotFunctionalIsRefused() {
        PythonException failure =
                assertThrows(PythonException.class, () -> PythonFunction.of(List.class, List.of()));
        assertEquals("java.util.List is no functional interface", failure.getMessage());
        assertThrows(PythonException.class, () -> Py.run("f", new Object()));
    }

    @Test
    void functionComesBackAsItself() {
        Function<Object, Object> identity = x -> x;
        List<Object> seen = new ArrayList<>();
        Py.run("identity", identity);
        Py.run("f", (Consumer<Object>) seen::add, "f(identity)");
        assertSame(identity, seen.get(0));
    }

    @Test
    @Timeout(20)
    void functionMayWaitForAThreadOfPython() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        Py.run("reach", (Runnable) reached::countDown);
        Py.run("wait", (Callable<Boolean>) () -> reached.await(10, TimeUnit.SECONDS),
                "import threading", "t = threading.Thread(target=reach)",
                "t.start()", "assert wait()", "t.join()");
    }

    @Test
    @Timeout(20)
    void computationMayBeDeclaredToWait() {
        CountDownLatch reached = new CountDownLatch(1);
        Py.run("reach", (Runnable) reached::countDown);
        IntPredicate wait = seconds -> {
            try {
                return reached.await(seconds, TimeUnit.SECONDS);
            } catch (InterruptedException failure) {
                return false;
            }
        };
        Py.run("wait", PythonFunction.of(IntPredicate.class, wait).waiting(),
                "t = __import__('threading').Thread(target=reach)", "t.start()", "assert wait(10)", "t.join()");
    }

    @Test
    void threadsOfPythonCall() {
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());
        Py.run("f", (Consumer<Object>) x -> {
            Py.run("from_thread = 1"); // and Python again from there
            seen.add(x);
        }, "import threading",
                "threads = [threading.Thread(target=lambda: [f(i) for i in range(100)]) for _ in range(4)]",
                "for t in threads: t.start()", "for t in threads: t.join()");
        assertEquals(400, seen.size());
    }

    @Test
    @Tag("B12")
    @Timeout(20)
    void otherThreadUsesPythonWhileTheLockIsLent() {
        Py.run("touched = []");
        Runnable touch = Views.as(Runnable.class, Py.evaluate("lambda: touched.append(1)"));
        Py.run("f", (Callable<Boolean>) () -> {
            Loan loan = Loan.open();
            try {
                Thread thread = Thread.ofPlatform().start(touch);
                return thread.join(Duration.ofSeconds(10));
            } finally {
                loan.close();
            }
        }, "assert f()", "assert touched == [1]");
    }

    @Test
    void functionUsesPython() {
        Py.run("f", (Function<Long, Object>) n -> Py.value("21 * 2"), "r = f(0)");
        assertEquals(42L, Py.value("r"));
    }
}
