import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.pythonarium.PythonContextManager;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGC;
import org.pythonarium.PythonGIL;
import org.pythonarium.PythonTypes;
import org.pythonarium.PythonVariable;

/** The examples of Python4J's document "Python Script Execution", with other imports and what they give printed. */
public final class ScriptExecution {

    public static void main(String[] arguments) {
        new Sections()
                .add("initialization", ScriptExecution::initialization)
                .add("passing in", ScriptExecution::passingIn)
                .add("all variables", ScriptExecution::allVariables)
                .add("outputs", ScriptExecution::outputs)
                .add("double try/with", ScriptExecution::doubleTryWith)
                .add("one context per thread", ScriptExecution::oneContextPerThread)
                .run();
    }

    /** Section "Initialization": nothing is called before the first script. */
    private static void initialization() {
        PythonExecutioner.exec("import os; pid = os.getpid()");
        long pid = PythonExecutioner.getVariable("pid", PythonTypes.INT).getValue();
        System.out.println("same process: " + (pid == ProcessHandle.current().pid()));
    }

    /** Section "Python variable input and output", first example. */
    private static void passingIn() {
        try(PythonGIL pythonGIL = PythonGIL.lock()) {
            List<PythonVariable> inputs = new ArrayList<>();
            inputs.add(new PythonVariable<>("x", PythonTypes.STR, "Hello "));
            inputs.add(new PythonVariable<>("y", PythonTypes.STR, "World"));
            String code = "print(x + y)";
            PythonExecutioner.exec(code, inputs, null);
        }
    }

    /** The same section, second example; in a context without the variables of the others. */
    private static void allVariables() {
        try (PythonContextManager.Context empty = new PythonContextManager.Context()) {
            String code = "a = 5\nb = '10'\nc = 20.0";
            List<PythonVariable> vars = PythonExecutioner.execAndReturnAllVariables(code);
            for (PythonVariable variable : vars) {
                System.out.println(variable.getName() + " " + variable.getType() + " "
                        + variable.getValue().getClass().getSimpleName() + " " + variable.getValue());
            }
        }
    }

    /** The same section, third example. */
    private static void outputs() {
        try(PythonGIL pythonGIL = PythonGIL.lock()) {
            List<PythonVariable> inputs = new ArrayList<>();
            inputs.add(new PythonVariable<>("x", PythonTypes.STR, "Hello "));
            inputs.add(new PythonVariable<>("y", PythonTypes.STR, "World"));
            PythonVariable out = new PythonVariable<>("z", PythonTypes.STR);
            System.out.println("before: " + out.getValue());
            String code = "z = x + y";
            PythonExecutioner.exec(code, inputs, Collections.singletonList(out));
            System.out.println("after: " + out.getValue());
        }
    }

    /** Section "Execution in a multi threaded environment": the double try/with block. */
    private static void doubleTryWith() throws InterruptedException {
        PythonExecutioner.exec("done = 0");
        Runnable task = () -> {
            for (int turn = 0; turn < 25; turn++) {
                try (PythonGIL pythonGIL = PythonGIL.lock()) {
                    try (PythonGC gc = PythonGC.watch()) {
                        PythonExecutioner.exec("before = done\nimport time; time.sleep(0.0001)\ndone = before + 1");
                    }
                }
            }
        };
        runInThreads(Collections.nCopies(4, task));
        System.out.println("done: " + PythonExecutioner.getVariable("done", PythonTypes.INT).getValue());
    }

    /** The same section: one context per thread, "with its own variables, memory etc.". */
    private static void oneContextPerThread() throws InterruptedException {
        List<Runnable> tasks = new ArrayList<>();
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        for (String name : List.of("one", "two", "three")) {
            tasks.add(() -> {
                try (PythonGIL pythonGIL = PythonGIL.lock();
                        PythonContextManager.Context context = new PythonContextManager.Context(name)) {
                    PythonExecutioner.exec("mine = '" + name + "'\ndef whose(): return mine");
                }
                try (PythonGIL pythonGIL = PythonGIL.lock();
                        PythonContextManager.Context context = new PythonContextManager.Context(name)) {
                    PythonExecutioner.exec("answer = whose()");
                    seen.add(name + "=" + PythonExecutioner.getVariable("answer", PythonTypes.STR).getValue());
                }
            });
        }
        runInThreads(tasks);
        Collections.sort(seen);
        System.out.println(seen);
    }

    private static void runInThreads(List<Runnable> tasks) throws InterruptedException {
        List<Thread> threads = tasks.stream().map(Thread::new).toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
