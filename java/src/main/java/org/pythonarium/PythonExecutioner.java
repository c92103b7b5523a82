package org.pythonarium;

import java.time.Duration;
import java.util.List;
import org.pythonarium.internal.AddedTypes;
import org.pythonarium.internal.Scripts;

/**
 * Runs Python source text in this process, and sets and reads variables.
 *
 * <p>Python starts at the first call. Code and variables belong to the calling thread's current
 * context ({@link PythonContextManager}); a thread other than the one that came first takes
 * {@link PythonGIL} before. Every method throws {@link PythonException} where it does not, where
 * the code raises, or where a value cannot cross.
 */
@SuppressWarnings("rawtypes") // as Python4J declares them
public final class PythonExecutioner {

    /** Python4J's programs make one to start Python; this does it too. */
    public PythonExecutioner() {
        init();
    }

    /** Starts Python, unless it runs. */
    public static void init() {
        Scripts.start();
    }

    // Running

    /** Runs a script as it stands. */
    public static void simpleExec(String code) {
        Scripts.run(code, null);
    }

    /** Runs a script. */
    public static void exec(String code) {
        Scripts.run(code, null);
    }

    /**
     * Runs a script that must end in time.
     *
     * <p>Python code is ended within milliseconds, also where it catches everything (Python 3.12
     * and newer); a call that does not return to Python, such as a sleep, is ended when it returns.
     *
     * @throws PythonException of kind {@code TIMEOUT} if it has not ended by then
     */
    public static void exec(String code, Duration timeout) {
        Scripts.run(code, timeout);
    }

    /**
     * Sets inputs, runs a script, and fills the outputs.
     *
     * @param inputs variables with values, or null
     * @param outputs variables to be filled, or null
     */
    public static void exec(String code, List<PythonVariable> inputs, List<PythonVariable> outputs) {
        if (inputs != null) {
            setVariables(inputs);
        }
        exec(code);
        if (outputs != null) {
            getVariables(outputs);
        }
    }

    /** Runs a script, and returns every variable of the context that is a value. */
    public static PythonVariables execAndReturnAllVariables(String code) {
        return execAndReturnAllVariables(code, null);
    }

    /**
     * Sets inputs, runs a script, and returns every variable of the context that is a value.
     *
     * @param inputs variables with values, or null
     */
    public static PythonVariables execAndReturnAllVariables(String code, List<PythonVariable> inputs) {
        exec(code, inputs, null);
        return getAllVariables();
    }

    /**
     * Ends the script that runs, from any thread.
     *
     * @return false if none runs
     */
    public static boolean interrupt() {
        return Scripts.interrupt();
    }

    // Variables

    /** Sets a variable to an object of Python's. */
    public static void setVariable(String name, PythonObject value) {
        Scripts.set(name, value);
    }

    /** Sets a variable to what a Java value is in Python. */
    public static void setVariable(String name, Object value) {
        Scripts.set(name, value);
    }

    /** Sets a variable to a function that Python can call. */
    public static void setVariable(String name, PythonFunction function) {
        Scripts.set(name, function);
    }

    /** Sets variables, in order, to what their types make of their values. */
    @SuppressWarnings("unchecked")
    public static void setVariables(List<PythonVariable> variables) {
        for (PythonVariable variable : variables) {
            Object value = variable.getValue();
            boolean hasOwnWay = value != null && AddedTypes.writes(variable.pythonType());
            Scripts.set(variable.getName(), hasOwnWay ? variable.pythonType().toPython(value) : value);
        }
    }

    /** Sets variables, in order. */
    public static void setVariables(PythonVariable... variables) {
        setVariables(List.of(variables));
    }

    /** Returns a variable as an object that stays in Python. */
    public static PythonObject getVariable(String name) {
        return new PythonObject(Scripts.reference(name));
    }

    /** Returns a variable with its value as a type has it in Java. */
    public static <T> PythonVariable<T> getVariable(String name, PythonType<T> type) {
        return new PythonVariable<>(name, type, type.read(name));
    }

    /** Fills variables, in order. */
    @SuppressWarnings("unchecked")
    public static void getVariables(List<PythonVariable> variables) {
        for (PythonVariable variable : variables) {
            variable.setValue(variable.pythonType().read(variable.getName()));
        }
    }

    /** Fills variables, in order. */
    public static void getVariables(PythonVariable... variables) {
        getVariables(List.of(variables));
    }

    /** Deletes a variable. */
    public static void deleteVariable(String name) {
        Scripts.delete(name);
    }

    /** Returns every variable of the context that is a value and has no leading underscore. */
    public static PythonVariables getAllVariables() {
        return PythonVariables.of(Scripts.variables());
    }
}
