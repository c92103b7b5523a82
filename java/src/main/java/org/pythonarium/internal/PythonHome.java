package org.pythonarium.internal;

import java.nio.file.Path;
import java.util.stream.Collectors;

import org.pythonarium.PythonException;

/**
 * The CPython to embed.
 *
 * <p>It is the one that {@code org.pythonarium.python} or {@code PYTHONARIUM_PYTHON} asks for (an executable, the
 * folder of a virtual environment or installation, or a name on PATH), else that of the active virtual environment
 * ({@code VIRTUAL_ENV}, {@code CONDA_PREFIX}), else {@code python3} on PATH. Usually the files tell all; a script
 * such as pyenv's shims is started once, and asked. On Windows the layout is that of its documents, untested here.
 *
 * @param executable absolute, and of a virtual environment its own, which is a symbolic link: as {@code argv[0]} it
 *     lets CPython find {@code pyvenv.cfg}
 * @param library the shared library, absolute
 * @param prefix the virtual environment, or the installation
 * @param basePrefix the installation
 */
public record PythonHome(Path executable, Path library, PythonVersion version, Path prefix, Path basePrefix) {

    /**
     * Finds the Python to embed; may be called by any thread.
     *
     * @throws PythonException there is none, or it cannot be embedded; the message says where was looked, and what
     *     command mends it
     */
    public static PythonHome find() {
        return find(Settings.ofProcess());
    }

    static PythonHome find(Settings settings) {
        PythonChoice choice = PythonChoice.make(settings);
        PythonInstallation found = PythonInstallation.of(choice);
        refuseVersion(choice, found.version());
        if (found.library().isEmpty()) {
            throw noLibrary(choice, found);
        }
        return new PythonHome(found.executable(), found.library().get().toAbsolutePath(), found.version(),
                found.prefix(), found.basePrefix());
    }

    /** Whether it is a virtual environment. */
    public boolean isVirtual() {
        return !prefix.equals(basePrefix);
    }

    private static void refuseVersion(PythonChoice choice, PythonVersion version) {
        String reason = !version.isSupported() ? "older than " + PythonVersion.OLDEST
                : version.freeThreaded() ? "a free-threaded build" : null;
        if (reason != null) {
            throw new PythonException("%s (from %s) is Python %s, %s, which cannot be embedded; next: %s".formatted(
                    choice.executable(), choice.source(), version, reason, Remedy.otherPython()));
        }
    }

    private static PythonException noLibrary(PythonChoice choice, PythonInstallation found) {
        OperatingSystem system = OperatingSystem.current();
        String looked = SharedLibrary.places(found.basePrefix(), found.version(), system).stream()
                .map(Path::toString)
                .collect(Collectors.joining(", "));
        return new PythonException("%s (from %s, Python %s) has no shared library, looked for %s; next: %s".formatted(
                found.executable(), choice.source(), found.version(), looked,
                Remedy.sharedLibrary(baseExecutable(found), found.version())));
    }

    private static Path baseExecutable(PythonInstallation found) {
        return found.basePrefix().resolve("bin").resolve("python" + found.version());
    }
}
