package org.pythonarium.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.pythonarium.internal.ChildProcess;

/**
 * A program in a JVM of its own, for what could end this one.
 *
 * <p>It may crash, hang, and end as it likes: {@link #run} tells.
 */
final class ChildProgram {

    /** A stack from which a thread runs Python itself; without it the calls go by carriers. */
    static final String LARGE_STACK = "-Xss16m";

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Path folder;
    private final List<String> flags = new ArrayList<>();
    private final List<String> environment = new ArrayList<>();
    private final List<String> arguments;
    private final String main;
    private List<String> place = List.of("-cp", product() + File.pathSeparator + tests());

    private ChildProgram(Path folder, String main, String... arguments) {
        this.folder = folder;
        environment.add("XDG_CACHE_HOME=" + folder.resolve("cache"));
        this.main = main;
        this.arguments = List.of(arguments);
        flags.add("-Dorg.pythonarium.python=" + System.getProperty("org.pythonarium.python", ""));
        flags.add("-XX:-CreateCoredumpOnCrash");
    }

    /** Makes one of a class of the tests; the folder is where it runs, and may leave a crash's report. */
    static ChildProgram of(Path folder, Class<?> main, String... arguments) {
        return new ChildProgram(folder, main.getName(), arguments).with("--enable-native-access=ALL-UNNAMED");
    }

    /** Makes one that is given no right by a flag. */
    static ChildProgram bare(Path folder, Class<?> main, String... arguments) {
        return new ChildProgram(folder, main.getName(), arguments);
    }

    ChildProgram with(String... more) {
        flags.addAll(List.of(more));
        return this;
    }

    ChildProgram withVariable(String name, String value) {
        environment.add(name + "=" + value);
        return this;
    }

    ChildProgram onClassPath(String other) {
        place = List.of("-cp", other);
        return this;
    }

    ChildProgram onModulePath(String modules, String classes) {
        place = List.of("--module-path", modules, "--add-modules", "org.pythonarium", "-cp", classes);
        return this;
    }

    /** The folder of the product's classes. */
    static Path product() {
        return folderOf(org.pythonarium.PythonGIL.class);
    }

    /** The folder of the tests' classes. */
    static Path tests() {
        return folderOf(ChildProgram.class);
    }

    private static Path folderOf(Class<?> type) {
        String file = "/" + type.getName().replace('.', '/') + ".class";
        String url = type.getResource(file).toString();
        return Path.of(URI.create(url.substring(0, url.length() - file.length())));
    }

    /** Starts it, to be ended by the caller. */
    Process start() throws IOException {
        return builder().redirectErrorStream(true).start();
    }

    /** Runs it to its end, which must come in time, and be no crash. */
    Ended run() throws IOException, InterruptedException {
        long before = System.nanoTime();
        ChildProcess.Ended ended = ChildProcess.run(builder(), LIMIT, 1 << 20);
        Duration time = Duration.ofNanos(System.nanoTime() - before);
        assertFalse(ended.timedOut(), () -> "it hangs: " + ended);
        assertTrue(ended.exitCode() < 128, () -> "it crashed: " + ended);
        assertNoReport();
        return new Ended(ended.exitCode(), ended.stdout(), ended.stderr(), time);
    }

    /** Checks that the JVM has left no report of a crash. */
    void assertNoReport() throws IOException {
        try (DirectoryStream<Path> reports = Files.newDirectoryStream(folder, "hs_err*")) {
            for (Path report : reports) {
                throw new AssertionError(Files.readString(report));
            }
        }
    }

    private ProcessBuilder builder() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(place);
        command.add(main);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PYTHONARIUM_"));
        for (String variable : environment) {
            builder.environment().put(variable.split("=")[0], variable.split("=", 2)[1]);
        }
        return builder;
    }

    /** How it ended. */
    record Ended(int exitCode, String out, String err, Duration time) {

        /** Checks the exit code and what it wrote. */
        Ended assertEnd(int code, String text) {
            assertEquals(code, exitCode, this::toString);
            assertEquals(text, out, this::toString);
            return this;
        }

        /** Checks that it ended well, and said so last. */
        Ended assertGood() {
            assertEquals(0, exitCode, this::toString);
            assertTrue(out.endsWith("good\n"), this::toString);
            return this;
        }
    }
}
