package org.pythonarium;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.pythonarium.internal.ElementType;
import org.pythonarium.internal.Lease;

/**
 * The part of a column that lies in one record batch: the buffers of Arrow's columnar format, as
 * memory that is Python's.
 *
 * <p>It may be read, by any thread, as long as its {@link ArrowTable} is not closed.
 */
public final class ArrowVector {

    // ArrowArray
    private static final long ARRAY_SIZE = 80;
    private static final long LENGTH = 0;
    private static final long NULL_COUNT = 8;
    private static final long OFFSET = 16;
    private static final long BUFFER_COUNT = 24;
    private static final long CHILD_COUNT = 32;
    private static final long BUFFERS = 40;
    private static final long CHILDREN = 48;
    private static final long DICTIONARY = 56;

    private static final int VIEW = 16; // bytes: length, then the text, or its start, buffer and offset
    private static final int SHORT_VIEW = 12;

    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;

    private final Lease lease;
    private final ArrowField field;
    private final ArrowFormat format;
    private final MemorySegment struct;
    private final long length;
    private final long offset;
    private final long nullCount;
    private final List<MemorySegment> buffers;
    private NumpyArray values; // made at the first use; whoever sees none makes its own

    /** The vector of a structure; of it only a part, in a batch that is one. */
    ArrowVector(Lease lease, ArrowField field, long address, long start, long length) {
        this.lease = lease;
        this.field = field;
        this.format = field.format();
        this.struct = lease.segment(address, ARRAY_SIZE);
        this.offset = struct.get(J, OFFSET) + start;
        this.length = length < 0 ? struct.get(J, LENGTH) : length;
        this.buffers = readBuffers();
        this.nullCount = countNulls(start != 0 || length >= 0 && length != struct.get(J, LENGTH));
    }

    // What it is

    /** Returns the type, as Arrow's C data interface writes it: {@code l}, {@code g}, {@code u}. */
    public String format() {
        return format.text();
    }

    /** Returns the number of rows. */
    public long length() {
        return length;
    }

    /** Returns the index of the first row in the buffers. */
    public long offset() {
        return offset;
    }

    /** Returns the number of rows without a value. */
    public long nullCount() {
        return nullCount;
    }

    /**
     * Returns the buffers in Arrow's order: validity, then by type values, or offsets and bytes,
     * or views and the bytes that they lead to.
     *
     * <p>One that is not there is {@link MemorySegment#NULL}.
     */
    public List<MemorySegment> buffers() {
        return buffers;
    }

    /** Returns the vectors of a list's items, or of a struct's members. */
    public List<ArrowVector> children() {
        List<ArrowVector> children = new ArrayList<>();
        for (int i = 0; i < struct.get(J, CHILD_COUNT); i++) {
            children.add(new ArrowVector(lease, field.children().get(i), childAddress(i), 0, -1));
        }
        return children;
    }

    /** Returns the values that the rows are indices of; null where they are values themselves. */
    public ArrowVector dictionary() {
        long address = struct.get(J, DICTIONARY);
        return address == 0 ? null : new ArrowVector(lease, field.dictionary(), address, 0, -1);
    }

    private long childAddress(int index) {
        return numbers(CHILDREN, CHILD_COUNT)[index];
    }

    /** Returns the vector of one column, where this one is a batch. */
    ArrowVector column(int index) {
        return new ArrowVector(lease, field.children().get(index), childAddress(index), offset, length);
    }

    // Rows

    /** Tells whether a row has no value. */
    public boolean isNull(long row) {
        Objects.checkIndex(row, length);
        return format.isNull() || isNullBit(row);
    }

    private boolean isNullBit(long row) {
        MemorySegment validity = buffers.isEmpty() ? MemorySegment.NULL : buffers.get(0);
        return nullCount != 0 && validity.address() != 0 && !bit(validity, row);
    }

    private boolean bit(MemorySegment bits, long row) {
        long at = offset + row;
        return (bits.get(ValueLayout.JAVA_BYTE, at >>> 3) >> (at & 7) & 1) != 0;
    }

    /**
     * Returns the numbers without a copy; what stands in rows without a value means nothing.
     *
     * @throws PythonException if the type has no numbers of a fixed size
     */
    public NumpyArray values() {
        NumpyArray known = values;
        if (known == null) {
            known = values = makeValues();
        }
        return known;
    }

    private NumpyArray makeValues() {
        ElementType type = format.elements();
        if (type == null) {
            throw new PythonException(field + " has no numbers; use getText, getBoolean or buffers");
        }
        MemorySegment values = buffers.get(1);
        MemorySegment rows = length == 0 ? MemorySegment.NULL : values.asSlice(
                offset * type.itemSize(), length * type.itemSize());
        return NumpyArray.of(rows, type.typestr(), new long[] {length}, null);
    }

    /** Returns a row's number; a time as its number of units. */
    public long getLong(long row) {
        requireValue(row);
        return values().getLong(row);
    }

    /** Returns a row's number. */
    public double getDouble(long row) {
        requireValue(row);
        return values().getDouble(row);
    }

    /** Returns whether a row is true. */
    public boolean getBoolean(long row) {
        requireValue(row);
        if (!format.isBoolean()) {
            throw new PythonException(field + " is not true or false");
        }
        return bit(buffers.get(1), row);
    }

    /** Returns a row's text, or null where there is none. */
    public String getText(long row) {
        if (isNull(row)) {
            return null;
        }
        ArrowVector dictionary = dictionary();
        if (dictionary != null) {
            return dictionary.getText(values().getLong(row));
        }
        if (!format.isText()) {
            throw new PythonException(field + " is no text");
        }
        return new String(bytesAt(row), StandardCharsets.UTF_8);
    }

    /** Returns a row's bytes, or null where there are none. */
    public byte[] getBytes(long row) {
        if (isNull(row)) {
            return null;
        }
        if (!format.hasOffsets() && !format.hasViews()) {
            throw new PythonException(field + " is neither bytes nor text");
        }
        return bytesAt(row);
    }

    private byte[] bytesAt(long row) {
        MemorySegment bytes = format.hasViews() ? view(offset + row) : slice(offset + row);
        return bytes.toArray(ValueLayout.JAVA_BYTE);
    }

    private MemorySegment slice(long index) {
        long start = format.offset(buffers.get(1), index);
        return buffers.get(2).asSlice(start, format.offset(buffers.get(1), index + 1) - start);
    }

    private MemorySegment view(long index) {
        MemorySegment view = buffers.get(1).asSlice(index * VIEW, VIEW);
        int size = view.get(I, 0);
        return size <= SHORT_VIEW
                ? view.asSlice(4, size)
                : buffers.get(2 + view.get(I, 8)).asSlice(view.get(I, 12), size);
    }

    private void requireValue(long row) {
        if (isNull(row)) {
            throw new PythonException(field + " has no value in row " + row + "; ask isNull first");
        }
    }

    // Buffers

    private List<MemorySegment> readBuffers() {
        long[] addresses = numbers(BUFFERS, BUFFER_COUNT);
        List<MemorySegment> found = new ArrayList<>();
        long end = offset + length;
        for (int i = 0; i < addresses.length; i++) {
            if (i == addresses.length - 1 && format.hasViews()) {
                break; // the sizes of the others
            }
            found.add(addresses[i] == 0 ? MemorySegment.NULL
                    : lease.segment(addresses[i], size(i, end, addresses, found)).asReadOnly());
        }
        return List.copyOf(found);
    }

    private long size(int buffer, long end, long[] addresses, List<MemorySegment> before) {
        if (buffer == 0 || format.isBoolean()) {
            return (end + 7) / 8;
        }
        if (format.hasViews()) {
            return buffer == 1 ? end * VIEW : lease.segment(
                    addresses[addresses.length - 1], (buffer - 1L) * Long.BYTES).get(J, (buffer - 2L) * Long.BYTES);
        }
        if (format.hasOffsets() || format.isList()) {
            return buffer == 1 ? (end + 1) * format.offsetBytes() : format.offset(before.get(1), end);
        }
        ElementType type = format.elements();
        if (type == null) {
            throw new PythonException(field + ": Java does not know the buffers of this type; cast it in Python");
        }
        return end * type.itemSize();
    }

    private long countNulls(boolean isPart) {
        if (format.isNull()) {
            return length;
        }
        long known = struct.get(J, NULL_COUNT);
        MemorySegment validity = buffers.isEmpty() ? MemorySegment.NULL : buffers.get(0);
        if (validity.address() == 0) {
            return 0;
        }
        if (known >= 0 && !isPart) {
            return known;
        }
        long count = 0;
        for (long row = 0; row < length; row++) {
            count += bit(validity, row) ? 0 : 1;
        }
        return count;
    }

    private long[] numbers(long field, long countField) {
        long count = struct.get(J, countField);
        return lease.segment(struct.get(J, field), count * Long.BYTES).toArray(ValueLayout.JAVA_LONG);
    }

    @Override
    public String toString() {
        return field + "[" + length + "], " + nullCount + " without a value";
    }
}
