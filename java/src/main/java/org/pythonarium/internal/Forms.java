package org.pythonarium.internal;

import java.io.File;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Calendar;
import java.util.Date;
import java.util.Iterator;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.BaseStream;
import org.pythonarium.PythonException;

/**
 * Single values that are less common, to Python.
 *
 * <p>The kernel makes most of them, from a kind and parts that {@code pythonarium_kernel.forms}
 * lists. An enum's constant crosses as its name: that is what other programs know it by, and it
 * stays the same when constants are added or moved.
 */
final class Forms {

    private Forms() {}

    /** Returns a new reference, or 0 where the value is none of these. */
    static long toPython(Attachment attachment, Object value) {
        if (value instanceof Number number) {
            return number(attachment, number);
        }
        if (value instanceof CharSequence || value instanceof Character) {
            return Text.toPython(attachment, value.toString());
        }
        if (value instanceof Enum<?> member) {
            return Text.toPython(attachment, member.name());
        }
        if (value instanceof UUID) {
            return make(attachment, value, "uuid", value.toString());
        }
        if (value instanceof Path path) {
            return path(attachment, path);
        }
        if (value instanceof File file) {
            return file(attachment, file);
        }
        if (value instanceof ByteBuffer buffer) {
            return PrimitiveArrays.bytes(attachment, MemorySegment.ofBuffer(buffer));
        }
        long optional = optional(attachment, value);
        return optional != 0 ? optional : Times.toPython(attachment, value);
    }

    private static long number(Attachment attachment, Number number) {
        if (number instanceof Short || number instanceof Byte) {
            return Failure.check(attachment, CPython.PyLong_FromLongLong(number.longValue()));
        }
        if (number instanceof Float) {
            return Failure.check(attachment, Layout.newFloat(number.doubleValue()));
        }
        if (number instanceof BigInteger integer) {
            return integer.bitLength() < Long.SIZE
                    ? Failure.check(attachment, CPython.PyLong_FromLongLong(integer.longValue()))
                    : make(attachment, number, "integer", integer.toByteArray());
        }
        return number instanceof BigDecimal ? make(attachment, number, "decimal", number.toString()) : 0;
    }

    private static long optional(Attachment attachment, Object value) {
        if (value instanceof OptionalInt number) {
            return ToPython.of(attachment, number.isPresent() ? number.getAsInt() : null);
        }
        if (value instanceof OptionalLong number) {
            return ToPython.of(attachment, number.isPresent() ? number.getAsLong() : null);
        }
        if (value instanceof OptionalDouble number) {
            return ToPython.of(attachment, number.isPresent() ? number.getAsDouble() : null);
        }
        return 0;
    }

    private static long path(Attachment attachment, Path path) {
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new Refusal("a Path in a file system that Python does not see, "
                    + path.getFileSystem().provider().getScheme(), "copy the file to the default one");
        }
        return make(attachment, path, "path", path.toString());
    }

    private static long file(Attachment attachment, File file) {
        try {
            return path(attachment, file.toPath());
        } catch (InvalidPathException invalid) {
            throw new Refusal("a File that is no path: " + invalid.getMessage());
        }
    }

    /**
     * Has the kernel make a value.
     *
     * @param parts texts, numbers, bytes, or null
     * @throws Refusal if Python has no such value
     */
    static long make(Attachment attachment, Object value, String kind, Object... parts) {
        long[] arguments = new long[parts.length + 1];
        arguments[0] = ToPython.of(attachment, kind);
        int made = 1;
        long result;
        try {
            for (; made < arguments.length; made++) {
                arguments[made] = ToPython.of(attachment, parts[made - 1]);
            }
            result = attachment.interpreter.kernel().call(attachment, "make", arguments);
        } finally {
            while (made > 0) {
                CPython.Py_DecRef(arguments[--made]);
            }
        }
        if (CPython.Py_TYPE(result) != Types.TUPLE) {
            return result;
        }
        try {
            String reason = Text.toJava(attachment, CPython.PyTuple_GetItem(result, 0));
            throw new Refusal("the " + value.getClass().getSimpleName() + " " + value
                    + ", which Python does not have (" + reason + "),");
        } finally {
            CPython.Py_DecRef(result);
        }
    }

    /**
     * Returns why a value of Python's is refused, or null if it is not.
     *
     * @throws PythonException if Python cannot tell
     */
    static String refusalOf(Attachment attachment, long object) {
        long form = attachment.interpreter.kernel().call(attachment, "form", object);
        try {
            boolean isForm = CPython.Py_TYPE(form) == Types.TUPLE;
            return isForm && "refused".equals(text(attachment, form, 0)) ? text(attachment, form, 1) : null;
        } finally {
            CPython.Py_DecRef(form);
        }
    }

    private static String text(Attachment attachment, long tuple, int index) {
        return Text.toJava(attachment, CPython.PyTuple_GetItem(tuple, index));
    }

    // What has no form

    /** Returns what a value is, as a noun phrase. */
    static String described(Object value) {
        Class<?> type = value.getClass();
        return type.isHidden() || type.isSynthetic() ? "a function" : "a " + type.getName();
    }

    /** Returns what to give instead. */
    static String advice(Object value) {
        if (value instanceof BaseStream || value instanceof Iterator || value instanceof Iterable) {
            return "make a list of it";
        }
        if (value instanceof AtomicInteger || value instanceof AtomicLong) {
            return "give its get()";
        }
        if (value instanceof Date || value instanceof Calendar) {
            return "give what java.time has for it";
        }
        return "give its data as a Map or a record, or a PythonObject";
    }
}
