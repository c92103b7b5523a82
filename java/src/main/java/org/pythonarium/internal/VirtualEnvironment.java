package org.pythonarium.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.pythonarium.PythonException;

/**
 * A folder with a {@code pyvenv.cfg}.
 *
 * @param home the folder of the base Python's executable
 * @param version of the base when the environment was made, if the file tells it
 */
record VirtualEnvironment(Path folder, Path home, Optional<PythonVersion> version) {

    private static final String FILE = "pyvenv.cfg";

    /**
     * The environment of an executable, by the rule that CPython follows: the file lies beside the executable, or one
     * folder above; symbolic links are not followed.
     *
     * @throws PythonException the file cannot be read, or names no base that exists
     */
    static Optional<VirtualEnvironment> around(Path executable) {
        Path beside = executable.getParent();
        if (beside == null) {
            return Optional.empty();
        }
        Path above = beside.getParent();
        if (Files.isRegularFile(beside.resolve(FILE))) {
            return Optional.of(read(beside));
        }
        return above != null && Files.isRegularFile(above.resolve(FILE)) ? Optional.of(read(above)) : Optional.empty();
    }

    private static VirtualEnvironment read(Path folder) {
        Map<String, String> entries = entries(folder);
        String home = entries.get("home");
        if (home == null || home.isEmpty()) {
            throw broken(folder, FILE + " has no line 'home ='");
        }
        Path base = folder.resolve(home);
        if (!Files.isDirectory(base)) {
            throw broken(folder, "the Python that it was made from, in " + home + ", is gone");
        }
        String version = entries.getOrDefault("version", entries.getOrDefault("version_info", ""));
        return new VirtualEnvironment(folder, base, PythonVersion.parse(version));
    }

    private static Map<String, String> entries(Path folder) {
        try {
            Map<String, String> entries = new HashMap<>();
            for (String line : Files.readString(folder.resolve(FILE)).split("\n")) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    String key = line.substring(0, equals).strip().toLowerCase(Locale.ROOT);
                    entries.put(key, line.substring(equals + 1).strip());
                }
            }
            return entries;
        } catch (IOException error) {
            throw new PythonException("cannot read %s: %s; next: chmod +r %s"
                    .formatted(folder.resolve(FILE), error, folder.resolve(FILE)), error);
        }
    }

    /** Refuses a base that is another Python than the one that the packages were installed for. */
    void checkBase(PythonVersion base) {
        if (version.isPresent() && version.get().compareTo(base) != 0) {
            throw broken(folder, "it was made with Python %s, and its base is now Python %s"
                    .formatted(version.get(), base));
        }
    }

    /** Whether a folder is a virtual environment. */
    static boolean isOne(Path folder) {
        return Files.isRegularFile(folder.resolve(FILE));
    }

    /** Refuses an executable that is a symbolic link to one that is gone. */
    static void refuseDangling(Path executable) {
        if (Files.isSymbolicLink(executable) && !Files.exists(executable)) {
            Path folder = OperatingSystem.current().prefixOf(executable.getParent());
            throw isOne(folder) ? withoutPython(folder) : new PythonException(
                    "%s is a symbolic link to a file that is gone; next: %s".formatted(
                            executable, Remedy.anyPython()));
        }
    }

    /** The error for an environment in which there is nothing to run. */
    static PythonException withoutPython(Path folder) {
        List<Path> places = OperatingSystem.current().executablesIn(folder);
        boolean dangling = places.stream().anyMatch(Files::isSymbolicLink);
        return broken(folder, places.stream().map(Path::toString).collect(Collectors.joining(" and "))
                + (dangling ? " link to a file that is gone" : " cannot be run"));
    }

    /** The error for an environment that cannot work. */
    static PythonException broken(Path folder, String reason) {
        return new PythonException("the virtual environment %s is broken: %s; next: %s, and install its packages again"
                .formatted(folder, reason, Remedy.newEnvironment(folder)));
    }
}
