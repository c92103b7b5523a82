package org.pythonarium.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Running code in an interpreter with its own GIL, and the variables and contexts there. */
public final class SubScripts {

    private final SubInterpreter interpreter;

    /** The scripts of an interpreter. */
    public SubScripts(SubInterpreter interpreter) {
        this.interpreter = interpreter;
    }

    // Scripts

    /** Runs a script; null as timeout: without one. */
    public void run(String source, Duration timeout) {
        interpreter.call(own -> {
            CPython.Py_DecRef(Scripts.execute(own, source, timeout));
            return null;
        });
    }

    /**
     * Sets variables, runs a script, and returns the values of variables, with nothing in between.
     *
     * @param objects the variables that are returned as objects
     */
    public List<Object> run(
            String source, Map<String, Object> inputs, List<String> outputs, Set<String> objects) {
        return interpreter.call(own -> {
            inputs.forEach((name, value) -> Scripts.set(own, name, value));
            CPython.Py_DecRef(Scripts.execute(own, source, null));
            List<Object> values = new ArrayList<>();
            outputs.forEach(name -> values.add(objects.contains(name)
                    ? Wrapping.of(Reference.to(own, Scripts.find(own, name))) : Scripts.get(own, name)));
            return values;
        });
    }

    /** Sets variables, runs a script, and returns all variables that are values, with nothing in between. */
    public Map<String, Object> runForAll(String source, Map<String, Object> inputs) {
        return interpreter.call(own -> {
            inputs.forEach((name, value) -> Scripts.set(own, name, value));
            CPython.Py_DecRef(Scripts.execute(own, source, null));
            return Scripts.variables(own);
        });
    }

    /** Returns what an expression gives. */
    public Reference evaluate(String expression) {
        return interpreter.call(own -> Scripts.evaluate(own, expression));
    }

    /** Imports a module, packages and all. */
    public Reference importModule(String name) {
        return interpreter.call(own -> Objects.importModule(own, name));
    }

    // Variables and contexts

    /** Sets a variable to what a Java value is in Python. */
    public void set(String name, Object value) {
        Names.checked(name);
        interpreter.call(own -> Scripts.set(own, name, value));
    }

    /** Returns the value of a variable, in Java. */
    public Object get(String name) {
        return interpreter.call(own -> Scripts.get(own, name));
    }

    /** Returns a variable as an object that stays in Python. */
    public Reference reference(String name) {
        return interpreter.call(own -> Reference.to(own, Scripts.find(own, name)));
    }

    /** Deletes a variable. */
    public void delete(String name) {
        interpreter.call(own -> Scripts.delete(own, name));
    }

    /** Returns the variables of the current context that are values. */
    public Map<String, Object> variables() {
        return interpreter.call(Scripts::variables);
    }

    /** Makes a context current, for whoever asks from now on; adds it, if it is not there. */
    public void enter(String context) {
        interpreter.call(own -> {
            Contexts.enter(own, Contexts.checked(context));
            return null;
        });
    }

    /** Returns the name of the current context. */
    public String context() {
        return interpreter.call(own -> own.context.name);
    }

    /** Empties the current context. */
    public void resetContext() {
        interpreter.call(own -> {
            Contexts.reset(own);
            return null;
        });
    }

    /** Deletes a context. */
    public void deleteContext(String name) {
        interpreter.call(own -> {
            Contexts.delete(own, Contexts.checked(name));
            return null;
        });
    }
}
