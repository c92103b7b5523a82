package org.pythonarium;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import javax.script.ScriptException;

/** An interface of Java's, implemented by functions of a script. */
final class Implementation implements InvocationHandler {

    /** Calls a function by its name. */
    @FunctionalInterface
    interface Functions {
        Object call(String name, Object... arguments) throws ScriptException, NoSuchMethodException;
    }

    private final Class<?> type;
    private final Functions functions;

    private Implementation(Class<?> type, Functions functions) {
        this.type = type;
        this.functions = functions;
    }

    static <T> T of(Class<T> type, Functions functions) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, new Implementation(type, functions)));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return ofObject(proxy, method.getName(), arguments);
        }
        if (method.isDefault()) {
            return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                    .unreflectSpecial(method, type)
                    .bindTo(proxy)
                    .invokeWithArguments(arguments == null ? new Object[0] : arguments);
        }
        try {
            return result(method, functions.call(method.getName(), arguments));
        } catch (ScriptException failure) {
            throw failure.getCause() instanceof PythonException python ? python : new PythonException(failure);
        }
    }

    private Object ofObject(Object proxy, String method, Object[] arguments) {
        return switch (method) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "a " + type.getName() + " by functions of Python";
        };
    }

    /** Returns a value as the method promises it. */
    private static Object result(Method method, Object value) {
        Class<?> type = method.getReturnType();
        if (type == void.class) {
            return null;
        }
        Object fitting = value instanceof Number number ? number(type, number) : value;
        boolean fits = fitting == null ? !type.isPrimitive()
                : type.isPrimitive() ? isBoxed(type, fitting) : type.isInstance(fitting);
        if (!fits) {
            throw new ClassCastException(method.getName() + "(): expected " + type.getName()
                    + ", got " + Shown.briefly(value));
        }
        return fitting;
    }

    private static Object number(Class<?> type, Number value) {
        if (value instanceof Long whole) {
            return switch (type.getName()) {
                case "int", "java.lang.Integer" -> Math.toIntExact(whole);
                case "short", "java.lang.Short" -> whole == whole.shortValue() ? (Object) whole.shortValue() : whole;
                case "byte", "java.lang.Byte" -> whole == whole.byteValue() ? (Object) whole.byteValue() : whole;
                case "double", "java.lang.Double" -> whole.doubleValue();
                case "float", "java.lang.Float" -> whole.floatValue();
                default -> whole;
            };
        }
        boolean isFloat = type == float.class || type == Float.class;
        return isFloat && value instanceof Double ? (Object) value.floatValue() : value;
    }

    private static boolean isBoxed(Class<?> primitive, Object value) {
        return MethodType.methodType(primitive).wrap().returnType().isInstance(value);
    }
}
