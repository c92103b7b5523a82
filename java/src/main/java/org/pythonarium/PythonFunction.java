package org.pythonarium;

import java.util.List;
import java.util.Map;
import org.pythonarium.internal.Functions;

/**
 * A function of Java's that Python can call, with keyword arguments too.
 *
 * <p>It is given to Python as any other value is. So is every other functional interface, such as
 * {@link java.util.function.Function}; it takes exactly as many arguments as its method has, each
 * of the type that is declared there:
 *
 * <pre>{@code
 * PythonFunction price = (arguments, keywords) -> 3 * ((Long) keywords.get("count"));
 * PythonExecutioner.setVariable("price", price);
 * PythonExecutioner.exec("cost = price('tea', count=2)");
 * }</pre>
 *
 * <p>Arguments and results cross as the values of variables do. While the function runs, Python's
 * other threads go on: it may wait, and may use Python, for which its thread needs no lock. The
 * lock stays with the caller: whoever waits here for a thread that wants Python lends it the lock
 * meanwhile ({@link PythonGIL#lend}).
 *
 * <p>What the function throws is in Python a {@code JavaError}, or, if it is a
 * {@link PythonException} that it got from Python, the exception that it was there.
 *
 * <p>Operators, predicates and conversions of primitive numbers, such as
 * {@link java.util.function.IntBinaryOperator}, are computations: they are called several times as
 * fast, and no other thread runs Python meanwhile. They must not wait for anything. One that does
 * is given as {@code PythonFunction.of(type, function).waiting()}.
 */
@FunctionalInterface
public interface PythonFunction {

    /**
     * Answers a call of Python's.
     *
     * @param arguments those by position
     * @param keywords those by name, in order
     */
    Object call(List<Object> arguments, Map<String, Object> keywords) throws Exception;

    /**
     * Returns a function of any functional interface, as one of this.
     *
     * @throws PythonException if the type is no functional interface, or not accessible
     */
    static <T> PythonFunction of(Class<T> type, T function) {
        return Functions.of(type, function);
    }

    /** Returns this function with a name that Python shows. */
    default PythonFunction named(String name) {
        return Functions.named(this, name, null);
    }

    /** Returns this function with a name and a description ({@code __doc__}) that Python shows. */
    default PythonFunction named(String name, String description) {
        return Functions.named(this, name, description);
    }

    /** Returns this function as one that may wait, whatever its interface. */
    default PythonFunction waiting() {
        return Functions.waiting(this);
    }
}
