package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Text, from one side to the other. */
final class Text {

    private static final int SHORT = 512; // bytes that go through a thread's scratch memory

    private static final long STR = CPython.address("PyUnicode_Type");

    private Text() {}

    /** Tells whether an object is a str. */
    static boolean isText(long object) {
        return CPython.Py_TYPE(object) == STR;
    }

    /**
     * Returns a new str.
     *
     * @throws Refusal if the text has a surrogate without its partner
     */
    static long toPython(Attachment attachment, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length != text.length() || hasQuestionMark(bytes)) {
            checkSurrogates(text);
        }
        Scratch scratch = attachment.scratch;
        long mark = scratch.mark();
        long address = bytes.length <= SHORT ? scratch.take(bytes.length) : 0;
        try {
            if (address != 0) {
                MemorySegment.copy(
                        bytes, 0, CPython.MEMORY, ValueLayout.JAVA_BYTE, address, bytes.length);
                return Failure.check(
                        attachment, CPython.PyUnicode_DecodeUTF8(address, bytes.length, 0));
            }
        } finally {
            scratch.release(mark);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            return Failure.check(
                    attachment, CPython.PyUnicode_DecodeUTF8(copy.address(), bytes.length, 0));
        }
    }

    /**
     * Returns the text of a str.
     *
     * @throws Refusal if it has a lone surrogate, which no Java program could print
     */
    static String toJava(Attachment attachment, long str) {
        Scratch scratch = attachment.scratch;
        long mark = scratch.mark();
        long size = scratch.take(Long.BYTES);
        try {
            long utf8 = CPython.PyUnicode_AsUTF8AndSize(str, size);
            if (utf8 == 0) {
                throw refused(attachment, str);
            }
            return read(utf8, CPython.MEMORY.get(ValueLayout.JAVA_LONG, size));
        } finally {
            scratch.release(mark);
        }
    }

    private static RuntimeException refused(Attachment attachment, long str) {
        RuntimeException failure = Failure.take(attachment);
        String reason = Forms.refusalOf(attachment, str);
        return reason == null ? failure : Refusal.toJava(reason);
    }

    /** Returns the name of a type. */
    static String nameOfType(Attachment attachment, long type) {
        long name = Failure.check(attachment, CPython.PyObject_GetAttr(
                type, attachment.interpreter.kernel().name(attachment, "__name__")));
        try {
            return toJava(attachment, name);
        } finally {
            CPython.Py_DecRef(name);
        }
    }

    /** Returns UTF-8 text in memory. */
    static String read(long address, long size) {
        byte[] bytes = new byte[Layout.javaSize(size)];
        MemorySegment.copy(CPython.MEMORY, ValueLayout.JAVA_BYTE, address, bytes, 0, bytes.length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Tells whether a byte may stand for a surrogate without its partner, as {@code '?'} does. */
    private static boolean hasQuestionMark(byte[] bytes) {
        for (byte octet : bytes) {
            if (octet == '?') {
                return true;
            }
        }
        return false;
    }

    private static void checkSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            boolean isPair = Character.isHighSurrogate(c)
                    && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
            if (!isPair) {
                throw new Refusal("a text with a lone surrogate, \\u%04x at index %d".formatted((int) c, i));
            }
            i++;
        }
    }
}
