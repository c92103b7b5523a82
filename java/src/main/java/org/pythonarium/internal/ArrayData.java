package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.pythonarium.PythonException;

/**
 * An array: memory, and how its elements lie there.
 *
 * <p>The memory begins with the element at the lowest address, which is the first one unless a
 * stride is negative.
 *
 * @param segment the memory
 * @param type of the elements
 * @param shape elements along each axis
 * @param strides bytes from one element to the next along each axis
 * @param format how the elements are made up, by the buffer protocol; null where the type says all
 * @param lease of memory that is Python's; null where it is Java's
 */
public record ArrayData(
        MemorySegment segment, ElementType type, long[] shape, long[] strides, String format, Lease lease) {

    /**
     * Returns an array over memory of Java's.
     *
     * @throws PythonException if the memory is too small, or strides and shape do not go together
     */
    public static ArrayData of(MemorySegment segment, ElementType type, long[] shape, long[] strides) {
        Objects.requireNonNull(segment, "segment");
        long[] axes = shape.clone();
        long[] steps = strides == null ? steps(axes, type.itemSize()) : strides.clone();
        if (steps.length != axes.length) {
            throw new PythonException("shape " + Arrays.toString(axes) + " has " + axes.length
                    + " axes, strides " + Arrays.toString(steps) + " have " + steps.length);
        }
        long bytes = bytes(axes, steps, type.itemSize());
        if (bytes > segment.byteSize()) {
            throw new PythonException("an array of shape " + Arrays.toString(axes) + " and type "
                    + type.typestr() + " takes " + bytes + " bytes, the memory has " + segment.byteSize());
        }
        return new ArrayData(segment.asSlice(0, bytes), type, axes, steps, null, null);
    }

    /** Returns the array over other memory of the same size. */
    public ArrayData over(MemorySegment other) {
        return new ArrayData(other, type, shape, strides, format, lease);
    }

    /**
     * Returns the strides of elements that lie in C order without gaps.
     *
     * @throws PythonException if the shape is negative, or larger than any memory
     */
    public static long[] steps(long[] shape, long itemSize) {
        long[] steps = new long[shape.length];
        try {
            long step = itemSize;
            for (int i = shape.length - 1; i >= 0; i--) {
                steps[i] = step;
                step = Math.multiplyExact(step, Math.max(1, length(shape, i)));
            }
        } catch (ArithmeticException overflow) {
            throw tooLarge(shape);
        }
        return steps;
    }

    /** Returns the number of elements. */
    public static long size(long[] shape) {
        long size = 1;
        for (long length : shape) {
            size *= length;
        }
        return size;
    }

    public long size() {
        return size(shape);
    }

    /** Returns the number of bytes that an array spans. */
    private static long bytes(long[] shape, long[] strides, long itemSize) {
        try {
            long bytes = itemSize;
            long count = 1;
            boolean isEmpty = false;
            for (int i = 0; i < shape.length; i++) {
                isEmpty |= length(shape, i) == 0;
                count = Math.multiplyExact(count, Math.max(1, shape[i]));
                long last = Math.multiplyExact(Math.max(0, shape[i] - 1), strides[i]);
                bytes = Math.addExact(bytes, Math.absExact(last));
            }
            return isEmpty ? 0 : bytes;
        } catch (ArithmeticException overflow) {
            throw tooLarge(shape);
        }
    }

    private static long length(long[] shape, int axis) {
        if (shape[axis] < 0) {
            throw new PythonException("shape " + Arrays.toString(shape) + ": a length is negative");
        }
        return shape[axis];
    }

    private static PythonException tooLarge(long[] shape) {
        return new PythonException(
                "an array of shape " + Arrays.toString(shape) + " is larger than any memory");
    }

    /** Returns how far the first element is from the lowest one, in bytes. */
    public static long start(long[] shape, long[] strides) {
        long start = 0;
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] == 0) {
                return 0;
            }
            if (strides[i] < 0) {
                start -= (shape[i] - 1) * strides[i];
            }
        }
        return start;
    }

    public long start() {
        return start(shape, strides);
    }

    /** Returns the array of Python's at an address, whose first element lies there. */
    static ArrayData at(long address, ElementType type, long[] shape, long[] strides, String format,
            Lease lease, boolean isReadOnly) {
        long bytes = bytes(shape, strides, type.itemSize());
        MemorySegment segment = lease.segment(address - start(shape, strides), bytes);
        return new ArrayData(
                isReadOnly ? segment.asReadOnly() : segment, type, shape, strides, format, lease);
    }

    /** Tells whether the elements lie in C order without gaps. */
    public boolean isContiguous() {
        return contiguousFrom() == 0;
    }

    /** Returns the first axis from which on elements lie in C order without gaps. */
    int contiguousFrom() {
        long step = type.itemSize();
        for (int i = shape.length - 1; i >= 0; i--) {
            if (shape[i] != 1 && strides[i] != step) {
                return size() == 0 ? 0 : i + 1;
            }
            step *= shape[i];
        }
        return 0;
    }
}
