import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonTypes;

/** Prints which Python runs, and the arguments that came through; by System.exit, with an exit code of its own. */
public final class Prefix {

    private Prefix() {}

    public static void main(String[] arguments) {
        PythonExecutioner.exec("import sys; prefix, executable = sys.prefix, sys.executable");
        System.out.println(PythonExecutioner.getVariable("prefix", PythonTypes.STR).getValue());
        System.out.println(PythonExecutioner.getVariable("executable", PythonTypes.STR).getValue());
        System.out.println(String.join(" ", arguments));
        System.exit(arguments.length);
    }
}
