package org.pythonarium;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Variables in their order. */
@SuppressWarnings("rawtypes") // as Python4J declares them
public class PythonVariables extends ArrayList<PythonVariable> {

    private static final long serialVersionUID = 1L;

    /** These variables. */
    public PythonVariables(PythonVariable... variables) {
        super(Arrays.asList(variables));
    }

    /** These variables. */
    public PythonVariables(List<PythonVariable> variables) {
        super(variables);
    }

    /** Variables with the types that their values have. */
    @SuppressWarnings("unchecked")
    static PythonVariables of(Map<?, ?> values) {
        PythonVariables variables = new PythonVariables();
        values.forEach((name, value) -> variables.add(new PythonVariable<>(
                (String) name, PythonTypes.getPythonTypeForJavaObject(value), value)));
        return variables;
    }

    /** Returns the variable of that name, or null. */
    @SuppressWarnings("unchecked")
    public <T> PythonVariable<T> get(String name) {
        return stream().filter(variable -> variable.getName().equals(name)).findFirst().orElse(null);
    }

    /** Adds a variable with a value. */
    public <T> boolean add(String name, PythonType<T> type, Object value) {
        return add(new PythonVariable<>(name, type, value));
    }

    /** Returns the names, in order. */
    public List<String> names() {
        return stream().map(PythonVariable::getName).toList();
    }
}
