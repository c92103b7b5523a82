package org.pythonarium.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.pythonarium.PythonException;

/**
 * The one method of a functional interface, and how it is called.
 *
 * <p>Python's own streams are functions of Java's, so this is on the way of each start: there are
 * few lambdas here, and handles are adapted when they are called.
 */
final class Signature {

    /** What is known of an interface: a Signature, or why there is none. */
    private static final ClassValue<Object> KNOWN = new ClassValue<>() {
        @Override
        protected Object computeValue(Class<?> type) {
            List<Method> methods = abstractMethods(type);
            if (methods.size() != 1) {
                return type.getName() + " is no functional interface";
            }
            try {
                return new Signature(type, methods.getFirst());
            } catch (IllegalAccessException closed) {
                return type.getName() + " is not accessible; make it public, or open its package to org.pythonarium";
            }
        }
    };

    /** The functional interfaces of a class. */
    private static final ClassValue<Set<Class<?>>> INTERFACES = new ClassValue<>() {
        @Override
        protected Set<Class<?>> computeValue(Class<?> type) {
            Set<Class<?>> found = new LinkedHashSet<>();
            for (Class<?> at = type; at != null; at = at.getSuperclass()) {
                for (Class<?> candidate : at.getInterfaces()) {
                    collect(candidate, type.isHidden() || type.isSynthetic(), found);
                }
            }
            return found;
        }
    };

    final Class<?> type;
    final Method method;
    final Class<?>[] parameters;
    private final MethodHandle direct;
    private MethodHandle spread; // (target, Object[]) -> Object; null until it is needed

    private Signature(Class<?> type, Method method) throws IllegalAccessException {
        this.type = type;
        this.method = method;
        this.parameters = method.getParameterTypes();
        this.direct = accessible(method);
    }

    /**
     * Returns the signature of a functional interface.
     *
     * @throws PythonException if it is none, or not accessible
     */
    static Signature of(Class<?> type) {
        Object known = KNOWN.get(type);
        if (known instanceof Signature signature) {
            return signature;
        }
        throw new PythonException((String) known);
    }

    /** Tells whether the interface has exactly one method to be called. */
    static boolean isFunctional(Class<?> type) {
        return type.isInterface() && KNOWN.get(type) instanceof Signature;
    }

    /**
     * Returns the signature that an object is called by, or null if it is no function.
     *
     * @throws PythonException if it is a function in several ways
     */
    static Signature ofObject(Object object) {
        Set<Class<?>> found = INTERFACES.get(object.getClass());
        if (found.isEmpty()) {
            return null;
        }
        if (found.size() > 1) {
            throw new PythonException(object.getClass().getName() + " is a function in several ways: "
                    + found.stream().map(Class::getName).sorted().collect(Collectors.joining(", "))
                    + "; choose one with PythonFunction.of(type, object)");
        }
        return of(found.iterator().next());
    }

    /** Calls the method of an object. */
    Object invoke(Object target, Object[] arguments) throws Throwable {
        MethodHandle handle = spread;
        if (handle == null) {
            handle = spread = direct.asFixedArity()
                    .asSpreader(1, Object[].class, parameters.length)
                    .asType(MethodType.methodType(Object.class, Object.class, Object[].class));
        }
        return handle.invokeExact(target, arguments);
    }

    /** Returns the interface's and the method's name, as messages and stack traces have them. */
    @Override
    public String toString() {
        return type.getSimpleName() + "." + method.getName();
    }

    /** Returns what {@code help} and {@code inspect.signature} show. */
    String doc(String name, String description) {
        StringBuilder text = new StringBuilder(name).append('(');
        for (int i = 0; i < parameters.length; i++) {
            boolean isRest = method.isVarArgs() && i == parameters.length - 1;
            text.append(isRest ? "/, *" : "").append(method.getParameters()[i].getName()).append(", ");
        }
        boolean hasSlash = parameters.length > 0 && !(method.isVarArgs());
        return text.append(hasSlash ? "/" : "").append(")\n--\n\n").append(description).toString();
    }

    private static MethodHandle accessible(Method method) throws IllegalAccessException {
        try {
            return MethodHandles.publicLookup().unreflect(method);
        } catch (IllegalAccessException closed) {
            if (!method.trySetAccessible()) {
                throw closed;
            }
            return MethodHandles.lookup().unreflect(method);
        }
    }

    /** Collects functional interfaces; of those that one extends, it stands for all. */
    private static void collect(Class<?> candidate, boolean isLambda, Set<Class<?>> found) {
        boolean isMeant = isLambda || candidate.isAnnotationPresent(FunctionalInterface.class);
        if (isMeant && abstractMethods(candidate).size() == 1) {
            if (found.stream().noneMatch(candidate::isAssignableFrom)) {
                found.removeIf(wider -> wider.isAssignableFrom(candidate));
                found.add(candidate);
            }
            return;
        }
        for (Class<?> wider : candidate.getInterfaces()) {
            collect(wider, isLambda, found);
        }
    }

    /** Returns the methods of an interface that an implementation has to give; one of equal ones. */
    private static List<Method> abstractMethods(Class<?> type) {
        List<Method> methods = new ArrayList<>();
        for (Method method : type.getMethods()) {
            if (Modifier.isAbstract(method.getModifiers()) && !isOfObject(method)) {
                methods.add(method);
            }
        }
        return areOne(methods) ? List.of(mostSpecific(methods)) : methods;
    }

    private static boolean areOne(List<Method> methods) {
        for (Method method : methods) {
            Method first = methods.getFirst();
            if (!method.getName().equals(first.getName())
                    || method.getParameterCount() != first.getParameterCount()) {
                return false;
            }
        }
        return !methods.isEmpty();
    }

    private static Method mostSpecific(List<Method> methods) {
        Method specific = methods.getFirst();
        for (Method other : methods) {
            if (specific.getDeclaringClass().isAssignableFrom(other.getDeclaringClass())) {
                specific = other;
            }
        }
        return specific;
    }

    private static boolean isOfObject(Method method) {
        for (Method of : Object.class.getMethods()) {
            if (of.getName().equals(method.getName())
                    && Arrays.equals(of.getParameterTypes(), method.getParameterTypes())) {
                return true;
            }
        }
        return false;
    }
}
