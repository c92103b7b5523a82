package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.pythonarium.internal.Reference;
import org.pythonarium.internal.Scripts;

/** What the tests ask of Python. */
public final class Py {

    private Py() {}

    /** Sets a variable and runs code. */
    public static void run(String name, Object value, String... lines) {
        Scripts.set(name, value);
        run(lines);
    }

    public static void run(String... lines) {
        Scripts.run(String.join("\n", lines), null);
    }

    /** Runs code that raises. */
    public static PythonException failure(String... lines) {
        return assertThrows(PythonException.class, () -> run(lines));
    }

    @SuppressWarnings("exports") // tests are in the module
    public static Reference evaluate(String expression) {
        return Scripts.evaluate(expression);
    }

    /** Returns the value of an expression. */
    public static Object value(String expression) {
        run("py_value = " + expression);
        return Scripts.get("py_value");
    }

    /** Returns the lines of a stack trace as Java prints them. */
    public static List<String> trace(Throwable failure) {
        return Arrays.stream(failure.getStackTrace()).map(StackTraceElement::toString).toList();
    }
}
