package org.pythonarium;

/** Values in messages. */
final class Shown {

    private static final int WIDTH = 60;

    private Shown() {}

    /** Returns a value's text, cut to a line. */
    static String briefly(Object value) {
        String text = value instanceof String ? "'" + value + "'" : String.valueOf(value);
        text = text.replace("\n", "\\n");
        return text.length() <= WIDTH ? text : text.substring(0, WIDTH - 3) + "...";
    }
}
