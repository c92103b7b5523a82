import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;
import java.util.stream.LongStream;

import org.pythonarium.DType;
import org.pythonarium.NumpyArray;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGIL;
import org.pythonarium.PythonObject;
import org.pythonarium.PythonSubInterpreter;
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
        PythonExecutioner.setVariable("add", (IntBinaryOperator) Integer::sum);
        PythonObject callAdd = object("call_add");
        measure.batch("callback", () -> {
            locked(() -> check("add(1, 2) == 3"));
            return count -> Measure.nanoseconds(() -> locked(() -> callAdd.call(count)));
        });
        for (int megabytes : new int[] {8, 800}) {
            measure.batch("array in, " + megabytes + " MB", () -> arrayIn(megabytes));
            measure.batch("array out, " + megabytes + " MB", () -> arrayOut(megabytes, NumpyArray.CONFINED));
            measure.batch(
                    "array out, " + megabytes + " MB, for all", () -> arrayOut(megabytes, NumpyArray.INSTANCE));
        }
        jobs();
        measure.serve();
    }

    private void jobs() throws Exception {
        locked(() -> PythonExecutioner.exec("import sys\nhas_own_gils = sys.version_info >= (3, 12)"));
        if (!value("has_own_gils", PythonTypes.BOOL)) {
            measure.lacks("jobs in turn", "has one GIL before Python 3.12");
            measure.lacks("jobs at once", "has one GIL before Python 3.12");
            return;
        }
        measure.batch("jobs in turn", () -> new Jobs(Ours::openOwnGil)::inTurn);
        measure.batch("jobs at once", () -> new Jobs(Ours::openOwnGil)::atOnce);
    }

    @SuppressWarnings("resource") // it is open until the process ends
    private static Measure.Action openOwnGil() {
        PythonSubInterpreter python = new PythonSubInterpreter();
        python.exec(Jobs.SCRIPT);
        PythonObject job = python.getVariable("job");
        return () -> job.call().del();
    }

    private static Measure.Batch arrayIn(int megabytes) throws Exception {
        MemorySegment memory = Arena.ofAuto().allocate(megabytes * 1_000_000L, 8);
        memory.set(ValueLayout.JAVA_DOUBLE, 0, 2.5);
        NumpyArray array = NumpyArray.of(memory, DType.FLOAT64, megabytes * 125_000L);
        Measure.Action set = () -> locked(() -> PythonExecutioner.setVariable("array", array));
        set.run();
        locked(() -> check("array[0] == 2.5"));
        locked(() -> PythonExecutioner.exec("array[1] = 3.5"));
        Measure.expect(3.5, memory.getAtIndex(ValueLayout.JAVA_DOUBLE, 1));
        return Measure.calls(set);
    }

    private static Measure.Batch arrayOut(int megabytes, PythonType<NumpyArray> type) throws Exception {
        locked(() -> PythonExecutioner.exec(
                "import numpy\nvalues = numpy.full(%d, 2.5)".formatted(megabytes * 125_000)));
        Measure.Action get = () -> locked(() -> value("values", type).close());
        locked(() -> Measure.expect(2.5, value("values", type).getDouble(0)));
        return Measure.calls(get);
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
