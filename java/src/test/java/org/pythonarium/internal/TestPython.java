package org.pythonarium.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The Python that the tests run with, and folders made from it. */
public final class TestPython {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private TestPython() {}

    /** What this JVM would embed. */
    static PythonHome home() {
        return PythonHome.find();
    }

    /** The installation's own executable, by its full name. */
    static Path executable() {
        PythonHome home = home();
        return home.basePrefix().resolve("bin/python" + home.version());
    }

    /** Runs the installation's Python, and returns what it wrote. */
    static String run(String... arguments) throws IOException, InterruptedException {
        return run(executable(), arguments);
    }

    /** Runs an executable to a good end, and returns what it wrote. */
    static String run(Path executable, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(executable.toString());
        builder.command().addAll(List.of(arguments));
        ChildProcess.Ended ended = ChildProcess.run(builder, TIMEOUT, 1 << 16);
        if (ended.exitCode() != 0) {
            throw new IOException(builder.command() + ": " + ended);
        }
        return ended.stdout();
    }

    /** Makes a virtual environment, by default without pip. */
    public static Path environment(Path folder, String... options) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("-m", "venv"));
        arguments.addAll(List.of(options));
        arguments.add(folder.toString());
        run(arguments.toArray(String[]::new));
        return folder;
    }

    /** Makes an executable shell script. */
    static Path script(Path file, String... lines) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Lays out an installation of another name: a copy of the executable, a standard library, one shared library. */
    static Path installation(Path prefix, String executable, String version, String library) throws IOException {
        Files.createDirectories(prefix.resolve("bin"));
        Files.createDirectories(prefix.resolve("lib/python" + version));
        Files.copy(executable().toRealPath(), prefix.resolve("bin").resolve(executable));
        Files.createFile(prefix.resolve("lib/python" + version + "/os.py"));
        Files.createFile(prefix.resolve("lib").resolve(library));
        return prefix.resolve("bin").resolve(executable);
    }

    /**
     * Lays out the Python of the tests as a static build lies: it works, and knows of no shared library.
     *
     * <p>Its standard library is the real one by symbolic links, but for the file with the configuration.
     */
    static Path staticInstallation(Path prefix) throws IOException {
        PythonHome home = home();
        String name = "python" + home.version();
        Path library = Files.createDirectories(prefix.resolve("lib").resolve(name));
        Path real = home.basePrefix().resolve("lib").resolve(name);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(real)) {
            for (Path file : files) {
                Path here = library.resolve(file.getFileName());
                if (file.getFileName().toString().startsWith("_sysconfigdata")) {
                    Files.writeString(here, withoutLibrary(Files.readString(file), prefix));
                } else {
                    Files.createSymbolicLink(here, file);
                }
            }
        }
        Path executable = Files.createDirectories(prefix.resolve("bin")).resolve(name);
        return Files.copy(executable().toRealPath(), executable);
    }

    private static String withoutLibrary(String configuration, Path prefix) {
        return configuration + """

                build_time_vars.update(LIBDIR=%1$s, LDLIBRARY=%2$s, INSTSONAME=%2$s, Py_ENABLE_SHARED=0)
                """.formatted("'" + prefix.resolve("lib") + "'", "'libpython.a'");
    }
}
