import org.pythonarium.PythonException;
import org.pythonarium.PythonProcess;

/** The examples of "Advanced Usage", section "Subprocess Mode"; the two paths are arguments. */
public final class Processes {

    private Processes() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("packages")) {
            packages(arguments[1]);
        } else {
            running(arguments[1]);
        }
    }

    private static void running(String path) throws Exception {
        String output = PythonProcess.runAndReturn("-c", "print('hello from subprocess')");
        System.out.println(output); // hello from subprocess

        PythonProcess.run(path);
    }

    private static void packages(String requirements) {
        // Install a package
        PythonProcess.pipInstall("requests");

        // Install a specific version
        PythonProcess.pipInstall("scikit-learn", "1.2.0");

        // Install from a requirements file
        PythonProcess.pipInstallFromRequirementsTxt(requirements);

        // Check if a package is installed
        boolean installed = PythonProcess.isPackageInstalled("numpy");

        // Get a package's version string
        String version = PythonProcess.getPackageVersion("numpy");
        System.out.println(installed + " " + version);

        System.out.println(PythonProcess.getPackageVersion("scikit-learn"));
        System.out.println(PythonProcess.isPackageInstalled("requests"));

        // Uninstall
        PythonProcess.pipUninstall("requests");
        System.out.println(PythonProcess.isPackageInstalled("requests"));

        // These methods throw PythonException if the pip command fails.
        try {
            PythonProcess.pipInstall("no-such-package");
        } catch (PythonException failed) {
            System.out.println(failed.getMessage());
        }
    }
}
