package org.pythonarium;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.pythonarium.internal.ArrayData;
import org.pythonarium.internal.ElementType;
import org.pythonarium.internal.Ndarrays;
import org.pythonarium.internal.Reading;
import org.pythonarium.internal.Sharing;

/**
 * An array as numpy has it: memory, the type of its elements, and how they lie there.
 *
 * <p>It crosses by its memory, without a copy however large it is: what one side writes the other
 * sees. Python's memory stays as long as Java has a segment or buffer of it, or until
 * {@link #close}; Java's stays as long as Python has an array, or a view of one. Memory that
 * cannot be shared is copied in one block each time that it crosses: Java's own arrays and heap
 * buffers, which the collector moves, and memory of an arena that could be closed under Python's
 * hands ({@link PythonArena} cannot). {@link #isShared} tells.
 *
 * <p>It belongs to no {@link PythonGC} scope. Any thread may read and write; as in numpy, it is for
 * the program to see that no two threads do so at once. Elements are read exactly or not at all:
 * {@code toDoubleArray} takes float32, for instance, and refuses int64.
 */
public final class NumpyArray implements AutoCloseable {

    /** The type of variables that are arrays. */
    public static final PythonType<NumpyArray> INSTANCE = NumpyArrayType.INSTANCE;

    /**
     * The type of variables that are arrays for the thread alone that gets them: it reads, writes
     * and closes them, and any other thread's use throws {@link WrongThreadException}.
     *
     * <p>To {@link #close} one takes less than a microsecond. A thread whose calls go through another
     * one, as a virtual one's do, gets arrays for any thread.
     */
    public static final PythonType<NumpyArray> CONFINED = NumpyArrayType.CONFINED;

    static {
        Ndarrays.connect(NumpyArray::new, array -> array.data);
    }

    private final ArrayData data;

    private NumpyArray(ArrayData data) {
        this.data = data;
    }

    // Making, over an array of Java's

    /** Makes an array of values in C order; without a shape they are one axis. */
    public static NumpyArray of(double[] values, long... shape) {
        return over(MemorySegment.ofArray(values), DType.FLOAT64, values.length, shape);
    }

    /** Makes an array of values in C order; without a shape they are one axis. */
    public static NumpyArray of(float[] values, long... shape) {
        return over(MemorySegment.ofArray(values), DType.FLOAT32, values.length, shape);
    }

    /** Makes an array of values in C order; without a shape they are one axis. */
    public static NumpyArray of(long[] values, long... shape) {
        return over(MemorySegment.ofArray(values), DType.INT64, values.length, shape);
    }

    /** Makes an array of values in C order; without a shape they are one axis. */
    public static NumpyArray of(int[] values, long... shape) {
        return over(MemorySegment.ofArray(values), DType.INT32, values.length, shape);
    }

    /** Makes an array of values in C order; without a shape they are one axis. */
    public static NumpyArray of(short[] values, long... shape) {
        return over(MemorySegment.ofArray(values), DType.INT16, values.length, shape);
    }

    /** Makes an array of int8 in C order; without a shape they are one axis. */
    public static NumpyArray of(byte[] values, long... shape) {
        return over(MemorySegment.ofArray(values), DType.INT8, values.length, shape);
    }

    /** Copies values in C order; without a shape they are one axis. */
    public static NumpyArray of(boolean[] values, long... shape) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return over(MemorySegment.ofArray(bytes), DType.BOOL, values.length, shape);
    }

    /**
     * Copies the rows of a matrix.
     *
     * @throws PythonException if they differ in length
     */
    public static NumpyArray of(double[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        double[] values = new double[Math.multiplyExact(rows.length, columns)];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw new PythonException("row " + i + " has " + rows[i].length
                        + " values, the first one has " + columns);
            }
            System.arraycopy(rows[i], 0, values, i * columns, columns);
        }
        return of(values, rows.length, columns);
    }

    private static NumpyArray over(MemorySegment heap, DType dtype, long count, long[] shape) {
        long[] axes = shape.length == 0 ? new long[] {count} : shape;
        if (ArrayData.size(axes) != count) {
            throw new PythonException(
                    "shape " + Arrays.toString(axes) + " does not have " + count + " elements");
        }
        return of(heap, dtype, axes);
    }

    // Making, over memory

    /** Makes an array of zeros in memory of its own. */
    public static NumpyArray zeros(DType dtype, long... shape) {
        ElementType type = type(dtype);
        long bytes = Math.multiplyExact(Math.max(1, ArrayData.size(shape)), (long) type.itemSize());
        return new NumpyArray(
                ArrayData.of(Arena.ofAuto().allocate(bytes, Long.BYTES), type, shape, null));
    }

    /** Makes an array over memory whose elements lie in C order without gaps. */
    public static NumpyArray of(MemorySegment memory, DType dtype, long... shape) {
        return of(memory, dtype, shape, null);
    }

    /**
     * Makes an array over memory.
     *
     * @param memory begins with the element at the lowest address; read-only memory makes an array
     *     that is
     * @param strides bytes from one element to the next along each axis; null for C order
     * @throws PythonException if the memory is too small
     */
    public static NumpyArray of(MemorySegment memory, DType dtype, long[] shape, long[] strides) {
        return of(memory, type(dtype), shape, strides);
    }

    /**
     * Makes an array over memory.
     *
     * @param typestr as numpy writes a type: {@code >i4}, {@code <M8[ns]}, {@code |S5}
     * @param strides bytes from one element to the next along each axis; null for C order
     * @throws PythonException if the memory is too small
     */
    public static NumpyArray of(MemorySegment memory, String typestr, long[] shape, long[] strides) {
        return of(memory, ElementType.parse(typestr), shape, strides);
    }

    /** Makes an array over the rest of a buffer; without a shape it is one axis. */
    public static NumpyArray of(Buffer buffer, long... shape) {
        long[] axes = shape.length == 0 ? new long[] {buffer.remaining()} : shape;
        return of(MemorySegment.ofBuffer(buffer), ElementType.of(buffer), axes, null);
    }

    private static NumpyArray of(MemorySegment memory, ElementType type, long[] shape, long[] strides) {
        return new NumpyArray(ArrayData.of(memory, type, shape, strides));
    }

    private static ElementType type(DType dtype) {
        if (!dtype.isComplete()) {
            throw new PythonException(dtype + " is not all of a type; give numpy's typestr, such as "
                    + (dtype.itemSize() == 0 ? "|" + dtype.kind() + "8" : "<" + dtype.kind() + "8[ns]"));
        }
        return ElementType.of(dtype);
    }

    // What it is

    /** Returns what its elements are. */
    public DType dtype() {
        return data.type().dtype();
    }

    /** Returns numpy's name of its elements' type, with byte order, size and unit. */
    public String typestr() {
        return data.type().typestr();
    }

    /** Returns how the elements are made up, by Python's buffer protocol; null where the type says all. */
    public String format() {
        return data.format();
    }

    /** Returns the bytes of an element. */
    public int itemSize() {
        return data.type().itemSize();
    }

    /** Returns the number of elements along each axis. */
    public long[] shape() {
        return data.shape().clone();
    }

    /** Returns the bytes from one element to the next along each axis. */
    public long[] strides() {
        return data.strides().clone();
    }

    /** Returns the number of elements. */
    public long size() {
        return data.size();
    }

    /** Tells whether the elements lie in C order without gaps. */
    public boolean isContiguous() {
        return data.isContiguous();
    }

    /** Tells whether its memory may only be read. */
    public boolean isReadOnly() {
        return data.segment().isReadOnly();
    }

    /** Tells whether Python gets this memory itself, and not a copy. */
    public boolean isShared() {
        return data.lease() != null || Sharing.isLendable(data.segment());
    }

    // Memory

    /**
     * Returns the memory, from the element at the lowest address to the one at the highest.
     *
     * <p>The order of bytes is the machine's, unless {@link #typestr} says otherwise.
     */
    public MemorySegment segment() {
        return data.segment();
    }

    /**
     * Returns where an element is in the memory, in bytes.
     *
     * @throws IndexOutOfBoundsException if there is none
     */
    public long offset(long... index) {
        long[] shape = data.shape();
        if (index.length != shape.length) {
            throw new IndexOutOfBoundsException(
                    "expected " + shape.length + " indices, got " + Arrays.toString(index));
        }
        long offset = data.start();
        for (int i = 0; i < index.length; i++) {
            offset += Objects.checkIndex(index[i], shape[i]) * data.strides()[i];
        }
        return offset;
    }

    /**
     * Returns the memory as a buffer in the elements' byte order.
     *
     * @throws PythonException if there are gaps, or more than 2 GiB
     */
    public ByteBuffer asByteBuffer() {
        if (!isContiguous()) {
            throw new PythonException("the elements do not lie in C order without gaps: shape "
                    + Arrays.toString(data.shape()) + ", strides " + Arrays.toString(data.strides())
                    + "; copy them, or use numpy.ascontiguousarray");
        }
        if (data.segment().byteSize() > Integer.MAX_VALUE) {
            throw new PythonException("a buffer has at most 2 GiB, the array has "
                    + data.segment().byteSize() + " bytes; use segment()");
        }
        return data.segment().asByteBuffer().order(data.type().order());
    }

    /** Returns the memory as a buffer; float64 only. */
    public DoubleBuffer asDoubleBuffer() {
        return bufferOf(DType.FLOAT64).asDoubleBuffer();
    }

    /** Returns the memory as a buffer; float32 only. */
    public FloatBuffer asFloatBuffer() {
        return bufferOf(DType.FLOAT32).asFloatBuffer();
    }

    /** Returns the memory as a buffer; int64 only. */
    public LongBuffer asLongBuffer() {
        return bufferOf(DType.INT64).asLongBuffer();
    }

    /** Returns the memory as a buffer; int32 only. */
    public IntBuffer asIntBuffer() {
        return bufferOf(DType.INT32).asIntBuffer();
    }

    /** Returns the memory as a buffer; int16 only. */
    public ShortBuffer asShortBuffer() {
        return bufferOf(DType.INT16).asShortBuffer();
    }

    private ByteBuffer bufferOf(DType dtype) {
        if (dtype() != dtype) {
            throw new PythonException("expected elements of " + dtype + ", got " + this);
        }
        return asByteBuffer();
    }

    // Elements

    /** Returns the element at an index; types that a double does not hold exactly are refused. */
    public double getDouble(long... index) {
        return Reading.doubleAt(data, offset(index));
    }

    /** Returns the element at an index; a time as its number of units. */
    public long getLong(long... index) {
        return Reading.longAt(data, offset(index));
    }

    /** Returns the element at an index. */
    public boolean getBoolean(long... index) {
        return Reading.booleanAt(data, offset(index));
    }

    /** Copies the elements in C order; complex ones as pairs. */
    public double[] toDoubleArray() {
        return Reading.doubles(data);
    }

    /** Copies the elements in C order; complex ones as pairs. */
    public float[] toFloatArray() {
        return Reading.floats(data);
    }

    /** Copies the elements in C order; times as their number of units. */
    public long[] toLongArray() {
        return Reading.longs(data);
    }

    /** Copies the elements in C order. */
    public int[] toIntArray() {
        return Reading.ints(data);
    }

    /** Copies the elements in C order; those of float16 as their bits. */
    public short[] toShortArray() {
        return Reading.shorts(data);
    }

    /** Copies the bytes of elements of any type, in C order and the byte order of this machine. */
    public byte[] toByteArray() {
        return Reading.bytes(data);
    }

    /** Copies the elements in C order. */
    public boolean[] toBooleanArray() {
        return Reading.booleans(data);
    }

    /** Copies the texts in C order, without the zeros at their ends. */
    public String[] toStringArray() {
        return Reading.texts(data);
    }

    /**
     * Gives Python's memory back now; Java's memory stays, and the second time it does nothing.
     *
     * <p>From then on each use of it throws IllegalStateException. Any thread may close it. It takes
     * tens of microseconds, as every thread is asked whether it reads, unless it is one of
     * {@link #CONFINED}; an array that is not closed is given back after Java's collector has found it.
     *
     * @throws IllegalStateException if a native function of the program's uses it at this moment
     * @throws WrongThreadException if it belongs to another thread
     */
    @Override
    public void close() {
        if (data.lease() != null) {
            data.lease().close();
        }
    }

    @Override
    public String toString() {
        return "numpy.ndarray " + typestr() + Arrays.toString(data.shape());
    }
}
