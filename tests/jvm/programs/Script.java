import java.nio.file.Files;
import java.nio.file.Path;
import org.pythonarium.PythonExecutioner;

/** Runs the script file that it is given. */
public final class Script {

    private Script() {}

    public static void main(String[] arguments) throws Exception {
        PythonExecutioner.exec(Files.readString(Path.of(arguments[0])));
    }
}
