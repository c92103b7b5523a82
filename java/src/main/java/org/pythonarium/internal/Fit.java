package org.pythonarium.internal;

import java.lang.reflect.Array;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pythonarium.PythonObject;

/** Values from Python as the types that a method of Java's declares. */
final class Fit {

    private Fit() {}

    /** Returns what an object is in Java; where no value is, the object itself. */
    static Object value(Attachment attachment, long object) {
        JavaFunction function = Upcalls.javaFunction(object);
        if (function != null) {
            return function.target();
        }
        try {
            return Converter.toJava(attachment, object);
        } catch (Refusal refusal) {
            return Wrapping.of(Reference.to(attachment, object));
        }
    }

    /**
     * Returns the arguments of a call as the method declares them.
     *
     * @throws Misfit if there are too many or too few, or one is of another type
     */
    static Object[] arguments(Signature signature, Attachment attachment, List<Object> values) {
        Class<?>[] wanted = signature.parameters;
        boolean hasRest = signature.method.isVarArgs();
        int least = hasRest ? wanted.length - 1 : wanted.length;
        if (values.size() < least || values.size() > least && !hasRest) {
            throw new Misfit(signature + " takes " + (hasRest ? "at least " : "") + count(least)
                    + ", got " + values.size());
        }
        Object[] fitting = new Object[wanted.length];
        for (int i = 0; i < least; i++) {
            fitting[i] = argument(signature, i, values.get(i), wanted[i]);
        }
        if (hasRest) {
            fitting[least] = rest(signature, values.subList(least, values.size()), wanted[least]);
        }
        return fitting;
    }

    private static Object rest(Signature signature, List<Object> values, Class<?> arrayType) {
        Object array = Array.newInstance(arrayType.getComponentType(), values.size());
        for (int i = 0; i < values.size(); i++) {
            Array.set(array, i, argument(
                    signature, signature.parameters.length - 1 + i, values.get(i), arrayType.getComponentType()));
        }
        return array;
    }

    private static Object argument(Signature signature, int index, Object value, Class<?> wanted) {
        try {
            return to(value, wanted);
        } catch (Misfit misfit) {
            throw new Misfit(signature + ", argument " + (index + 1) + ": " + misfit.getMessage());
        }
    }

    private static String count(int number) {
        return number == 1 ? "1 argument" : number + " arguments";
    }

    /**
     * Returns a value as another type, exactly.
     *
     * @throws Misfit if it is none of that type
     */
    static Object to(Object value, Class<?> wanted) {
        if (wanted == void.class || wanted == Void.class) {
            return null;
        }
        if (value == null && !wanted.isPrimitive() || wanted.isInstance(value)) {
            return value;
        }
        Object fitting = other(value, wanted);
        if (fitting == null) {
            throw new Misfit(wanted.getSimpleName() + " is wanted, got " + described(value));
        }
        return fitting;
    }

    private static Object other(Object value, Class<?> wanted) {
        if (value instanceof PythonObject object && Signature.isFunctional(wanted)) {
            return Views.as(wanted, Wrapping.in(object));
        }
        if (value instanceof Boolean) {
            return wanted == boolean.class ? value : null;
        }
        if (wanted == char.class || wanted == Character.class) {
            return value instanceof String text && text.length() == 1 ? text.charAt(0) : null;
        }
        if (value instanceof Long number) {
            return whole(number, wanted);
        }
        if (value instanceof Double number) {
            return wanted == double.class ? number
                    : wanted == float.class || wanted == Float.class ? (Object) number.floatValue() : null;
        }
        return value instanceof List<?> list && wanted.isArray() ? array(list, wanted.getComponentType()) : null;
    }

    private static Object whole(long number, Class<?> wanted) {
        if (wanted == long.class) {
            return number;
        }
        if (wanted == int.class || wanted == Integer.class) {
            return (int) number == number ? (Integer) (int) number : null;
        }
        if (wanted == double.class || wanted == Double.class) {
            return (long) (double) number == number && number != Long.MAX_VALUE ? (Double) (double) number : null;
        }
        if (wanted == float.class || wanted == Float.class) {
            return (long) (float) number == number && number != Long.MAX_VALUE ? (Float) (float) number : null;
        }
        if (wanted == short.class || wanted == Short.class) {
            return (short) number == number ? (Short) (short) number : null;
        }
        if (wanted == byte.class || wanted == Byte.class) {
            return (byte) number == number ? (Byte) (byte) number : null;
        }
        return wanted == BigInteger.class ? BigInteger.valueOf(number) : null;
    }

    private static Object array(List<?> list, Class<?> component) {
        Object array = Array.newInstance(component, list.size());
        for (int i = 0; i < list.size(); i++) {
            try {
                Array.set(array, i, to(list.get(i), component));
            } catch (Misfit misfit) {
                throw new Misfit("[" + i + "]: " + misfit.getMessage());
            }
        }
        return array;
    }

    /** Returns a value with the name of its type in Python. */
    private static String described(Object value) {
        return switch (value) {
            case null -> "None";
            case Boolean flag -> "bool " + (flag ? "True" : "False");
            case Long number -> "int " + number;
            case BigInteger number -> "int " + number;
            case Double number -> "float " + number;
            case String text -> "str '" + (text.length() <= 40 ? text : text.substring(0, 37) + "...") + "'";
            case List<?> list -> "a list of " + list.size();
            case Set<?> set -> "a set of " + set.size();
            case Map<?, ?> map -> "a dict of " + map.size();
            case byte[] bytes -> "bytes, " + bytes.length + " of them";
            case PythonObject ignored -> "another object";
            default -> value.getClass().getSimpleName();
        };
    }

    /** Tells whether a cast has failed before the function's own code began. */
    static boolean isAtEntry(ClassCastException failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().startsWith(Signature.class.getName());
    }
}
