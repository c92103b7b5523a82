package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pythonarium.PythonException;

/**
 * A stream of the Arrow C data interface that Java owns; used by one thread, attached.
 *
 * <p>Its functions are called detached: what they wait for may need the GIL, and they take it
 * themselves where they need it.
 */
final class ArrowStream {

    private static final MemorySegment CAPSULE = Arena.global().allocateFrom("arrow_array_stream");

    // ArrowArrayStream
    private static final long SIZE = 40;
    private static final long GET_SCHEMA = 0;
    private static final long GET_NEXT = 8;
    private static final long GET_LAST_ERROR = 16;
    private static final long RELEASE = 24;

    private final Attachment attachment;
    private final long stream;

    private ArrowStream(Attachment attachment, long stream) {
        this.attachment = attachment;
        this.stream = stream;
    }

    /**
     * Moves the stream of a table to a place, whose owner releases it.
     *
     * @param where the table comes from, for messages
     * @throws PythonException if it is none
     */
    static void move(Attachment attachment, String where, long table, long place) {
        long capsule = attachment.interpreter.tables(attachment).call(attachment, "stream", table);
        try {
            if (Text.isText(capsule)) {
                throw new PythonException("Could not convert value to pyarrow.Table: "
                        + where + Text.toJava(attachment, capsule));
            }
            long source = Failure.check(attachment,
                    CPython.PyCapsule_GetPointer(capsule, CAPSULE.address()));
            MemorySegment.copy(CPython.MEMORY, source, CPython.MEMORY, place, SIZE);
            put(source + RELEASE, 0); // the capsule owns nothing any more
        } finally {
            CPython.Py_DecRef(capsule);
        }
    }

    /** Takes over the stream of a table. */
    static ArrowStream of(Attachment attachment, String where, long table) {
        long place = room(SIZE);
        try {
            move(attachment, where, table, place);
            return new ArrowStream(attachment, place);
        } catch (RuntimeException failure) {
            CBuffer.PyMem_RawFree(place);
            throw failure;
        }
    }

    /** Has the schema written to a place. */
    void schema(long place) {
        check(GET_SCHEMA, place);
    }

    /** Has the next batch written to a place; returns whether there was one. */
    boolean next(long place) {
        check(GET_NEXT, place);
        return ArrowStructs.isOwned(place, ArrowStructs.ARRAY_RELEASE);
    }

    private void check(long function, long place) {
        MemorySegment code = MemorySegment.ofAddress(at(stream + function));
        long[] result = new long[1];
        attachment.detached(() -> result[0] = CPython.call(code, stream, place));
        if ((int) result[0] != 0) {
            throw new PythonException("the table cannot be read: " + reason((int) result[0]));
        }
    }

    private String reason(int code) {
        long text = CPython.call(MemorySegment.ofAddress(at(stream + GET_LAST_ERROR)), stream);
        return text == 0 ? "error " + code : CPython.MEMORY.getString(text);
    }

    /** Ends the stream; what it has given stays. */
    void release() {
        MemorySegment release = MemorySegment.ofAddress(at(stream + RELEASE));
        attachment.detached(() -> CPython.call(release, stream));
        CBuffer.PyMem_RawFree(stream);
    }

    /** Returns the address of so many new bytes, all 0. */
    static long room(long bytes) {
        long address = CBuffer.PyMem_RawMalloc(bytes);
        if (address == 0) {
            throw new OutOfMemoryError("Python has no memory for " + bytes + " bytes");
        }
        CPython.MEMORY.asSlice(address, bytes).fill((byte) 0);
        return address;
    }

    private static long at(long address) {
        return CPython.MEMORY.get(ValueLayout.JAVA_LONG, address);
    }

    private static void put(long address, long value) {
        CPython.MEMORY.set(ValueLayout.JAVA_LONG, address, value);
    }
}
