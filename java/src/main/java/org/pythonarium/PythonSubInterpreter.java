package org.pythonarium;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.pythonarium.internal.SubInterpreter;
import org.pythonarium.internal.SubScripts;

/**
 * An interpreter with its own GIL: its modules, variables and threads are its own, and it runs at
 * the same time as all others.
 *
 * <pre>{@code
 * try (PythonSubInterpreter python = new PythonSubInterpreter()) {
 *     python.exec("total = sum(i * i for i in range(10_000_000))");
 *     long total = python.getVariable("total", PythonTypes.INT).getValue();
 * }
 * }</pre>
 *
 * <p>Any thread may use it, also a virtual one, without {@link PythonGIL}: what several threads
 * ask is done one after the other, each call as a whole, by a thread of its own with an ample
 * stack. To have several work at a time, open several, or a {@link PythonInterpreterPool}.
 *
 * <p>Its objects are its own: they can be used as any other, from any thread, until it is closed;
 * in another interpreter they are refused, where values cross. {@link PythonGC} has no part in it.
 *
 * <p>It needs Python 3.12 or newer. To open one takes some ten milliseconds, and about 4 MB that
 * CPython (3.12, 3.13) does not give back when it is closed: keep it for many scripts. Extension
 * modules that support no interpreters with their own GIL, such as numpy, cannot be imported; the
 * error says so. Daemon threads and {@code os.fork} are refused by Python.
 *
 * <p>Every method throws {@link PythonException} where the code raises, a value cannot cross, or
 * the interpreter is closed.
 */
@SuppressWarnings("rawtypes") // as Python4J declares them
public final class PythonSubInterpreter implements AutoCloseable {

    private final SubInterpreter interpreter;
    private final SubScripts scripts;

    /**
     * Opens an interpreter; starts Python if need be.
     *
     * @throws PythonException if this Python is older than 3.12
     */
    public PythonSubInterpreter() {
        interpreter = SubInterpreter.open();
        scripts = new SubScripts(interpreter);
    }

    // Running

    /** Runs a script. */
    public void exec(String code) {
        scripts.run(code, null);
    }

    /**
     * Runs a script that must end in time, counted from its first line.
     *
     * <p>Python code is ended within milliseconds; a call that does not return to Python, such as
     * a sleep, is ended when it returns.
     *
     * @throws PythonException if it has not ended by then
     */
    public void exec(String code, Duration timeout) {
        scripts.run(code, timeout);
    }

    /**
     * Sets inputs, runs a script, and fills the outputs; no other thread comes in between.
     *
     * @param inputs variables with values, or null
     * @param outputs variables to be filled, or null
     */
    @SuppressWarnings("unchecked")
    public void exec(String code, List<PythonVariable> inputs, List<PythonVariable> outputs) {
        List<PythonVariable> wanted = outputs == null ? List.of() : outputs;
        Set<String> objects = wanted.stream().filter(variable -> variable.pythonType().readsObjects())
                .map(PythonVariable::getName).collect(Collectors.toSet());
        List<Object> values = scripts.run(
                code, values(inputs), wanted.stream().map(PythonVariable::getName).toList(), objects);
        for (int i = 0; i < wanted.size(); i++) {
            PythonVariable variable = wanted.get(i);
            variable.setValue(variable.pythonType().read(variable.getName(), values.get(i)));
        }
    }

    /** Runs a script, and returns every variable of the context that is a value. */
    public PythonVariables execAndReturnAllVariables(String code) {
        return execAndReturnAllVariables(code, null);
    }

    /**
     * Sets inputs, runs a script, and returns every variable of the context that is a value; no
     * other thread comes in between.
     *
     * @param inputs variables with values, or null
     */
    public PythonVariables execAndReturnAllVariables(String code, List<PythonVariable> inputs) {
        return PythonVariables.of(scripts.runForAll(code, values(inputs)));
    }

    private static Map<String, Object> values(List<PythonVariable> variables) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (variables != null) {
            variables.forEach(variable -> values.put(variable.getName(), variable.getValue()));
        }
        return values;
    }

    /** Returns what an expression gives, as an object of this interpreter. */
    public PythonObject eval(String expression) {
        return new PythonObject(scripts.evaluate(expression));
    }

    /** Imports a module, packages and all, and returns it. */
    public PythonObject importModule(String name) {
        return new PythonObject(scripts.importModule(name));
    }

    /**
     * Ends the script that runs, from any thread; waits until Python lets it in.
     *
     * @return false if none runs
     */
    public boolean interrupt() {
        return interpreter.interrupt();
    }

    // Variables

    /** Sets a variable to what a Java value, or an object of this interpreter, is in Python. */
    public void setVariable(String name, Object value) {
        scripts.set(name, value);
    }

    /** Returns a variable as an object of this interpreter. */
    public PythonObject getVariable(String name) {
        return new PythonObject(scripts.reference(name));
    }

    /** Returns a variable with its value as a type has it in Java. */
    public <T> PythonVariable<T> getVariable(String name, PythonType<T> type) {
        return new PythonVariable<>(name, type,
                type.read(name, type.readsObjects() ? getVariable(name) : scripts.get(name)));
    }

    /** Deletes a variable. */
    public void deleteVariable(String name) {
        scripts.delete(name);
    }

    /** Returns every variable of the context that is a value and has no leading underscore. */
    public PythonVariables getAllVariables() {
        return PythonVariables.of(scripts.variables());
    }

    // Contexts

    /** Makes a context current, for all threads; adds it, if it is not there. */
    public void setContext(String name) {
        scripts.enter(name);
    }

    /** Returns the name of the current context. */
    public String getCurrentContext() {
        return scripts.context();
    }

    /** Deletes all variables of the current context. */
    public void resetContext() {
        scripts.resetContext();
    }

    /** Deletes a context with its variables. */
    public void deleteContext(String name) {
        scripts.deleteContext(name);
    }

    // Closing

    /** Tells whether it is closed, or about to be. */
    public boolean isClosed() {
        return interpreter.isClosed();
    }

    /**
     * Ends the interpreter, and, by interrupting it, the script that runs; any thread may call it.
     * Once the interpreter has ended this does nothing.
     *
     * <p>Nothing more is taken from now on. What runs has five seconds to end, and so have threads
     * that scripts have started. The end of the JVM closes what is open.
     *
     * @throws PythonException if it cannot end in that time: a call that does not return to Python
     *     ends it when it does, after a thread that went on close it again; and if it is asked to
     *     by what it has called
     */
    @Override
    public void close() {
        interpreter.close();
    }
}
