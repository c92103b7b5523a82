package org.pythonarium.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the shared library of a Python may lie. */
final class SharedLibrary {

    private static final List<String> LINUX_ENDINGS = List.of("so.1.0", "so");
    private static final List<String> LINUX_FOLDERS = List.of("lib", "lib64", "lib/" + multiarch());

    private SharedLibrary() {}

    /** The library of a version in an installation. */
    static Optional<Path> find(Path prefix, PythonVersion version, OperatingSystem system) {
        for (Path place : places(prefix, version, system)) {
            if (Files.isRegularFile(place)) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    /** All paths where it may lie, the likeliest first. */
    static List<Path> places(Path prefix, PythonVersion version, OperatingSystem system) {
        return switch (system) {
            case WINDOWS -> List.of(prefix.resolve("python" + version.toString().replace(".", "") + ".dll"));
            case MAC -> List.of(
                    prefix.resolve("lib/libpython" + version + ".dylib"),
                    prefix.resolve(version.freeThreaded() ? "PythonT" : "Python"));
            case LINUX -> linuxPlaces(prefix, version);
        };
    }

    private static List<Path> linuxPlaces(Path prefix, PythonVersion version) {
        List<Path> places = new ArrayList<>();
        for (String ending : LINUX_ENDINGS) {
            for (String folder : LINUX_FOLDERS) {
                places.add(prefix.resolve(folder).resolve("libpython" + version + "." + ending));
            }
        }
        return places;
    }

    /** Debian's name for this machine, where its libraries lie. */
    private static String multiarch() {
        String machine = System.getProperty("os.arch");
        return switch (machine) {
            case "amd64" -> "x86_64-linux-gnu";
            case "arm" -> "arm-linux-gnueabihf";
            case "ppc64le" -> "powerpc64le-linux-gnu";
            default -> machine + "-linux-gnu";
        };
    }
}
