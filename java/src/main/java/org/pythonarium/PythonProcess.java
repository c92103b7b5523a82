package org.pythonarium;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.pythonarium.internal.ChildProcess;
import org.pythonarium.internal.PipArguments;
import org.pythonarium.internal.PythonInstallation;
import org.pythonarium.internal.Settings;

/**
 * Runs Python as a process of its own, and pip with it.
 *
 * <p>It is the Python that would be embedded, with the same packages; a shared library it does not need. Any thread
 * may call; it waits until the process has ended. When the thread is interrupted, or the time of its
 * {@link ProcessOptions} is up, the process is killed with all that it started. What is installed while Python runs in
 * the JVM can be imported there after {@code importlib.invalidate_caches()}.
 *
 * <p>All that fails throws {@link PythonProcessException}, with the command, the exit code and the output; a Python
 * that cannot be found throws {@link PythonException}. {@link IOException} is declared as Python4J declares it, and
 * not thrown. Methods that do not declare {@link InterruptedException} throw {@code PythonException} when they are
 * interrupted, and leave the thread's interrupt flag set.
 */
public final class PythonProcess {

    private static final int STDERR_KEPT = 1 << 16;
    private static final int COMMAND_SHOWN = 200;
    private static final int OUTPUT_SHOWN = 4000;
    private static final Pattern PASSWORD = Pattern.compile("://[^/@\\s]+@");
    private static final String FIND_VERSION = """
            import sys, importlib.metadata as metadata
            try:
                print(metadata.version(sys.argv[1]) or 'unknown')
            except metadata.PackageNotFoundError:
                pass
            """;

    private PythonProcess() {}

    /**
     * Runs Python with arguments and returns what it wrote to standard output, read as UTF-8.
     *
     * <p>Standard input is empty; standard error is kept for the exception.
     *
     * @throws PythonProcessException its exit code is not 0, or it cannot be started
     * @throws InterruptedException the thread was interrupted
     */
    public static String runAndReturn(String... arguments) throws IOException, InterruptedException {
        return runAndReturn(ProcessOptions.DEFAULT, arguments);
    }

    /**
     * Runs Python as {@link #runAndReturn(String...)} does, with options.
     *
     * @throws PythonProcessException its exit code is not 0, it cannot be started, or the time is up
     * @throws InterruptedException the thread was interrupted
     */
    public static String runAndReturn(ProcessOptions options, String... arguments)
            throws IOException, InterruptedException {
        ProcessBuilder builder = builder(options, List.of(arguments));
        return successful("Error running Python", builder, options).stdout();
    }

    /**
     * Runs Python with arguments, on the standard streams of the JVM.
     *
     * @throws PythonProcessException its exit code is not 0, or it cannot be started
     * @throws InterruptedException the thread was interrupted
     */
    public static void run(String... arguments) throws IOException, InterruptedException {
        run(ProcessOptions.DEFAULT, arguments);
    }

    /**
     * Runs Python as {@link #run(String...)} does, with options.
     *
     * @throws PythonProcessException its exit code is not 0, it cannot be started, or the time is up
     * @throws InterruptedException the thread was interrupted
     */
    public static void run(ProcessOptions options, String... arguments) throws IOException, InterruptedException {
        successful("Error running Python", builder(options, List.of(arguments)).inheritIO(), options);
    }

    /** Runs pip with arguments, such as {@code "install", "--no-index", "requests"}, and returns what it wrote. */
    public static String pip(String... arguments) {
        return pip(ProcessOptions.DEFAULT, arguments);
    }

    /** Runs pip with options and arguments, and returns what it wrote. */
    public static String pip(ProcessOptions options, String... arguments) {
        return pip("Error running pip", options, arguments);
    }

    /** Installs a package by its name, or by whatever else {@code pip install} takes: a requirement, a path, a URL. */
    public static void pipInstall(String packageName) {
        String name = PipArguments.checked("package", packageName);
        pip("Error installing package " + name, ProcessOptions.DEFAULT, "install", name);
    }

    /** Installs one version of a package. */
    public static void pipInstall(String packageName, String version) {
        String requirement = PipArguments.checked("package", packageName) + "=="
                + PipArguments.checked("version", version);
        pip("Error installing package " + requirement, ProcessOptions.DEFAULT, "install", requirement);
    }

    /** Uninstalls a package without asking; one that is not installed is left so. */
    public static void pipUninstall(String packageName) {
        String name = PipArguments.checked("package", packageName);
        pip("Error uninstalling package " + name, ProcessOptions.DEFAULT, "uninstall", "-y", name);
    }

    /** Installs from a git repository; an address without a scheme is taken for https, or for ssh if it is scp's. */
    public static void pipInstallFromGit(String gitRepoUrl) {
        String url = PipArguments.gitUrl(PipArguments.checked("git repository", gitRepoUrl));
        pip("Error installing package from " + gitRepoUrl, ProcessOptions.DEFAULT, "install", url);
    }

    /** Installs what a requirements file lists. */
    public static void pipInstallFromRequirementsTxt(String path) {
        String file = PipArguments.checked("requirements file", path);
        pip("Error installing packages from " + file, ProcessOptions.DEFAULT, "install", "-r", file);
    }

    /**
     * Installs a project from its folder, or from the setup.py in it.
     *
     * @param inplace whether changes of the sources are to count without a new installation
     */
    public static void pipInstallFromSetupScript(String path, boolean inplace) {
        String project = PipArguments.project(PipArguments.checked("setup script", path));
        String failure = "Error installing package from " + path;
        if (inplace) {
            pip(failure, ProcessOptions.DEFAULT, "install", "--editable", project);
        } else {
            pip(failure, ProcessOptions.DEFAULT, "install", project);
        }
    }

    /** Whether a package is installed; names are compared as pip does: {@code Foo_Bar} is {@code foo-bar}. */
    public static boolean isPackageInstalled(String packageName) {
        return !version(packageName, "Error checking if package is installed: ").isEmpty();
    }

    /**
     * The version of an installed package.
     *
     * @throws PythonException it is not installed
     */
    public static String getPackageVersion(String packageName) {
        String version = version(packageName, "Error finding version for package ");
        if (version.isEmpty()) {
            throw new PythonException("Can't find package %s; next: PythonProcess.pipInstall(\"%s\")".formatted(
                    packageName, packageName));
        }
        return version;
    }

    private static String version(String packageName, String failure) {
        String name = PipArguments.checked("package", packageName);
        List<String> arguments = List.of("-I", "-X", "utf8", "-c", FIND_VERSION, name);
        ProcessBuilder builder = builder(ProcessOptions.DEFAULT, arguments);
        return uninterrupted(failure + name, builder, ProcessOptions.DEFAULT).stdout().strip();
    }

    private static String pip(String failure, ProcessOptions options, String... arguments) {
        ProcessBuilder builder = builder(options, PipArguments.of(arguments)).redirectErrorStream(true);
        return uninterrupted(failure, builder, options).stdout();
    }

    private static ProcessBuilder builder(ProcessOptions options, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(PythonInstallation.find(Settings.ofProcess()).executable().toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PYTHONIOENCODING", "utf-8");
        builder.environment().putAll(options.environment());
        if (options.directory() != null) {
            builder.directory(options.directory().toFile());
        }
        return builder;
    }

    private static ChildProcess.Ended uninterrupted(String failure, ProcessBuilder builder, ProcessOptions options) {
        try {
            return successful(failure, builder, options);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new PythonProcessException(failure + ": the thread was interrupted, and the process killed",
                    builder.command(), PythonProcessException.NO_EXIT_CODE, "", interrupted);
        }
    }

    private static ChildProcess.Ended successful(String failure, ProcessBuilder builder, ProcessOptions options)
            throws InterruptedException {
        ChildProcess.Ended ended;
        try {
            ended = ChildProcess.run(builder, options.timeout(), STDERR_KEPT);
        } catch (IOException error) {
            throw failed(failure + ": " + error.getMessage(), builder, PythonProcessException.NO_EXIT_CODE, "", error);
        }
        String output = builder.redirectErrorStream() ? ended.stdout() : ended.stderr();
        if (ended.timedOut()) {
            throw failed(failure + ": not done within " + options.timeout() + ", killed", builder,
                    PythonProcessException.NO_EXIT_CODE, output, null);
        }
        if (ended.exitCode() != 0) {
            throw failed(failure + ": exit code " + ended.exitCode(), builder, ended.exitCode(), output, null);
        }
        return ended;
    }

    private static PythonProcessException failed(
            String failure, ProcessBuilder builder, int exitCode, String output, Throwable cause) {
        List<String> command = builder.command();
        String line = String.join(" ", command);
        String shown = line.length() <= COMMAND_SHOWN ? line : line.substring(0, COMMAND_SHOWN) + "...";
        String message = PASSWORD.matcher(failure + " of " + shown).replaceAll("://***@");
        String tail = output.substring(Math.max(0, output.length() - OUTPUT_SHOWN)).strip();
        String next = output.contains("No module named pip") ? "; next: " + command.get(0) + " -m ensurepip" : "";
        return new PythonProcessException(message + (tail.isEmpty() ? "" : "\n" + tail) + next,
                command, exitCode, output, cause);
    }
}
