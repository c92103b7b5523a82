package org.pythonarium;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.pythonarium.internal.ChildProcess;

/** Runs the main method of a test class in a JVM of its own: for what holds for the life of a process. */
final class ChildJvm {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private ChildJvm() {}

    /** A process builder for the class, with the properties given, and no Python of this JVM's environment. */
    static ProcessBuilder builder(Class<?> main, Map<String, String> properties, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-cp", classPath(main), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("PYTHONARIUM_"));
        return builder;
    }

    /** Runs it to its end; standard output and error are in the result. */
    static ChildProcess.Ended run(ProcessBuilder builder) throws IOException, InterruptedException {
        return ChildProcess.run(builder, TIMEOUT, 1 << 20);
    }

    private static String classPath(Class<?> main) {
        Set<String> folders = new LinkedHashSet<>();
        for (Class<?> type : List.of(PythonException.class, main)) {
            folders.add(folderOf(type));
        }
        return String.join(File.pathSeparator, folders);
    }

    private static String folderOf(Class<?> type) {
        String file = type.getName().replace('.', '/') + ".class";
        String url = type.getResource("/" + file).toString();
        return Path.of(URI.create(url.substring(0, url.length() - file.length()))).toString();
    }
}
