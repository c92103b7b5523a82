package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pythonarium.internal.Reference;
import org.pythonarium.internal.Views;

@Tag("B16")
class ViewsTest {

    /** A package's own interface, with a default method. */
    interface Scaler {
        float[] scale(double value, int factor);

        default float first(double value, int factor) {
            return scale(value, factor)[0];
        }
    }

    private static <T> T view(Class<T> type, String expression) {
        return Views.as(type, Py.evaluate(expression));
    }

    @Test
    @SuppressWarnings("unchecked")
    void comparatorOfPythonsSortsAListOfJavas() {
        Comparator<Long> order = view(Comparator.class, "lambda a, b: (a > b) - (a < b)");
        List<Long> numbers = new ArrayList<>(List.of(3L, 1L, 2L));
        numbers.sort(order);
        assertEquals(List.of(1L, 2L, 3L), numbers);
        numbers.sort(order.reversed());
        assertEquals(List.of(3L, 2L, 1L), numbers);
    }

    @Test
    void argumentsAndResultsAreOfTheDeclaredTypes() throws Exception {
        assertEquals(5, view(IntBinaryOperator.class, "lambda a, b: a + b").applyAsInt(2, 3));
        assertEquals(3.0, view(DoubleUnaryOperator.class, "lambda x: 3").applyAsDouble(1.5));
        assertEquals("x", view(Callable.class, "lambda: 'x'").call());
        view(Runnable.class, "lambda: 'not wanted'").run();
        assertArrayEquals(new float[] {6f, 1f},
                view(Scaler.class, "lambda value, f: [f * value, 1]").scale(2.0, 3));
    }

    @Test
    void defaultMethodOfAPackagesOwnInterfaceWorks() {
        assertEquals(6f, view(Scaler.class, "lambda value, f: [f * value]").first(2.0, 3));
        Predicate<?> truth = view(Predicate.class, "lambda x: True").negate();
        assertEquals(false, truth.test(null));
    }

    @Test
    void resultOfAnotherTypeIsRefused() {
        PythonException failure = assertThrows(
                PythonException.class, () -> view(IntBinaryOperator.class, "lambda a, b: 'x'").applyAsInt(1, 2));
        assertEquals("the result of IntBinaryOperator.applyAsInt: int is wanted, got str 'x'", failure.getMessage());
    }

    @Test
    void objectThatIsNotCallableIsRefused() {
        assertTrue(assertThrows(PythonException.class, () -> view(Runnable.class, "3"))
                .getMessage().contains("not callable"));
        assertThrows(PythonException.class, () -> view(List.class, "print"));
    }

    @Test
    void viewsOfOneObjectAreEqual() {
        Reference print = Py.evaluate("print");
        Runnable one = Views.as(Runnable.class, print);
        assertEquals(one, Views.as(Runnable.class, print));
        assertEquals(one.hashCode(), Views.as(Runnable.class, print).hashCode());
        assertNotEquals(one, Views.as(Supplier.class, print));
        assertNotEquals(one, view(Runnable.class, "len"));
        assertNotEquals(one, null);
        assertTrue(one.toString().startsWith("Runnable by a callable of Python's at 0x"), one.toString());
    }

    @Test
    @Tag("B12")
    @SuppressWarnings("unchecked")
    void anyThreadMayCallAView() throws Exception {
        Function<Object, Object> square = view(Function.class, "lambda x: x * x");
        try (ExecutorService pool = Executors.newFixedThreadPool(4);
                ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Object>> results = new ArrayList<>();
            for (long i = 0; i < 100; i++) {
                long n = i;
                results.add((i % 2 == 0 ? pool : virtual).submit(() -> square.apply(n)));
            }
            for (int i = 0; i < 100; i++) {
                assertEquals((long) i * i, results.get(i).get());
            }
        }
    }

    @Test
    void callableArrivesAsTheInterfaceThatAMethodDeclares() {
        interface Applier {
            int apply(IntBinaryOperator operator, int a);
        }
        Py.run("twice", (Applier) (operator, a) -> operator.applyAsInt(a, a), "assert twice(lambda a, b: a * b, 7) == 49");
    }
}
