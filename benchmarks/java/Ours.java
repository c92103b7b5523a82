import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGIL;
import org.pythonarium.PythonObject;
import org.pythonarium.PythonType;
import org.pythonarium.PythonTypes;

/** What Pythonarium does; each call takes the lock and gives it back, as JEP's calls do. */
final class Ours {
    private static final List<Long> NUMBERS = LongStream.range(0, 1_000).boxed().toList();

    private final Measure measure = new Measure();

    private Ours() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            locked(() -> PythonExecutioner.exec(arguments[0]));
        } else {
            new Ours().serve();
        }
    }

    private void serve() throws Exception {
        locked(() -> PythonExecutioner.exec(Measure.SCRIPT));
        row("exec", () -> PythonExecutioner.exec("x = 1"), () -> check("x == 1"));
        gets();
        sets();
        PythonObject nothing = object("nothing");
        row("call", () -> nothing.call().del(), () -> Measure.expect(true, nothing.call().isNone()));
        measure.serve();
    }

    private void gets() {
        get("get int", "number", PythonTypes.INT, 41L);
        measure.batch("get int, under one lock", () -> Ours::getUnderOneLock);
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

    private static long getUnderOneLock(int count) throws Exception {
        try (PythonGIL _ = PythonGIL.lock()) {
            return Measure.calls(() -> value("number", PythonTypes.INT)).run(count);
        }
    }

    private void sets() {
        set("set int", 5, "given == 5");
        set("set list", NUMBERS, "type(given) is list and given == numbers");
    }

    private void set(String row, Object value, String condition) {
        row(row, () -> PythonExecutioner.setVariable("given", value), () -> check(condition));
    }

    private void row(String name, Measure.Action call, Measure.Action check) {
        measure.row(name, () -> locked(call), () -> locked(check));
    }

    private static void locked(Measure.Action action) throws Exception {
        try (PythonGIL _ = PythonGIL.lock()) {
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

    /** Has Python find the condition true. */
    private static void check(String condition) {
        PythonExecutioner.exec("assert " + condition);
    }
}
