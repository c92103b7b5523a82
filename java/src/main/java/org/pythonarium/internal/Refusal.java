package org.pythonarium.internal;

import org.pythonarium.PythonException;

/**
 * A value that cannot cross: where inside it, what stands there, and what to do.
 *
 * <p>It is thrown where the obstacle is found, and each container around it adds its step on the
 * way out: a value that crosses pays nothing for its paths.
 */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int KEY_WIDTH = 40;
    private static final int PATH_WIDTH = 200;

    private final StringBuilder path = new StringBuilder();
    private final String reason;
    private final String side;
    private final String advice;

    private Refusal(String reason, String side, String advice) {
        super(reason, null, false, false); // becomes a PythonException, which has the stack
        this.reason = reason;
        this.side = side;
        this.advice = advice;
    }

    /** A value of Java's. */
    Refusal(String reason) {
        this(reason, "");
    }

    /**
     * A value of Java's.
     *
     * @param reason what it is, as a noun phrase
     * @param advice what to do; empty where that goes without saying
     */
    Refusal(String reason, String advice) {
        this(reason, "Python", advice);
    }

    /** A value of Python's. */
    static Refusal toJava(String reason) {
        return new Refusal(reason, "Java", "");
    }

    /** Puts a step before the path, on the way out of a container. */
    Refusal at(String step) {
        path.insert(0, step);
        return this;
    }

    /** Puts the step to an item of a list before the path. */
    Refusal at(int index) {
        return at("[" + index + "]");
    }

    /** Puts the step to the value of a key before the path. */
    Refusal atKey(Object key) {
        String text = key instanceof String string ? quoted(string) : shown(key);
        boolean fits = text.length() <= KEY_WIDTH;
        return at("[" + (fits ? text : text.substring(0, KEY_WIDTH - 3) + "...") + "]");
    }

    /** Returns a key as Python would write it; only keys of Java's own classes are asked. */
    static String shown(Object key) {
        return switch (key) {
            case null -> "None";
            case Boolean truth -> truth ? "True" : "False";
            case String text -> quoted(text);
            case Enum<?> member -> quoted(member.name());
            default -> key.getClass().getModule() == Object.class.getModule() && key instanceof Comparable
                    ? key.toString() : "<" + key.getClass().getSimpleName() + ">";
        };
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'";
    }

    /** Returns the error for a variable's value. */
    PythonException of(String name) {
        String next = advice.isEmpty() ? "" : "; " + advice;
        return new PythonException(name + shownPath() + ": " + reason + " cannot cross to " + side + next);
    }

    private String shownPath() {
        return path.length() <= PATH_WIDTH ? path.toString()
                : path.substring(0, PATH_WIDTH / 2) + "..." + path.substring(path.length() - PATH_WIDTH / 2);
    }
}
