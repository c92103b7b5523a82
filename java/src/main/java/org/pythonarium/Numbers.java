package org.pythonarium;

import java.lang.invoke.MethodType;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Numbers from Python, and what else a primitive holds, as the class that is asked for: equal, or refused. */
final class Numbers {

    private Numbers() {}

    /** Returns the class of the objects that hold a primitive; any other class itself. */
    static Class<?> boxed(Class<?> type) {
        return MethodType.methodType(type).wrap().returnType();
    }

    /**
     * Returns a value as a number of a class; null as null, where the class is no primitive.
     *
     * @throws Typed.Misfit if it is none
     */
    static Object fit(Class<?> wanted, Object value) {
        Class<?> boxed = boxed(wanted);
        if (value == null && !wanted.isPrimitive() || boxed.isInstance(value)) {
            return value;
        }
        Object number = null;
        if (value instanceof Long whole) {
            number = whole(boxed, whole);
        } else if (value instanceof BigInteger whole) {
            number = large(boxed, whole);
        } else if (value instanceof Double real) {
            number = boxed == Float.class ? narrow(real) : null;
        } else if (value instanceof String text && boxed == Character.class && text.length() == 1) {
            number = text.charAt(0);
        }
        if (number == null) {
            throw Typed.Misfit.of(wanted, value);
        }
        return number;
    }

    private static Object whole(Class<?> boxed, long number) {
        if (boxed == Integer.class) {
            return (int) number == number ? (Integer) (int) number : null;
        }
        if (boxed == Double.class) {
            return exactly(number);
        }
        if (boxed == Float.class) {
            Double real = exactly(number);
            return real == null ? null : narrow(real);
        }
        if (boxed == Short.class) {
            return (short) number == number ? (Short) (short) number : null;
        }
        if (boxed == Byte.class) {
            return (byte) number == number ? (Byte) (byte) number : null;
        }
        return boxed == BigInteger.class ? BigInteger.valueOf(number)
                : boxed == BigDecimal.class ? BigDecimal.valueOf(number) : null;
    }

    private static Object large(Class<?> boxed, BigInteger number) {
        if (boxed == BigDecimal.class) {
            return new BigDecimal(number);
        }
        double real = number.doubleValue();
        boolean isExact = boxed == Double.class && !Double.isInfinite(real)
                && new BigDecimal(real).toBigIntegerExact().equals(number);
        return isExact ? (Double) real : null;
    }

    /** Returns a whole number as a double, or null if none is equal to it. */
    static Double exactly(long number) {
        double real = number;
        return (long) real == number && number != Long.MAX_VALUE ? (Double) real : null;
    }

    private static Float narrow(double number) {
        float narrow = (float) number;
        return narrow == number || Double.isNaN(number) ? (Float) narrow : null;
    }
}
