import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;

/** Runs its argument, and prints what stands in the way: the first thing that a user sees of a machine. */
public final class First {

    private First() {}

    public static void main(String[] arguments) {
        try {
            PythonExecutioner.exec(arguments.length == 0 ? "print('it works')" : arguments[0]);
        } catch (PythonException failure) {
            System.out.println(failure.getMessage());
        }
    }
}
