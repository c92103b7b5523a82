package org.pythonarium.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.pythonarium.PythonException;

/** Asks a Python about itself, by starting it once. */
final class PythonProbe {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int OUTPUT_KEPT = 2000;
    private static final int LINES = 8;
    private static final String QUESTION = """
            import sys, sysconfig
            get = sysconfig.get_config_var
            for line in (
                sys.implementation.name, '%d.%d' % sys.version_info[:2], get('Py_GIL_DISABLED') or 0,
                sys.executable, sys.prefix, sys.base_prefix,
                get('LIBDIR') or '', get('INSTSONAME') or get('LDLIBRARY') or '',
            ):
                print(line)
            print('.')
            """;

    private PythonProbe() {}

    /**
     * What the executable says of itself.
     *
     * @throws PythonException it cannot be started, does not answer, or is no CPython
     */
    static PythonInstallation ask(PythonChoice choice) {
        List<String> answer = answer(choice);
        if (!answer.get(0).equals("cpython")) {
            throw new PythonException("%s (from %s) is %s, and only CPython can be embedded; next: %s".formatted(
                    choice.executable(), choice.source(), answer.get(0), Remedy.otherPython()));
        }
        PythonVersion version = PythonVersion.parse(answer.get(1)).orElseThrow(() -> failed(choice, answer.get(1)))
                .withFreeThreaded(answer.get(2).equals("1"));
        Path base = Path.of(answer.get(5));
        return new PythonInstallation(executable(choice, answer), version, Path.of(answer.get(4)), base,
                library(base, version, answer.get(6), answer.get(7)));
    }

    /** A shim is not what runs: then the executable that it led to counts. */
    private static Path executable(PythonChoice choice, List<String> answer) {
        boolean own = VirtualEnvironment.around(choice.executable()).isPresent();
        return own || answer.get(3).isEmpty() ? choice.executable() : Path.of(answer.get(3));
    }

    private static Optional<Path> library(Path base, PythonVersion version, String folder, String name) {
        Optional<Path> named = Stream.of(Path.of(folder).resolve(name))
                .filter(file -> !name.endsWith(".a") && Files.isRegularFile(file))
                .findFirst();
        return SharedLibrary.find(base, version, OperatingSystem.current()).or(() -> named);
    }

    private static List<String> answer(PythonChoice choice) {
        ProcessBuilder builder = new ProcessBuilder(
                choice.executable().toString(), "-I", "-X", "utf8", "-c", QUESTION);
        try {
            ChildProcess.Ended ended = ChildProcess.run(builder, TIMEOUT, OUTPUT_KEPT);
            List<String> lines = ended.stdout().lines().toList();
            if (ended.exitCode() != 0 || lines.size() <= LINES) {
                throw failed(choice, ended.timedOut() ? "no answer within " + TIMEOUT.toSeconds() + " s"
                        : "exit code " + ended.exitCode() + ", " + ended.stderr().strip());
            }
            return lines;
        } catch (IOException error) {
            throw failed(choice, error.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new PythonException("interrupted while asking " + choice.executable() + " for its version",
                    interrupted);
        }
    }

    private static PythonException failed(PythonChoice choice, String reason) {
        return new PythonException("%s (from %s) is no Python that works: %s; next: %s".formatted(
                choice.executable(), choice.source(), reason, Remedy.start(choice.executable())));
    }
}
