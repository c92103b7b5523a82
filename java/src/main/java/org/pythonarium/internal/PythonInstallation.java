package org.pythonarium.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import org.pythonarium.PythonException;

/**
 * A Python as it lies on the disk, whether it can be embedded or not.
 *
 * <p>What is done each time a JVM starts Python is written without lambdas here and in the classes that this one uses:
 * the first one costs a JVM many milliseconds.
 *
 * @param executable what to start, and what to give as {@code argv[0]}: the virtual environment's own
 * @param prefix the virtual environment, or the installation
 * @param basePrefix the installation
 * @param library the shared library, if there is one
 */
public record PythonInstallation(
        Path executable, PythonVersion version, Path prefix, Path basePrefix, Optional<Path> library) {

    private static final OperatingSystem SYSTEM = OperatingSystem.current();

    /**
     * The Python that the settings and the environment point to.
     *
     * @throws PythonException there is none, or it does not work
     */
    public static PythonInstallation find(Settings settings) {
        return of(PythonChoice.make(settings));
    }

    /** Reads what the files tell, and starts the Python only where they do not tell all. */
    static PythonInstallation of(PythonChoice choice) {
        Optional<PythonInstallation> read = fromFiles(choice.executable());
        boolean enough = read.isPresent()
                && (read.get().library.isPresent() || !read.get().version.isSupported());
        return enough ? read.get() : PythonProbe.ask(choice);
    }

    /** What the files tell without starting anything; empty for a script such as pyenv's shims, and in doubt. */
    static Optional<PythonInstallation> fromFiles(Path executable) {
        Optional<VirtualEnvironment> environment = VirtualEnvironment.around(executable);
        Path real = real(executable);
        if (isScript(real)) {
            return Optional.empty();
        }
        Optional<PythonVersion> version = PythonVersion.ofExecutable(real.getFileName().toString());
        if (environment.isEmpty()) {
            return version.isEmpty() ? Optional.empty() : installed(executable, version.get(), real.getParent());
        }
        if (version.isPresent()) {
            environment.get().checkBase(version.get());
        } else {
            version = environment.get().version();
        }
        return version.isEmpty() ? Optional.empty() : inEnvironment(executable, version.get(), environment.get(), real);
    }

    private static Optional<PythonInstallation> installed(Path executable, PythonVersion version, Path folder) {
        Path base = SYSTEM.prefixOf(folder);
        return hasStandardLibrary(base, version) ? withLibrary(executable, version, base, base) : Optional.empty();
    }

    /** The environment's base is where its file says, or else where its executable is a link to. */
    private static Optional<PythonInstallation> inEnvironment(
            Path executable, PythonVersion version, VirtualEnvironment environment, Path real) {
        for (Path folder : List.of(environment.home(), real.getParent())) {
            Path base = SYSTEM.prefixOf(folder);
            if (hasStandardLibrary(base, version)) {
                return withLibrary(executable, version, environment.folder(), base);
            }
        }
        return Optional.empty();
    }

    /** An executable may be named as if it had a GIL where only the library of a free-threaded build is. */
    private static Optional<PythonInstallation> withLibrary(
            Path executable, PythonVersion version, Path prefix, Path base) {
        PythonVersion other = version.withFreeThreaded(!version.freeThreaded());
        return SharedLibrary.find(base, other, SYSTEM).isPresent()
                ? Optional.empty()
                : Optional.of(new PythonInstallation(
                        executable, version, prefix, base, SharedLibrary.find(base, version, SYSTEM)));
    }

    private static boolean hasStandardLibrary(Path prefix, PythonVersion version) {
        for (String folder : List.of("lib/python" + version, "lib64/python" + version, "Lib")) {
            if (Files.isRegularFile(prefix.resolve(folder).resolve("os.py"))) {
                return true;
            }
        }
        return false;
    }

    private static Path real(Path executable) {
        try {
            return executable.toRealPath();
        } catch (IOException error) {
            throw new PythonException("cannot follow %s to its file: %s; next: %s".formatted(
                    executable, error, Remedy.anyPython()), error);
        }
    }

    private static boolean isScript(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            return stream.read() == '#' && stream.read() == '!';
        } catch (IOException unreadable) {
            return false; // it may be run all the same
        }
    }
}
