import java.util.List;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonTypes;
import org.pythonarium.PythonVariable;

/** The shortest program with a variable in and one out. */
public final class Hello {

    private Hello() {}

    public static void main(String[] arguments) {
        PythonVariable<String> name = new PythonVariable<>("name", PythonTypes.STR, "World");
        PythonVariable<String> greeting = new PythonVariable<>("greeting", PythonTypes.STR);
        PythonExecutioner.exec("greeting = f'Hello {name}'", List.of(name), List.of(greeting));
        System.out.println(greeting.getValue());
    }
}
