import org.pythonarium.PythonConstants;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonTypes;

/** Section "Embedded Python" of "Advanced Usage", and its "System Properties Reference": one setting a process. */
public final class Settings {

    private Settings() {}

    public static void main(String[] arguments) {
        switch (arguments[0]) {
            case "release" -> PythonConstants.setReleaseGilAutomatically(false);
            case "initialize" -> PythonConstants.setInitializePython(false);
            case "path" -> PythonConstants.setDefaultPythonPath(arguments[1]);
            default -> { }
        }
        try {
            PythonExecutioner.exec("import sys; path = sys.path");
            System.out.println(PythonExecutioner.getVariable("path", PythonTypes.LIST).getValue());
            PythonConstants.setReleaseGilAutomatically(true);
        } catch (PythonException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
