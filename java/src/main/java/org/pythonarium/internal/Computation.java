package org.pythonarium.internal;

import java.lang.foreign.ValueLayout;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoublePredicate;
import java.util.function.DoubleToIntFunction;
import java.util.function.DoubleToLongFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntBinaryOperator;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongPredicate;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongToIntFunction;
import java.util.function.LongUnaryOperator;

/**
 * A function from numbers to a number, called without letting the GIL go.
 *
 * <p>Whatever is not plain (a keyword, a subclass of int, a number out of range) goes the
 * ordinary way, which knows what to say.
 */
final class Computation extends JavaFunction {

    /** Takes numbers, of exactly the right types, from an array of objects. */
    private interface Body {
        long compute(long arguments);
    }

    private final CallingFunction ordinary;
    private final Body body;
    private final int count;

    private Computation(CallingFunction ordinary, Body body) {
        super(ordinary.interpreter, ordinary.target(), ordinary.definition);
        this.ordinary = ordinary;
        this.body = body;
        this.count = ordinary.signature.parameters.length;
    }

    /** Returns a function as a computation, or as it is. */
    static JavaFunction ofOr(CallingFunction function) {
        Body body = body(function.target(), function.signature.type);
        return body == null ? function : new Computation(function, body);
    }

    @Override
    long call(Attachment attachment, long arguments, int given, long names) throws Throwable {
        if (given == count && names == 0) {
            attachment.enterAttached();
            try {
                return body.compute(arguments);
            } catch (Uncommon other) {
                // has not begun: once more, the ordinary way
            } finally {
                attachment.leaveAttached();
            }
        }
        return ordinary.call(attachment, arguments, given, names);
    }

    private static Body body(Object target, Class<?> type) {
        return switch (type.getSimpleName()) {
            case "IntBinaryOperator", "IntUnaryOperator", "IntPredicate", "IntToLongFunction",
                    "IntToDoubleFunction" -> ofInt(target, type);
            case "LongBinaryOperator", "LongUnaryOperator", "LongPredicate", "LongToIntFunction",
                    "LongToDoubleFunction" -> ofLong(target, type);
            case "DoubleBinaryOperator", "DoubleUnaryOperator", "DoublePredicate",
                    "DoubleToIntFunction", "DoubleToLongFunction" -> ofDouble(target, type);
            default -> null;
        };
    }

    private static Body ofInt(Object target, Class<?> type) {
        if (type == IntBinaryOperator.class) {
            IntBinaryOperator f = (IntBinaryOperator) target;
            return at -> Numbers.of(f.applyAsInt(Numbers.toInt(first(at)), Numbers.toInt(second(at))));
        }
        if (type == IntUnaryOperator.class) {
            IntUnaryOperator f = (IntUnaryOperator) target;
            return at -> Numbers.of(f.applyAsInt(Numbers.toInt(first(at))));
        }
        if (type == IntPredicate.class) {
            IntPredicate f = (IntPredicate) target;
            return at -> Numbers.of(f.test(Numbers.toInt(first(at))));
        }
        if (type == IntToLongFunction.class) {
            IntToLongFunction f = (IntToLongFunction) target;
            return at -> Numbers.of(f.applyAsLong(Numbers.toInt(first(at))));
        }
        if (type == IntToDoubleFunction.class) {
            IntToDoubleFunction f = (IntToDoubleFunction) target;
            return at -> Numbers.of(f.applyAsDouble(Numbers.toInt(first(at))));
        }
        return null;
    }

    private static Body ofLong(Object target, Class<?> type) {
        if (type == LongBinaryOperator.class) {
            LongBinaryOperator f = (LongBinaryOperator) target;
            return at -> Numbers.of(f.applyAsLong(Numbers.toLong(first(at)), Numbers.toLong(second(at))));
        }
        if (type == LongUnaryOperator.class) {
            LongUnaryOperator f = (LongUnaryOperator) target;
            return at -> Numbers.of(f.applyAsLong(Numbers.toLong(first(at))));
        }
        if (type == LongPredicate.class) {
            LongPredicate f = (LongPredicate) target;
            return at -> Numbers.of(f.test(Numbers.toLong(first(at))));
        }
        if (type == LongToIntFunction.class) {
            LongToIntFunction f = (LongToIntFunction) target;
            return at -> Numbers.of(f.applyAsInt(Numbers.toLong(first(at))));
        }
        if (type == LongToDoubleFunction.class) {
            LongToDoubleFunction f = (LongToDoubleFunction) target;
            return at -> Numbers.of(f.applyAsDouble(Numbers.toLong(first(at))));
        }
        return null;
    }

    private static Body ofDouble(Object target, Class<?> type) {
        if (type == DoubleBinaryOperator.class) {
            DoubleBinaryOperator f = (DoubleBinaryOperator) target;
            return at -> Numbers.of(f.applyAsDouble(Numbers.toDouble(first(at)), Numbers.toDouble(second(at))));
        }
        if (type == DoubleUnaryOperator.class) {
            DoubleUnaryOperator f = (DoubleUnaryOperator) target;
            return at -> Numbers.of(f.applyAsDouble(Numbers.toDouble(first(at))));
        }
        if (type == DoublePredicate.class) {
            DoublePredicate f = (DoublePredicate) target;
            return at -> Numbers.of(f.test(Numbers.toDouble(first(at))));
        }
        if (type == DoubleToIntFunction.class) {
            DoubleToIntFunction f = (DoubleToIntFunction) target;
            return at -> Numbers.of(f.applyAsInt(Numbers.toDouble(first(at))));
        }
        if (type == DoubleToLongFunction.class) {
            DoubleToLongFunction f = (DoubleToLongFunction) target;
            return at -> Numbers.of(f.applyAsLong(Numbers.toDouble(first(at))));
        }
        return null;
    }

    private static long first(long array) {
        return CPython.MEMORY.get(ValueLayout.JAVA_LONG, array);
    }

    private static long second(long array) {
        return CPython.MEMORY.get(ValueLayout.JAVA_LONG, array + 8);
    }
}
