package org.pythonarium.internal;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import org.pythonarium.PythonException;

/** Callables of Python's as functional interfaces of Java's. */
public final class Views {

    private Views() {}

    /**
     * Returns a callable of Python's as a functional interface.
     *
     * <p>Any thread may call it: one without the lock takes it for the time of the call. It has a
     * reference of its own to the callable, which it gives back some time after its last use.
     *
     * @throws PythonException if the type is no functional interface, or the object not callable
     */
    public static <T> T as(Class<T> type, Reference callable) {
        Signature signature = Signature.of(type);
        Reference own = callable.use((attachment, object) -> {
            if (CPython.PyCallable_Check(object) == 0) {
                throw new PythonException("an object that is not callable was asked for as " + type.getName());
            }
            return Reference.loose(attachment, object);
        });
        ClassLoader loader = type.getClassLoader();
        return type.cast(Proxy.newProxyInstance(
                loader == null ? Views.class.getClassLoader() : loader,
                new Class<?>[] {type}, new Handler(signature, own)));
    }

    private record Handler(Signature signature, Reference callable) implements InvocationHandler {

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (method.getDeclaringClass() == Object.class) {
                return ofObject(method, arguments);
            }
            if (!Modifier.isAbstract(method.getModifiers())) {
                return ofInterface(proxy, method, arguments);
            }
            return call(method, arguments == null ? new Object[0] : arguments);
        }

        private Object ofObject(Method method, Object[] arguments) {
            return switch (method.getName()) {
                case "equals" -> arguments[0] != null && Proxy.isProxyClass(arguments[0].getClass())
                        && equals(Proxy.getInvocationHandler(arguments[0]));
                case "hashCode" -> hashCode();
                default -> signature.type.getSimpleName() + " by a callable of Python's at 0x"
                        + Long.toHexString(callable.address());
            };
        }

        private static Object ofInterface(Object proxy, Method method, Object[] arguments) throws Throwable {
            try {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
            } catch (IllegalAccessException closed) {
                Class<?> type = method.getDeclaringClass();
                Views.class.getModule().addReads(type.getModule());
                return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                        .unreflectSpecial(method, type).bindTo(proxy).invokeWithArguments(arguments);
            }
        }

        private Object call(Method method, Object[] arguments) {
            Object result = callable.useLocked((attachment, object) -> {
                long made = Kernel.callWith(attachment, object, arguments);
                try {
                    return Fit.value(attachment, made);
                } finally {
                    CPython.Py_DecRef(made);
                }
            });
            try {
                return Fit.to(result, method.getReturnType());
            } catch (Misfit misfit) {
                throw new PythonException("the result of " + signature + ": " + misfit.getMessage());
            }
        }
    }
}
