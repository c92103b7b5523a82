package org.pythonarium;

import java.io.CharArrayReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import javax.script.AbstractScriptEngine;
import javax.script.Bindings;
import javax.script.Compilable;
import javax.script.CompiledScript;
import javax.script.Invocable;
import javax.script.ScriptContext;
import javax.script.ScriptEngine;
import javax.script.ScriptEngineFactory;
import javax.script.ScriptException;
import javax.script.SimpleScriptContext;
import org.pythonarium.internal.Engine;

/**
 * A script engine (JSR-223) for Python.
 *
 * <p>It runs in the main interpreter, takes {@link PythonGIL} by itself, and gives what a script's
 * last expression gives. Each set of engine-scope bindings has variables of its own. Those of the
 * other scopes can be read where the engine has no variable of the name; an assignment makes one in
 * the engine scope. What cannot cross is refused in the engine scope, and not seen in the others.
 * Bindings that {@link #createBindings} made are views of the variables in Python; others are
 * copied before a script and afterwards, functions and modules as {@link PythonObject}.
 *
 * <p>What a script prints comes to the context's writers line by line, and is flushed there; what
 * they throw is raised in the script. It reads the context's reader where that has its text in
 * memory, else the standard input of the process.
 *
 * <p>A {@link ScriptException} carries file, line and column, from 1, where they are known, and as
 * its cause the {@link PythonException}.
 */
final class PythonScriptEngine extends AbstractScriptEngine implements Compilable, Invocable {

    /** Under this name foreign bindings keep their namespace. */
    private static final String NAMESPACE = "pythonarium.namespace";

    private final ScriptEngineFactory factory;
    private final Map<Reader, PythonObject> readers = Collections.synchronizedMap(new WeakHashMap<>());
    private final Printer out = new Printer();
    private final Printer err = new Printer();

    PythonScriptEngine(ScriptEngineFactory factory) {
        this.factory = factory;
        setContext(new SimpleScriptContext());
        setBindings(createBindings(), ScriptContext.ENGINE_SCOPE);
    }

    @Override
    public ScriptEngineFactory getFactory() {
        return factory;
    }

    @Override
    public Bindings createBindings() {
        return new PythonBindings();
    }

    // Running

    @Override
    public Object eval(String script, ScriptContext context) throws ScriptException {
        return run(compiled(script, context), context);
    }

    @Override
    public Object eval(Reader script, ScriptContext context) throws ScriptException {
        return eval(text(script), context);
    }

    @Override
    public CompiledScript compile(String script) throws ScriptException {
        return new Compiled(compiled(script, getContext()));
    }

    @Override
    public CompiledScript compile(Reader script) throws ScriptException {
        return compile(text(script));
    }

    private final class Compiled extends CompiledScript {

        private final PythonObject script;

        Compiled(PythonObject script) {
            this.script = script;
        }

        @Override
        public Object eval(ScriptContext context) throws ScriptException {
            return run(script, context);
        }

        @Override
        public ScriptEngine getEngine() {
            return PythonScriptEngine.this;
        }
    }

    private static PythonObject compiled(String script, ScriptContext context) throws ScriptException {
        Objects.requireNonNull(script, "script");
        Object filename = context.getAttribute(FILENAME);
        String name = filename == null ? null : filename.toString();
        try (PythonGIL gil = PythonGIL.lock()) {
            return (PythonObject) value(Engine.outcome("compile_script", script, name));
        } catch (PythonException failure) {
            throw failed(failure, name, -1, -1);
        }
    }

    private Object run(PythonObject script, ScriptContext context) throws ScriptException {
        return perform(context, (namespace, streams) -> Engine.outcome("run", namespace, script, streams));
    }

    /** What runs in a namespace. */
    @FunctionalInterface
    private interface Work {
        Engine.Outcome in(PythonObject namespace, Object[] streams) throws NoSuchMethodException;
    }

    private Object perform(ScriptContext context, Work work) throws ScriptException {
        try {
            return performOrNone(context, work);
        } catch (NoSuchMethodException impossible) {
            throw new ScriptException(impossible);
        }
    }

    private Object performOrNone(ScriptContext context, Work work) throws ScriptException, NoSuchMethodException {
        Engine.Outcome outcome;
        try (PythonGIL gil = PythonGIL.lock()) {
            Bindings bindings = context.getBindings(ScriptContext.ENGINE_SCOPE);
            PythonBindings variables = variables(bindings);
            if (bindings != variables) {
                copyIn(bindings, variables);
            }
            share(context, variables);
            outcome = work.in(variables.namespace(), streams(context));
            if (bindings != variables) {
                copyOut(variables, bindings);
            }
        } catch (PythonException failure) {
            throw failed(failure, null, -1, -1);
        }
        return value(outcome);
    }

    private static Object value(Engine.Outcome outcome) throws ScriptException {
        if (outcome.failure() != null) {
            throw failed(outcome.failure(), outcome.file(), outcome.line(), outcome.column());
        }
        return outcome.value();
    }

    private static ScriptException failed(PythonException failure, String file, int line, int column) {
        ScriptException exception = new ScriptException(failure.getMessage(), file, line, column);
        exception.initCause(failure);
        return exception;
    }

    // Scopes

    private static PythonBindings variables(Bindings bindings) {
        if (bindings instanceof PythonBindings ours) {
            return ours;
        }
        if (bindings.get(NAMESPACE) instanceof PythonBindings known) {
            return known;
        }
        PythonBindings made = new PythonBindings();
        bindings.put(NAMESPACE, made);
        return made;
    }

    private static void copyIn(Bindings bindings, PythonBindings variables) {
        variables.keySet().retainAll(bindings.keySet());
        bindings.forEach((name, value) -> {
            if (value != variables) {
                variables.assign(name, value);
            }
        });
    }

    private static void copyOut(PythonBindings variables, Bindings bindings) {
        bindings.keySet().removeIf(name -> !name.equals(NAMESPACE) && !variables.containsKey(name));
        bindings.putAll(variables);
    }

    /** Lets scripts see the variables of the other scopes, the nearer ones before the others. */
    private static void share(ScriptContext context, PythonBindings variables) {
        Map<String, Object> shared = new HashMap<>();
        List<Integer> scopes = context.getScopes();
        for (int i = scopes.size() - 1; i >= 0; i--) {
            Bindings bindings = context.getBindings(scopes.get(i));
            if (bindings != null && scopes.get(i) != ScriptContext.ENGINE_SCOPE) {
                shared.putAll(bindings);
            }
        }
        if (!variables.shares(!shared.isEmpty())) {
            return;
        }
        PythonObject crossing = Python.dict();
        shared.forEach((name, value) -> {
            try {
                crossing.set(name, value);
            } catch (PythonException refused) {
                // a program's own object, for engines of another language
            }
        });
        Engine.call("share", variables.namespace(), crossing);
    }

    // Streams

    private Object[] streams(ScriptContext context) throws ScriptException {
        return new Object[] {reader(context), out.to(context.getWriter()), err.to(context.getErrorWriter())};
    }

    /** What writes for Python to the writer that it was asked for last; used under the lock. */
    private static final class Printer {

        private Writer writer;
        private PythonObject function;

        PythonObject to(Writer writer) {
            if (this.writer != writer) {
                function = writer == null ? null : Engine.object("writer", writing(writer));
                this.writer = writer;
            }
            return function;
        }

        private static PythonFunction writing(Writer writer) {
            return (arguments, keywords) -> {
                writer.write((String) arguments.getFirst());
                writer.flush();
                return null;
            };
        }
    }

    private PythonObject reader(ScriptContext context) throws ScriptException {
        Reader reader = context.getReader();
        if (!(reader instanceof StringReader || reader instanceof CharArrayReader)) {
            return null;
        }
        PythonObject known = readers.get(reader);
        if (known == null) {
            known = (PythonObject) Engine.call("stdin", text(reader));
            readers.put(reader, known);
        }
        return known;
    }

    private static String text(Reader reader) throws ScriptException {
        try {
            StringWriter text = new StringWriter();
            Objects.requireNonNull(reader, "script").transferTo(text);
            return text.toString();
        } catch (IOException failure) {
            throw new ScriptException(failure);
        }
    }

    // Calls

    @Override
    public Object invokeFunction(String name, Object... arguments) throws ScriptException, NoSuchMethodException {
        return invoke(null, name, arguments);
    }

    @Override
    public Object invokeMethod(Object owner, String name, Object... arguments)
            throws ScriptException, NoSuchMethodException {
        if (!(owner instanceof PythonObject)) {
            throw new IllegalArgumentException("expected a PythonObject that a script has given, got "
                    + (owner == null ? "null" : "a " + owner.getClass().getName()));
        }
        return invoke((PythonObject) owner, name, arguments);
    }

    private Object invoke(PythonObject owner, String name, Object... arguments)
            throws ScriptException, NoSuchMethodException {
        Objects.requireNonNull(name, "name");
        return performOrNone(getContext(), (namespace, streams) -> {
            Object function = Engine.call("function_of", owner == null ? namespace : owner, name);
            if (function == null) {
                throw new NoSuchMethodException(owner == null
                        ? "scripts have defined no function " + name : owner + " has no method " + name);
            }
            Object[] given = arguments == null ? new Object[0] : arguments;
            Object[] all = new Object[given.length + 3];
            all[0] = namespace;
            all[1] = function;
            all[2] = streams;
            System.arraycopy(given, 0, all, 3, given.length);
            return Engine.outcome("call", all);
        });
    }

    @Override
    public <T> T getInterface(Class<T> type) {
        return implementation(null, checked(type));
    }

    @Override
    public <T> T getInterface(Object owner, Class<T> type) {
        if (!(owner instanceof PythonObject object)) {
            throw new IllegalArgumentException("expected a PythonObject that a script has given, got " + owner);
        }
        return implementation(object, checked(type));
    }

    private static <T> Class<T> checked(Class<T> type) {
        if (type == null || !type.isInterface()) {
            throw new IllegalArgumentException("expected an interface, got " + type);
        }
        return type;
    }

    /** Returns an implementation by functions of the methods' names; null where one is missing. */
    private <T> T implementation(PythonObject owner, Class<T> type) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonObject from = owner != null ? owner
                    : variables(getContext().getBindings(ScriptContext.ENGINE_SCOPE)).namespace();
            boolean isWhole = Arrays.stream(type.getMethods())
                    .filter(method -> Modifier.isAbstract(method.getModifiers()))
                    .allMatch(method -> Engine.call("function_of", from, method.getName()) != null);
            return isWhole ? Implementation.of(type, (name, arguments) -> invoke(owner, name, arguments)) : null;
        }
    }
}
