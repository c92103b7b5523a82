package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The elements of an array in C order, without the gaps between them.
 *
 * <p>An element may be several numbers, as a complex one is, or several bytes: they are one more
 * axis here.
 */
final class Elements {

    static final ValueLayout.OfByte BYTES = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfShort SHORTS = ValueLayout.JAVA_SHORT_UNALIGNED;
    static final ValueLayout.OfInt INTS = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfLong LONGS = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final ByteOrder OTHER_ORDER = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
            ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfShort SWAPPED_SHORTS = SHORTS.withOrder(OTHER_ORDER);
    private static final ValueLayout.OfInt SWAPPED_INTS = INTS.withOrder(OTHER_ORDER);
    private static final ValueLayout.OfLong SWAPPED_LONGS = LONGS.withOrder(OTHER_ORDER);

    private final MemorySegment source;
    private final MemorySegment target;
    private final long[] shape;
    private final long[] strides;
    private final int width;
    private final boolean isSwapped;
    private final int runFrom;
    private final long runLength;
    private long written;

    private Elements(ArrayData array, int width, boolean isSwapped, MemorySegment target) {
        this.source = array.segment();
        this.target = target;
        this.width = width;
        this.isSwapped = isSwapped;
        long parts = array.type().itemSize() / Math.max(1, width);
        shape = appended(array.shape(), parts);
        strides = appended(array.strides(), width);
        runFrom = array.contiguousFrom();
        long length = 1;
        for (int axis = runFrom; axis < shape.length; axis++) {
            length *= shape[axis];
        }
        runLength = length;
    }

    private static long[] appended(long[] values, long last) {
        long[] all = Arrays.copyOf(values, values.length + 1);
        all[values.length] = last;
        return all;
    }

    /** Writes all elements to a target of their size, as they are. */
    static void copy(ArrayData array, MemorySegment target) {
        copy(array, false, target);
    }

    /** Writes all elements to a target of their size, in the byte order of this machine. */
    static void read(ArrayData array, MemorySegment target) {
        copy(array, array.type().isSwapped(), target);
    }

    private static void copy(ArrayData array, boolean isSwapped, MemorySegment target) {
        if (array.segment().byteSize() > 0) {
            Elements elements = new Elements(array, width(array.type()), isSwapped, target);
            elements.copy(0, array.start());
        }
    }

    /** Returns the bytes of a number: an element may be several. */
    private static int width(ElementType type) {
        return switch (type.dtype()) {
            case BYTES, RAW -> 1;
            case TEXT -> Integer.BYTES;
            case COMPLEX64, COMPLEX128 -> type.itemSize() / 2;
            default -> type.itemSize();
        };
    }

    private void copy(int axis, long offset) {
        if (axis == runFrom) {
            copyRun(offset);
        } else if (axis == shape.length - 2 && shape[axis + 1] == 1) {
            copySingles(offset, strides[axis], shape[axis]);
        } else {
            for (long i = 0; i < shape[axis]; i++) {
                copy(axis + 1, offset + i * strides[axis]);
            }
        }
    }

    /** Copies numbers that lie side by side. */
    private void copyRun(long offset) {
        ValueLayout to = layout(width, false);
        MemorySegment.copy(source, layout(width, isSwapped), offset, target, to, written, runLength);
        written += runLength * width;
    }

    private static ValueLayout layout(int width, boolean isSwapped) {
        return switch (width) {
            case Short.BYTES -> isSwapped ? SWAPPED_SHORTS : SHORTS;
            case Integer.BYTES -> isSwapped ? SWAPPED_INTS : INTS;
            case Long.BYTES -> isSwapped ? SWAPPED_LONGS : LONGS;
            default -> BYTES;
        };
    }

    /** Copies numbers with gaps between them. */
    private void copySingles(long offset, long stride, long count) {
        switch (width) {
            case Long.BYTES -> copyLongs(offset, stride, count);
            case Integer.BYTES -> copyInts(offset, stride, count);
            case Short.BYTES -> copyShorts(offset, stride, count);
            default -> copyBytes(offset, stride, count);
        }
        written += count * width;
    }

    private void copyLongs(long offset, long stride, long count) {
        for (long i = 0; i < count; i++) {
            long bits = source.get(LONGS, offset + i * stride);
            target.set(LONGS, written + i * Long.BYTES, isSwapped ? Long.reverseBytes(bits) : bits);
        }
    }

    private void copyInts(long offset, long stride, long count) {
        for (long i = 0; i < count; i++) {
            int bits = source.get(INTS, offset + i * stride);
            target.set(INTS, written + i * Integer.BYTES, isSwapped ? Integer.reverseBytes(bits) : bits);
        }
    }

    private void copyShorts(long offset, long stride, long count) {
        for (long i = 0; i < count; i++) {
            short bits = source.get(SHORTS, offset + i * stride);
            target.set(SHORTS, written + i * Short.BYTES, isSwapped ? Short.reverseBytes(bits) : bits);
        }
    }

    private void copyBytes(long offset, long stride, long count) {
        for (long i = 0; i < count; i++) {
            target.set(BYTES, written + i, source.get(BYTES, offset + i * stride));
        }
    }
}
