import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.pythonarium.Python;
import org.pythonarium.PythonContextManager;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGC;
import org.pythonarium.PythonGIL;
import org.pythonarium.PythonObject;
import org.pythonarium.PythonTypes;
import org.pythonarium.PythonVariable;

/** A program that was written for Python4J; nothing is changed but `org.nd4j.python4j` in the imports. */
@SuppressWarnings({"rawtypes", "unchecked"})
public final class FromPython4j {

    public static void main(String[] args) throws Exception {
        try (PythonGIL gil = PythonGIL.lock()) {
            try (PythonGC gc = PythonGC.watch()) {
                List<PythonVariable> inputs = new ArrayList<>();
                inputs.add(new PythonVariable<>("x", PythonTypes.STR, "Hello "));
                inputs.add(new PythonVariable<>("y", PythonTypes.STR, "World"));
                PythonVariable out = new PythonVariable<>("z", PythonTypes.STR);
                PythonExecutioner.exec("z = x + y", inputs, Collections.singletonList(out));
                System.out.println(out.getValue());

                PythonObject math = Python.importModule("math");
                System.out.println(math.attr("hypot").call(3, 4).toDouble());
            }
        }

        Runnable task = () -> {
            try (PythonGIL gil = PythonGIL.lock();
                    PythonContextManager.Context context = new PythonContextManager.Context()) {
                PythonExecutioner.exec("import time; time.sleep(0.01); who = 'a thread'");
                System.out.println(PythonExecutioner.getVariable("who", PythonTypes.STR).getValue());
            }
        };
        Thread first = new Thread(task);
        Thread second = new Thread(task);
        first.start();
        second.start();
        first.join();
        second.join();

        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("1 / 0");
        } catch (PythonException e) {
            System.out.println("Caught: " + e.getMessage());
        }
    }
}
