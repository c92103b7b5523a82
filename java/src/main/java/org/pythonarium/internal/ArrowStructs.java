package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The schema and the batches of a table that Java owns: structures of the Arrow C data interface.
 *
 * <p>Each is released once, by its own function, which takes all below it along.
 */
final class ArrowStructs {

    static final long SCHEMA_SIZE = 72;
    static final long SCHEMA_RELEASE = 56;
    static final long ARRAY_SIZE = 80;
    static final long ARRAY_RELEASE = 64;
    private static final long ARRAY_CHILD_COUNT = 32;

    final long schema;
    final List<Long> arrays = new ArrayList<>();

    private ArrowStructs() {
        schema = ArrowStream.room(SCHEMA_SIZE);
    }

    /** Reads a stream to its end. */
    static ArrowStructs of(ArrowStream stream) {
        ArrowStructs structs = new ArrowStructs();
        try {
            stream.schema(structs.schema);
            while (stream.next(structs.place())) {
                // until there are no more
            }
            CBuffer.PyMem_RawFree(structs.arrays.remove(structs.arrays.size() - 1));
            return structs;
        } catch (RuntimeException | Error failure) {
            structs.release();
            throw failure;
        }
    }

    /** Returns the place of one more batch. */
    private long place() {
        long place = ArrowStream.room(ARRAY_SIZE);
        arrays.add(place);
        return place;
    }

    /** Returns about how many bytes it has: 8 for each value. */
    long bytes() {
        long values = 0;
        for (long array : arrays) {
            values += CPython.MEMORY.get(ValueLayout.JAVA_LONG, array)
                    * (1 + CPython.MEMORY.get(ValueLayout.JAVA_LONG, array + ARRAY_CHILD_COUNT));
        }
        return values * Long.BYTES;
    }

    /** Releases all of it. */
    void release() {
        for (long array : arrays) {
            release(array, ARRAY_RELEASE);
        }
        release(schema, SCHEMA_RELEASE);
    }

    private static void release(long struct, long function) {
        if (isOwned(struct, function)) {
            CPython.call(MemorySegment.ofAddress(
                    CPython.MEMORY.get(ValueLayout.JAVA_LONG, struct + function)), struct);
        }
        CBuffer.PyMem_RawFree(struct);
    }

    /** Tells whether there is anything to be released in a structure. */
    static boolean isOwned(long struct, long function) {
        return CPython.MEMORY.get(ValueLayout.JAVA_LONG, struct + function) != 0;
    }
}
