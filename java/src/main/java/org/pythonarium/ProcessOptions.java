package org.pythonarium;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How a Python process is run.
 *
 * @param timeout after which the process is killed with all that it started, or null to wait for as long as it takes
 * @param directory the working folder, or null for that of the JVM
 * @param environment variables to set beside those of the JVM
 */
public record ProcessOptions(Duration timeout, Path directory, Map<String, String> environment) {

    /** No timeout, the working folder and the environment of the JVM. */
    public static final ProcessOptions DEFAULT = new ProcessOptions(null, null, Map.of());

    /**
     * Checks the timeout and copies the map.
     *
     * @throws IllegalArgumentException the timeout is zero or negative
     */
    public ProcessOptions {
        if (timeout != null && !timeout.isPositive()) {
            throw new IllegalArgumentException("timeout: expected more than zero, got " + timeout);
        }
        environment = Map.copyOf(environment);
    }

    /** The same with a timeout; null waits for as long as it takes. */
    public ProcessOptions withTimeout(Duration value) {
        return new ProcessOptions(value, directory, environment);
    }

    /** The same with a working folder; null takes that of the JVM. */
    public ProcessOptions withDirectory(Path value) {
        return new ProcessOptions(timeout, value, environment);
    }

    /** The same with one more environment variable. */
    public ProcessOptions withVariable(String name, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(name, value);
        return new ProcessOptions(timeout, directory, more);
    }
}
