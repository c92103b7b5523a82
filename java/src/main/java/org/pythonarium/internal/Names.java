package org.pythonarium.internal;

import java.util.Set;
import org.pythonarium.PythonException;

/** Names of variables. */
public final class Names {

    private static final Set<String> KEYWORDS = Set.of(
            "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
            "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
            "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield");

    private Names() {}

    /**
     * Returns a name that is one.
     *
     * @throws PythonException if it is no identifier of Python's, or a keyword
     */
    public static String checked(String name) {
        if (name == null || name.isEmpty() || !isIdentifier(name)) {
            throw new PythonException("Invalid identifier: " + name
                    + "; a variable's name has letters, digits and underscores, and starts with no digit");
        }
        if (KEYWORDS.contains(name)) {
            throw new PythonException("Invalid identifier: " + name + "; it is a keyword of Python");
        }
        return name;
    }

    private static boolean isIdentifier(String name) {
        char first = name.charAt(0);
        if (first != '_' && !Character.isUnicodeIdentifierStart(name.codePointAt(0))) {
            return false;
        }
        for (int i = 1; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!Character.isUnicodeIdentifierPart(c) && !Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }
}
