package org.pythonarium;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.pythonarium.internal.Lease;

/**
 * The name and type of a column, read from an ArrowSchema.
 *
 * @param dictionary the type of what a column's rows are indices of; null where they are values
 */
record ArrowField(String name, ArrowFormat format, List<ArrowField> children, ArrowField dictionary) {

    // ArrowSchema
    private static final long SIZE = 72;
    private static final long FORMAT = 0;
    private static final long NAME = 8;
    private static final long CHILD_COUNT = 32;
    private static final long CHILDREN = 40;
    private static final long DICTIONARY = 48;

    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG_UNALIGNED;

    static ArrowField of(Lease lease, long address) {
        MemorySegment struct = lease.segment(address, SIZE);
        List<ArrowField> children = new ArrayList<>();
        long count = struct.get(J, CHILD_COUNT);
        MemorySegment addresses = lease.segment(struct.get(J, CHILDREN), count * Long.BYTES);
        for (long i = 0; i < count; i++) {
            children.add(of(lease, addresses.get(J, i * Long.BYTES)));
        }
        long dictionary = struct.get(J, DICTIONARY);
        return new ArrowField(text(lease, struct.get(J, NAME)),
                new ArrowFormat(text(lease, struct.get(J, FORMAT))), children,
                dictionary == 0 ? null : of(lease, dictionary));
    }

    private static String text(Lease lease, long address) {
        return address == 0 ? "" : lease.segment(address, Integer.MAX_VALUE).getString(0);
    }

    @Override
    public String toString() {
        return "column '" + name + "' of type " + format;
    }
}
