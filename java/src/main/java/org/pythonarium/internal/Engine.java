package org.pythonarium.internal;

import java.util.List;
import org.pythonarium.PythonException;
import org.pythonarium.PythonObject;

/**
 * The kernel's side of the script engine: the functions of {@code pythonarium_kernel.jvm_engine}.
 *
 * <p>The caller holds the lock. Objects that are made here belong to no frame.
 */
public final class Engine {

    private Engine() {}

    /**
     * What became of a run.
     *
     * @param value what it gave
     * @param failure what it raised, or null
     * @param file where that was, and so line and column, from 1; -1 where unknown
     */
    public record Outcome(
            Object value, PythonException failure, String file, int line, int column) {

        private static Outcome of(List<?> facts) {
            if (facts.get(1) == null) {
                return new Outcome(facts.get(0), null, null, -1, -1);
            }
            List<?> place = (List<?>) facts.get(2);
            return new Outcome(null, exception((PythonObject) facts.get(1)), (String) place.get(0),
                    ((Long) place.get(1)).intValue(), ((Long) place.get(2)).intValue());
        }
    }

    /** Calls one of the functions, and returns what it returns, in Java. */
    public static Object call(String function, Object... arguments) {
        Frame pause = Frame.open(false);
        try {
            return Launcher.main().call(attachment -> {
                long[] converted = new long[arguments.length];
                int count = 0;
                try {
                    for (; count < converted.length; count++) {
                        converted[count] = Converter.toPython(attachment, "argument", arguments[count]);
                    }
                    return Scripts.taken(attachment, "result",
                            attachment.interpreter.kernel().part(attachment, "jvm_engine")
                                    .call(attachment, function, converted));
                } finally {
                    while (count > 0) {
                        CPython.Py_DecRef(converted[--count]);
                    }
                }
            });
        } finally {
            pause.close();
        }
    }

    /** Returns what the value of a variable is in Python. */
    public static PythonObject object(String name, Object value) {
        Frame pause = Frame.open(false);
        try {
            return Launcher.main().call(attachment -> Wrapping.of(
                    Reference.adopt(attachment, Converter.toPython(attachment, name, value))));
        } finally {
            pause.close();
        }
    }

    /** Calls one of the functions that return an outcome. */
    public static Outcome outcome(String function, Object... arguments) {
        return Outcome.of((List<?>) call(function, arguments));
    }

    private static PythonException exception(PythonObject exception) {
        return Wrapping.in(exception).use((attachment, object) ->
                attachment.interpreter.kernel().describe(attachment, object));
    }
}
