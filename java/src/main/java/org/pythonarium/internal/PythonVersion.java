package org.pythonarium.internal;

import java.util.Optional;

/** The part of a Python's version that names its files; 't' marks a free-threaded build. */
public record PythonVersion(int major, int minor, boolean freeThreaded) implements Comparable<PythonVersion> {

    /** The oldest Python that can be embedded. */
    static final PythonVersion OLDEST = new PythonVersion(3, 11, false);

    private static final String EXECUTABLE = "python";

    /** The version that an executable's file name tells, as {@code python3.12} does. */
    static Optional<PythonVersion> ofExecutable(String fileName) {
        if (!fileName.startsWith(EXECUTABLE)) {
            return Optional.empty();
        }
        String rest = fileName.substring(EXECUTABLE.length());
        String text = rest.endsWith(".exe") ? rest.substring(0, rest.length() - ".exe".length()) : rest;
        boolean freeThreaded = text.endsWith("t");
        String numbers = freeThreaded ? text.substring(0, text.length() - 1) : text;
        int dot = numbers.indexOf('.');
        return dot == numbers.lastIndexOf('.') ? ofNumbers(numbers, dot, freeThreaded) : Optional.empty();
    }

    /** The version in a text such as {@code 3.12.1}. */
    static Optional<PythonVersion> parse(String text) {
        int dot = text.indexOf('.');
        int next = text.indexOf('.', dot + 1);
        return ofNumbers(next < 0 ? text : text.substring(0, next), dot, false);
    }

    private static Optional<PythonVersion> ofNumbers(String text, int dot, boolean freeThreaded) {
        try {
            return dot < 0 ? Optional.empty() : Optional.of(new PythonVersion(
                    Integer.parseInt(text.substring(0, dot)), Integer.parseInt(text.substring(dot + 1)), freeThreaded));
        } catch (NumberFormatException noVersion) {
            return Optional.empty();
        }
    }

    /** The same version, built with or without the GIL. */
    PythonVersion withFreeThreaded(boolean value) {
        return new PythonVersion(major, minor, value);
    }

    /** Whether it is new enough to be embedded. */
    boolean isSupported() {
        return compareTo(OLDEST) >= 0;
    }

    @Override
    public int compareTo(PythonVersion other) {
        return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
    }

    /** As in file names: {@code 3.13}, or {@code 3.13t}. */
    @Override
    public String toString() {
        return major + "." + minor + (freeThreaded ? "t" : "");
    }
}
