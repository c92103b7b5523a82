package org.pythonarium;

/**
 * What the elements of an array are, by numpy's names.
 *
 * <p>Those from {@link #BYTES} on have a size that differs from array to array, which
 * {@link NumpyArray#itemSize} tells; so does the unit of the two times, which
 * {@link NumpyArray#typestr} tells.
 */
public enum DType {

    /** True or false, a byte each. */
    BOOL('b', 1),
    /** Whole numbers of 8 bits. */
    INT8('i', 1),
    /** Whole numbers of 16 bits. */
    INT16('i', 2),
    /** Whole numbers of 32 bits. */
    INT32('i', 4),
    /** Whole numbers of 64 bits. */
    INT64('i', 8),
    /** Whole numbers of 8 bits without a sign. */
    UINT8('u', 1),
    /** Whole numbers of 16 bits without a sign. */
    UINT16('u', 2),
    /** Whole numbers of 32 bits without a sign. */
    UINT32('u', 4),
    /** Whole numbers of 64 bits without a sign. */
    UINT64('u', 8),
    /** Floating-point numbers of 16 bits; a {@code short} holds their bits. */
    FLOAT16('f', 2),
    /** Floating-point numbers of 32 bits. */
    FLOAT32('f', 4),
    /** Floating-point numbers of 64 bits. */
    FLOAT64('f', 8),
    /** Complex numbers, two floats each, the real part first. */
    COMPLEX64('c', 8),
    /** Complex numbers, two doubles each, the real part first. */
    COMPLEX128('c', 16),
    /** Points in time: 64 bits of a unit since 1970; {@code Long.MIN_VALUE} is none. */
    DATETIME64('M', 8),
    /** Spans of time: 64 bits of a unit; {@code Long.MIN_VALUE} is none. */
    TIMEDELTA64('m', 8),
    /** Bytes, as many for each element, with zeros at the end. */
    BYTES('S', 0),
    /** Code points of 4 bytes, as many for each element, with zeros at the end. */
    TEXT('U', 0),
    /** Any other fixed number of bytes, as records and C's {@code long double}. */
    RAW('V', 0);

    private final char kind;
    private final int itemSize;

    DType(char kind, int itemSize) {
        this.kind = kind;
        this.itemSize = itemSize;
    }

    /** Returns the bytes of an element; 0 where that differs from array to array. */
    public int itemSize() {
        return itemSize;
    }

    /** Returns numpy's letter for its kind. */
    public char kind() {
        return kind;
    }

    /** Tells whether an element is a whole number without a sign. */
    public boolean isUnsigned() {
        return kind == 'u';
    }

    /** Tells whether an element is two numbers. */
    public boolean isComplex() {
        return kind == 'c';
    }

    /** Tells whether numpy needs no more than this name to make an array. */
    boolean isComplete() {
        return itemSize > 0 && kind != 'M' && kind != 'm';
    }
}
