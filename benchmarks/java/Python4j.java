import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

import org.nd4j.python4j.PythonExecutioner;
import org.nd4j.python4j.PythonGC;
import org.nd4j.python4j.PythonGIL;
import org.nd4j.python4j.PythonObject;
import org.nd4j.python4j.PythonType;
import org.nd4j.python4j.PythonTypes;
import org.nd4j.python4j.PythonVariable;

/**
 * What Python4J does, in the CPython that it brings.
 *
 * <p>Each call is made as its documentation has it: under the lock, and inside a frame, without
 * which it keeps every object for good.
 */
final class Python4j {
    private static final List<Long> NUMBERS = LongStream.range(0, 1_000).boxed().toList();

    private final Measure measure = new Measure();

    private Python4j() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            locked(() -> PythonExecutioner.exec(arguments[0]));
        } else {
            new Python4j().serve();
        }
    }

    private void serve() throws Exception {
        locked(() -> PythonExecutioner.exec(Measure.SCRIPT));
        row("exec", () -> PythonExecutioner.exec("x = 1"), () -> check("x == 1"));
        gets();
        sets();
        lacks();
        PythonObject nothing = object("nothing");
        row("call", nothing::call, () -> Measure.expect(true, nothing.call().isNone()));
        measure.serve();
    }

    private void gets() {
        get("get int", "number", PythonTypes.INT, 41L);
        get("get str", "text", PythonTypes.STR, "0123456789");
        get("get list", "numbers", PythonTypes.LIST, NUMBERS);
        row(
                "get dict",
                () -> value("table", PythonTypes.DICT),
                () -> Measure.expect(99L, ((Map<?, ?>) value("table", PythonTypes.DICT)).get("key99")));
    }

    private <T> void get(String row, String name, PythonType<T> type, T expected) {
        row(row, () -> value(name, type), () -> Measure.expect(expected, value(name, type)));
    }

    private void sets() {
        set("set int", PythonTypes.INT, 5L, "given == 5");
        set("set list", PythonTypes.LIST, NUMBERS, "type(given) is list and given == numbers");
    }

    private <T> void set(String row, PythonType<T> type, T value, String condition) {
        row(
                row,
                () -> PythonExecutioner.setVariables(new PythonVariable<>("given", type, value)),
                () -> check(condition));
    }

    private void lacks() {
        measure.lacks("callback", "has no way to give Python a Java function");
        for (String array : List.of("in, 8 MB", "in, 800 MB", "out, 8 MB", "out, 800 MB")) {
            measure.lacks("array " + array, "has arrays in another module, on ND4J");
        }
        measure.lacks("jobs in turn", "has no sub-interpreters");
        measure.lacks("jobs at once", "has no sub-interpreters");
    }

    private void row(String name, Measure.Action call, Measure.Action check) {
        measure.row(name, () -> locked(call), () -> locked(check));
    }

    private static void locked(Measure.Action action) throws Exception {
        try (PythonGIL _ = PythonGIL.lock();
                PythonGC _ = PythonGC.watch()) {
            action.run();
        }
    }

    /** Returns an object that outlives the lock. */
    private static PythonObject object(String name) {
        try (PythonGIL _ = PythonGIL.lock()) {
            return PythonExecutioner.getVariable(name);
        }
    }

    private static <T> T value(String name, PythonType<T> type) {
        return PythonExecutioner.getVariable(name, type).getValue();
    }

    /** Has Python find the condition true; a bare assert would be swallowed. */
    private static void check(String condition) {
        PythonExecutioner.exec("assert " + condition + ", 'not so'");
    }
}
