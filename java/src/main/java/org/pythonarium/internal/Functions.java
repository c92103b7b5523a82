package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.pythonarium.PythonException;
import org.pythonarium.PythonFunction;

/** Functions of Java's on their way to Python. */
public final class Functions {

    private static final Signature PLAIN = Signature.of(PythonFunction.class);

    private Functions() {}

    /** A function with what Python shows of it. */
    private record Named(Signature signature, Object target, String name, String description, boolean mayWait)
            implements PythonFunction {

        static Named of(PythonFunction function) {
            return function instanceof Named named ? named : new Named(PLAIN, function, null, null, false);
        }

        @Override
        public Object call(List<Object> arguments, Map<String, Object> keywords) throws Exception {
            if (target instanceof PythonFunction function) {
                return function.call(arguments, keywords);
            }
            if (!keywords.isEmpty()) {
                throw new PythonException(signature + " takes no keyword arguments");
            }
            try {
                return signature.invoke(target, Fit.arguments(signature, null, arguments));
            } catch (Misfit misfit) {
                throw new PythonException(misfit.getMessage());
            } catch (Exception | Error failure) {
                throw failure;
            } catch (Throwable failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    /**
     * Returns a function of a functional interface.
     *
     * @throws PythonException if the type is none, or not accessible
     */
    public static PythonFunction of(Class<?> type, Object function) {
        if (function == null) {
            throw new PythonException("the function is null");
        }
        return new Named(Signature.of(type), function, null, null, false);
    }

    /** Returns a function with a name and a description, which may be null. */
    public static PythonFunction named(PythonFunction function, String name, String description) {
        if (name == null || name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new PythonException("a function's name is " + (name == null ? "null" : "empty, or has a NUL"));
        }
        Named old = Named.of(function);
        return new Named(old.signature, old.target, name, description, old.mayWait);
    }

    /** Returns a function that may wait. */
    public static PythonFunction waiting(PythonFunction function) {
        Named old = Named.of(function);
        return new Named(old.signature, old.target, old.name, old.description, true);
    }

    /** Lets functions of Java's cross, and come back as what they were. */
    static final class Crossing implements Extension {

        @Override
        public long toPython(Attachment attachment, Object value) {
            return Functions.toPython(attachment, value);
        }

        @Override
        public Object toJava(Attachment attachment, long object, String type) {
            JavaFunction function = Upcalls.javaFunction(object);
            return function == null ? null : function.target();
        }
    }

    /** Returns a new Python function that calls an object of Java's, or 0 if that is none. */
    static long toPython(Attachment attachment, Object value) {
        JavaFunction function = function(attachment.interpreter, value);
        return function == null ? 0 : Upcalls.functionOf(attachment, function);
    }

    private static JavaFunction function(Interpreter interpreter, Object value) {
        if (value instanceof Named named) {
            return function(interpreter, named);
        }
        Signature signature =
                value instanceof PythonFunction ? PLAIN : Signature.ofObject(value);
        return signature == null
                ? null : function(interpreter, new Named(signature, value, null, null, false));
    }

    private static JavaFunction function(Interpreter interpreter, Named named) {
        Signature signature = named.signature;
        String name = named.name == null ? signature.method.getName() : named.name;
        String description = named.description == null
                ? "Calls " + signature.type.getName() + "." + signature.method.getName() + " in Java." : named.description;
        MemorySegment definition = Upcalls.define(name, signature == PLAIN
                ? name + "(*args, **kwargs)\n--\n\n" + description : signature.doc(name, description));
        CallingFunction calling = new CallingFunction(interpreter, signature, named.target, definition);
        return named.mayWait ? calling : Computation.ofOr(calling);
    }
}
