package org.pythonarium.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

import org.pythonarium.PythonException;

/** What is handed to pip, checked. */
public final class PipArguments {

    private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://.*");
    private static final Pattern SCP = Pattern.compile("([^/:@]+@)?[^/:@]+:(?!\\d+/)[^/].*"); // no port

    private PipArguments() {}

    /**
     * The arguments of Python that run pip.
     *
     * <p>Isolated, as the embedded Python is: no module of the working folder comes before pip's, and neither
     * {@code PYTHONPATH} nor the user's own site folder counts.
     */
    public static List<String> of(String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "-I", "-X", "utf8", "-m", "pip", "--disable-pip-version-check", "--no-input"));
        Collections.addAll(all, arguments);
        return all;
    }

    /**
     * A name or a path that is not empty and that pip does not take for an option.
     *
     * @throws PythonException it is null, blank or begins with a hyphen
     */
    public static String checked(String what, String value) {
        if (value == null || value.isBlank() || value.startsWith("-")) {
            throw new PythonException("%s: expected text that does not begin with '-', got %s; next: pass options by"
                    + " PythonProcess.pip".formatted(what, value == null ? "null" : "'" + value + "'"));
        }
        return value;
    }

    /** A repository's address as pip wants it: with {@code git+} in front, and a scheme. */
    public static String gitUrl(String url) {
        if (url.startsWith("git+")) {
            return url;
        }
        if (SCHEME.matcher(url).matches()) {
            return "git+" + url;
        }
        if (url.startsWith("/")) {
            return "git+file://" + url;
        }
        return SCP.matcher(url).matches()
                ? "git+ssh://" + url.replaceFirst(":", "/")
                : "git+https://" + url;
    }

    /**
     * The folder of a project, from the folder or from the setup script in it.
     *
     * @throws PythonException there is neither
     */
    public static String project(String path) {
        Path given = Path.of(path).toAbsolutePath().normalize();
        if (Files.isDirectory(given)) {
            return given.toString();
        }
        if (!Files.isRegularFile(given) || !given.endsWith("setup.py")) {
            throw new PythonException("expected a setup.py or the folder of a project, got %s; next: ls %s"
                    .formatted(path, given.getParent()));
        }
        return given.getParent().toString();
    }
}
