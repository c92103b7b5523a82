package org.pythonarium.internal;

import java.util.List;
import java.util.Locale;

import org.pythonarium.PythonException;

/** One setting: its property, its environment variable, its default and the values that it may have. */
public enum Setting {
    /** Folders to import from, separated as in PATH. */
    PATH("org.eclipse.python4j.path", "PYTHONARIUM_PATH", null),
    /** Where these folders stand on {@code sys.path}: before the interpreter's own, after them, or instead. */
    PATH_APPEND("org.eclipse.python4j.path.append", "PYTHONARIUM_PATH_APPEND", "before",
            "before", "after", "none"),
    /** Whether the thread that starts Python lets go of the GIL afterwards. */
    RELEASE_GIL_AUTOMATICALLY("org.eclipse.python4j.release_gil_automatically",
            "PYTHONARIUM_RELEASE_GIL_AUTOMATICALLY", "true", "true", "false"),
    /** Whether the first use starts Python. */
    INITIALIZE("org.eclipse.python4j.python.initialize", "PYTHONARIUM_INITIALIZE", "true", "true", "false"),
    /** Whether numpy is imported when Python starts. */
    NUMPY_IMPORT("org.eclipse.python4j.numpyimport", "PYTHONARIUM_NUMPY_IMPORT", "true", "true", "false"),
    /** Whether numpy arrays are made by Python code with ctypes, and not by the C API. */
    CREATE_NPY_PYTHON("org.eclipse.python4j.create_npy_python", "PYTHONARIUM_CREATE_NPY_PYTHON", "false",
            "true", "false"),
    /** Which Python: an executable, the folder of a virtual environment, or a name on PATH. */
    PYTHON("org.pythonarium.python", "PYTHONARIUM_PYTHON", null);

    private final String property;
    private final String variable;
    private final String fallback;
    private final List<String> choices;

    Setting(String property, String variable, String fallback, String... choices) {
        this.property = property;
        this.variable = variable;
        this.fallback = fallback;
        this.choices = List.of(choices);
    }

    /** The name of the system property. */
    public String property() {
        return property;
    }

    /** The name of the environment variable. */
    public String variable() {
        return variable;
    }

    /** The value where nothing else is given, or null. */
    String fallback() {
        return fallback;
    }

    /**
     * The value in the spelling that Pythonarium uses.
     *
     * @param source the name of what holds the value, for the message
     * @throws PythonException the value is none of the choices
     */
    String checked(String value, String source) {
        if (choices.isEmpty()) {
            return value;
        }
        String lower = value.toLowerCase(Locale.ROOT);
        if (!choices.contains(lower)) {
            throw new PythonException("%s: expected one of %s, got '%s'; next: set it to one of these"
                    .formatted(source, String.join(", ", choices), value));
        }
        return lower;
    }
}
