import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pythonarium.Python;
import org.pythonarium.PythonContextManager;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGC;
import org.pythonarium.PythonGIL;
import org.pythonarium.PythonObject;
import org.pythonarium.PythonType;
import org.pythonarium.PythonTypes;
import org.pythonarium.PythonVariable;
import org.pythonarium.PythonVariables;

/** How Python4J's programs and its own tests call it: raw types, null lists, Object arguments. */
public final class Idioms {

    private Idioms() {}

    public static void main(String[] arguments) {
        new Sections()
                .add("executioner to start Python", PythonExecutioner::new)
                .add("variables", Idioms::variables)
                .add("getters", Idioms::getters)
                .add("collections", Idioms::collections)
                .add("primitives", Idioms::primitives)
                .add("objects", Idioms::objects)
                .add("calls", Idioms::calls)
                .add("builtins", Idioms::builtins)
                .add("contexts", Idioms::contexts)
                .add("types", Idioms::types)
                .add("collected", Idioms::collected)
                .add("threads", Idioms::threads)
                .add("null and names", Idioms::nullAndNames)
                .run();
    }

    private static void variables() {
        List<PythonVariable> inputs = Arrays.asList(
                new PythonVariable<>("i", PythonTypes.INT, 1), // boxed as Integer
                new PythonVariable<>("f", PythonTypes.FLOAT, 2), // a whole number for a float
                new PythonVariable<>("t", PythonTypes.BOOL, true),
                new PythonVariable<>("n", PythonTypes.NONE, null),
                new PythonVariable<>("l", PythonTypes.LIST, new Object[] {1, "two"}),
                new PythonVariable<>("d", PythonTypes.DICT, Collections.singletonMap("k", 2.5)),
                new PythonVariable<>("b", PythonTypes.BYTES, new byte[] {1, 2}));
        PythonExecutioner.exec("shown = repr([i, f, t, n, l, d, b])", inputs, null);
        System.out.println(PythonExecutioner.getVariable("shown", PythonTypes.STR).getValue());
    }

    private static void getters() {
        PythonExecutioner.setVariables(
                new PythonVariable<>("x", PythonTypes.INT, 5), new PythonVariable<>("y", PythonTypes.STR, "five"));
        PythonVariable x = new PythonVariable<>("x", PythonTypes.INT);
        PythonVariable<String> y = new PythonVariable<>("y", "str");
        PythonExecutioner.getVariables(x, y);
        System.out.println(x.getValue() + " " + y.getValue().length() + " " + x.getName() + " " + x.getType());
        PythonVariables all = PythonExecutioner.getAllVariables();
        System.out.println(all.get("x").getValue() + " " + all.get("missing"));
        PythonVariables made = new PythonVariables();
        made.add("z", PythonTypes.FLOAT, 1.5);
        PythonExecutioner.setVariables(made);
        System.out.println(PythonExecutioner.getVariable("z").toDouble());
        PythonExecutioner.setVariable("o", Python.eval("{1: 'one'}"));
        System.out.println(PythonExecutioner.getVariable("o").toMap());
        System.out.println(y.getPythonObject());
    }

    private static void collections() {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("a", 1L);
        map.put(1L, "a");
        map.put("list1", Arrays.asList(1L, 2.0, 3L));
        Map<Object, Object> inner = new HashMap<>();
        inner.put("b", 2L);
        inner.put("list", Arrays.asList("5", 6L));
        map.put("innermap", inner);
        PythonObject dict = new PythonObject(map);
        System.out.println(PythonTypes.DICT.toJava(dict).equals(map));
        List<Object> list = Arrays.asList(1L, "a", map, null, true);
        PythonObject converted = PythonTypes.convert(list);
        System.out.println(PythonTypes.LIST.toJava(converted).equals(list));
        System.out.println(converted.get(2).get("innermap").get("list"));
    }

    private static void primitives() {
        long j = 3;
        System.out.println(PythonTypes.INT.toJava(PythonTypes.INT.toPython(j)));
        System.out.println(PythonTypes.STR.toJava(PythonTypes.STR.toPython("abc")));
        System.out.println(PythonTypes.FLOAT.toJava(PythonTypes.FLOAT.toPython(7.0)));
        System.out.println(PythonTypes.BOOL.toJava(PythonTypes.BOOL.toPython(false)));
        System.out.println(Arrays.toString(PythonTypes.BYTES.toJava(Python.bytes(Arrays.asList(9, 8)))));
    }

    private static void objects() {
        PythonObject list = Python.list();
        list.attr("append").call("a");
        list.attr("append").call(1.0);
        list.attr("append").call(Python.eval("(1, 2)"));
        System.out.println(list + " " + Python.len(list).toLong() + " " + list.get(0));
        list.set(new PythonObject(1), new PythonObject("set"));
        System.out.println(list.toList());
        PythonObject six = Python.eval("6");
        System.out.println(six.add(Python.int_(1)) + " " + six.sub(Python.int_(1)) + " " + six.mul(Python.int_(2))
                + " " + six.trueDiv(Python.int_(4)) + " " + six.floorDiv(Python.int_(4)) + " "
                + six.mod(Python.int_(4)) + " " + six.sub(Python.int_(9)).abs());
        System.out.println(Python.None().isNone() + " " + six.isNone());
        six.attr("nothing");
    }

    private static void calls() {
        PythonExecutioner.exec("def f(*args, **kwargs): return f'{args} {kwargs}'");
        PythonObject f = PythonExecutioner.getVariable("f");
        System.out.println(f.call());
        System.out.println(f.call(1, "a", null));
        System.out.println(f.callWithArgs(Python.eval("(1, 2)")));
        System.out.println(f.callWithArgs(Arrays.asList(1, 2)));
        System.out.println(f.callWithKwargs(Collections.singletonMap("k", 1)));
        System.out.println(f.callWithKwargs(Python.eval("{'k': 2}")));
        System.out.println(f.callWithArgsAndKwargs(Arrays.asList(1), Collections.singletonMap("k", 3)));
        System.out.println(Python.importModule("math").attr("isqrt").call(16).toInt());
        Python.eval("6").call();
    }

    private static void builtins() {
        System.out.println(Python.str(5) + Python.str().toString() + " " + Python.float_("1.5") + " "
                + Python.int_(3.7) + " " + Python.bool("") + " " + Python.dict() + " " + Python.tuple(List.of(1))
                + " " + Python.set() + " " + Python.bytearray(Python.eval("b'x'")) + " " + Python.bytes());
        System.out.println(Python.isinstance(Python.eval("True"), Python.strType(), Python.intType()) + " "
                + Python.callable(Python.attr("len")) + " " + Python.type(Python.eval("1.0")) + " "
                + Python.True().toBoolean() + " " + Python.False() + " " + Python.Exception("e"));
        System.out.println(Python.globals().contains("__name__") + " " + Python.builtins());
        Python.len(Python.eval("1"));
    }

    private static void contexts() {
        for (int number = 1; number <= 3; number++) {
            Python.setContext("context" + number);
            Python.exec("a = " + number);
        }
        Python.setContext("context1");
        System.out.println(PythonExecutioner.getVariable("a").toInt() + " " + Python.getCurrentContext());
        Python.deleteContext("context2");
        Python.resetContext();
        System.out.println(PythonExecutioner.getAllVariables() + " " + PythonContextManager.getContexts().size());
        PythonContextManager.setMainContext();
        PythonContextManager.deleteNonMainContexts();
        PythonContextManager.addContext("1st");
    }

    private static void types() {
        List<String> names = new ArrayList<>();
        for (PythonType type : PythonTypes.get()) {
            names.add(type.getName());
        }
        System.out.println(names.containsAll(List.of("str", "int", "float", "bool", "bytes", "NoneType", "list", "dict")));
        System.out.println(PythonTypes.get("int").getName() + " " + PythonTypes.getPythonTypeForJavaObject(5).getName()
                + " " + PythonTypes.getPythonTypeForJavaObject(null).getName() + " "
                + PythonTypes.getPythonTypeForPythonObject(Python.eval("5.5")).getName());
        PythonTypes.get("complex128");
    }

    private static void collected() {
        PythonExecutioner.exec("watched = object()");
        long before = referencesToWatched();
        try (PythonGC gc = PythonGC.watch()) {
            for (int turn = 0; turn < 1000; turn++) {
                PythonExecutioner.getVariable("watched").isNone();
            }
            System.out.println(referencesToWatched() - before);
        }
        System.out.println(referencesToWatched() - before);
    }

    private static long referencesToWatched() {
        try (PythonGC gc = PythonGC.watch()) {
            PythonObject count = Python.importModule("sys").attr("getrefcount");
            return count.call(PythonExecutioner.getVariable("watched")).toLong();
        }
    }

    private static void threads() throws InterruptedException {
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Object> results = Collections.synchronizedList(new ArrayList<>());
        Thread[] threads = new Thread[8];
        for (int index = 0; index < threads.length; index++) {
            int number = index;
            threads[index] = new Thread(() -> {
                try (PythonGIL gil = PythonGIL.lock()) {
                    try (PythonGC gc = PythonGC.watch()) {
                        List<PythonVariable> inputs = new ArrayList<>();
                        inputs.add(new PythonVariable<>("number", PythonTypes.INT, number));
                        PythonVariable out = new PythonVariable<>("square", PythonTypes.INT);
                        PythonExecutioner.exec("square = number ** 2", inputs, Collections.singletonList(out));
                        results.add(out.getValue());
                    }
                } catch (Throwable failure) {
                    failures.add(failure);
                }
            });
        }
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println(failures + " " + results.stream().mapToLong(value -> (Long) value).sum());
    }

    private static void nullAndNames() {
        for (Sections.Part misuse : List.<Sections.Part>of(
                () -> new PythonVariable<>("no name", PythonTypes.STR),
                () -> new PythonVariable<>(null, PythonTypes.STR),
                () -> new PythonVariable<>("$x", PythonTypes.STR),
                () -> new PythonVariable<>("class", PythonTypes.STR),
                () -> PythonExecutioner.setVariable("x y", 1),
                () -> PythonExecutioner.exec(null),
                () -> PythonExecutioner.exec("x = '\0'"),
                () -> PythonExecutioner.setVariable("x", "\ud800"),
                () -> PythonExecutioner.setVariable("x", Collections.singletonMap(new HashMap<>(), 1)),
                () -> PythonExecutioner.setVariable("x", cyclic()),
                () -> Python.eval("("))) {
            try {
                misuse.run();
                System.out.println("nothing was thrown");
            } catch (PythonException | NullPointerException refusal) {
                System.out.println(refusal.getClass().getSimpleName() + ": " + refusal.getMessage());
            } catch (Exception other) {
                System.out.println("not expected: " + other);
            }
        }
    }

    private static List<Object> cyclic() {
        List<Object> list = new ArrayList<>();
        list.add(list);
        return list;
    }
}
