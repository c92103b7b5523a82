package org.pythonarium.internal;

import java.util.HashMap;
import java.util.Map;

/**
 * Texts that come again and again, as objects of Python. Used attached.
 *
 * <p>A text stays for at least one generation after it was asked for, so what was returned last
 * may be borrowed for the time of a call.
 */
final class Interned {

    private final int generation;
    private final long characters;
    private Map<String, Long> young = new HashMap<>();
    private Map<String, Long> old = new HashMap<>();
    private long size;

    /**
     * @param generation how many texts are kept, twice
     * @param characters how many characters they may have together
     */
    Interned(int generation, long characters) {
        this.generation = generation;
        this.characters = characters;
    }

    /** Returns the str of a text; borrowed. */
    long get(Attachment attachment, String text) {
        Long known = young.get(text);
        if (known != null) {
            return known;
        }
        known = old.remove(text);
        long str = known != null ? known : Text.toPython(attachment, text);
        size += text.length();
        if (young.size() >= generation || size > characters) {
            old.values().forEach(CPython::Py_DecRef);
            old = young;
            young = new HashMap<>();
            size = text.length();
        }
        young.put(text, str);
        return str;
    }

    /** Gives all of them back. */
    void release() {
        young.values().forEach(CPython::Py_DecRef);
        young.clear();
        old.values().forEach(CPython::Py_DecRef);
        old.clear();
    }
}
