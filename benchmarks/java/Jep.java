import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;
import java.util.stream.LongStream;

import jep.DirectNDArray;
import jep.JepConfig;
import jep.JepException;
import jep.MainInterpreter;
import jep.NDArray;
import jep.PyConfig;
import jep.SharedInterpreter;
import jep.SubInterpreter;
import jep.SubInterpreterOptions;
import jep.python.PyCallable;

/** What JEP does; the system property {@code python} names the Python it was built for. */
final class Jep {
    private static final List<Long> NUMBERS = LongStream.range(0, 1_000).boxed().toList();

    private final SharedInterpreter python;
    private final Measure measure = new Measure();

    private Jep(SharedInterpreter python) {
        this.python = python;
    }

    public static void main(String[] arguments) throws Exception {
        MainInterpreter.setInitParams(PyConfig.python().setProgramName(System.getProperty("python")));
        try (SharedInterpreter python = new SharedInterpreter()) {
            if (arguments.length > 0) {
                python.exec(arguments[0]);
            } else {
                new Jep(python).serve();
            }
        }
    }

    private void serve() throws Exception {
        python.exec(Measure.SCRIPT);
        measure.row("exec", () -> python.exec("x = 1"), () -> check("x == 1"));
        gets();
        sets();
        calls();
        for (int megabytes : List.of(8, 800)) {
            measure.batch("array in, " + megabytes + " MB", () -> arrayIn(megabytes));
        }
        measure.batch("array out, 8 MB", () -> arrayOut(8));
        measure.lacks("array out, 800 MB", "copies the array, as at 8 MB");
        jobs();
        measure.serve();
    }

    private void gets() throws JepException {
        get("get int", "number", 41L);
        get("get str", "text", "0123456789");
        get("get list", "numbers", NUMBERS);
        measure.row(
                "get dict",
                () -> python.getValue("table"),
                () -> Measure.expect(99L, ((Map<?, ?>) python.getValue("table")).get("key99")));
        PyCallable getter = python.getValue("globals().get", PyCallable.class);
        measure.row(
                "get int, by a callable",
                () -> getter.call("number"),
                () -> Measure.expect(41L, getter.call("number")));
    }

    private void get(String row, String name, Object expected) {
        measure.row(
                row,
                () -> python.getValue(name),
                () -> Measure.expect(expected, python.getValue(name)));
    }

    private void sets() throws JepException {
        measure.row("set int", () -> python.set("given", 5), () -> check("given == 5"));
        python.exec("def keep(values):\n    global given\n    given = list(values)");
        PyCallable keep = python.getValue("keep", PyCallable.class);
        measure.row(
                "set list",
                () -> keep.call(NUMBERS),
                () -> check("type(given) is list and given == numbers"));
        measure.row(
                "set list, as a proxy",
                () -> python.set("given", NUMBERS),
                () -> check("list(given) == numbers"));
    }

    private void calls() throws JepException {
        PyCallable nothing = python.getValue("nothing", PyCallable.class);
        measure.row("call", nothing::call, () -> Measure.expect(null, nothing.call()));
        python.set("add", (IntBinaryOperator) Integer::sum);
        PyCallable callAdd = python.getValue("call_add", PyCallable.class);
        measure.batch(
                "callback",
                () -> {
                    check("add(1, 2) == 3");
                    return count -> Measure.nanoseconds(() -> callAdd.call(count));
                });
    }

    private Measure.Batch arrayIn(int megabytes) throws Exception {
        DoubleBuffer values =
                ByteBuffer.allocateDirect(megabytes * 1_000_000)
                        .order(ByteOrder.nativeOrder())
                        .asDoubleBuffer();
        Measure.Action set = () -> python.set("array", new DirectNDArray<>(values));
        values.put(0, 2.5);
        set.run();
        check("array[0] == 2.5");
        python.exec("array[1] = 3.5");
        Measure.expect(3.5, values.get(1));
        return Measure.calls(set);
    }

    private Measure.Batch arrayOut(int megabytes) throws JepException {
        python.exec("import numpy\nvalues = numpy.full(%d, 2.5)".formatted(megabytes * 125_000));
        double[] data = (double[]) python.getValue("values", NDArray.class).getData();
        Measure.expect(2.5, data[0]);
        return Measure.calls(() -> python.getValue("values", NDArray.class));
    }

    private void jobs() throws JepException {
        python.exec("import sys");
        if (!python.getValue("sys.version_info >= (3, 12)", Boolean.class)) {
            measure.lacks("jobs in turn", "has one GIL before Python 3.12");
            measure.lacks("jobs at once", "has one GIL before Python 3.12");
            return;
        }
        measure.batch("jobs in turn", () -> new Jobs(Jep::openOwnGil)::inTurn);
        measure.batch("jobs at once", () -> new Jobs(Jep::openOwnGil)::atOnce);
    }

    @SuppressWarnings("resource") // it is open until the process ends
    private static Measure.Action openOwnGil() throws JepException {
        SubInterpreterOptions isolated = SubInterpreterOptions.isolated().setOwnGIL(true);
        SubInterpreter python =
                new JepConfig().setSubInterpreterOptions(isolated).createSubInterpreter();
        python.exec(Jobs.SCRIPT);
        PyCallable job = python.getValue("job", PyCallable.class);
        return job::call;
    }

    /** Has Python find the condition true. */
    private void check(String condition) throws JepException {
        python.exec("assert " + condition);
    }
}
