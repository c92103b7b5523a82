import org.pythonarium.PythonConstants;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;

/** Fails to start Python five times, then names another one, and runs a script. */
public final class Retry {

    private Retry() {}

    public static void main(String[] arguments) {
        for (int attempt = 0; attempt < 5; attempt++) {
            try {
                PythonExecutioner.init();
            } catch (PythonException refused) {
                System.out.println(refused.getMessage());
            }
        }
        if (arguments[0].equals("setter")) {
            PythonConstants.setPython(arguments[1]);
        } else {
            System.setProperty("org.pythonarium.python", arguments[1]);
        }
        PythonExecutioner.exec("pass");
        long threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("python main"))
                .count();
        System.out.println("it works, and left " + threads + " thread to start Python");
    }
}
