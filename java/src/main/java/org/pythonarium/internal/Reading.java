package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.pythonarium.DType;
import org.pythonarium.PythonException;

/**
 * Elements of arrays as Java's numbers: exactly, or not at all.
 *
 * <p>An element may become a wider number that holds each of its values; where the values decide,
 * as with 64 bits without a sign, they are looked at.
 */
public final class Reading {

    private Reading() {}

    // Whole arrays, in C order

    /** Returns elements as doubles; those of 64 bits that are no floats are refused. */
    public static double[] doubles(ArrayData array) {
        return switch (array.type().dtype()) {
            case FLOAT64, COMPLEX128 -> copied(array, new double[count(array, Double.BYTES)]);
            case FLOAT32, FLOAT16, COMPLEX64 -> widened(floats(array));
            case INT8, INT16, INT32, UINT8, UINT16, UINT32 -> widened(longs(array));
            default -> throw refused(array, "double");
        };
    }

    private static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static double[] widened(long[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    /** Returns elements as floats; integers of more than 16 bits and doubles are refused. */
    public static float[] floats(ArrayData array) {
        switch (array.type().dtype()) {
            case FLOAT32, COMPLEX64 -> {
                return copied(array, new float[count(array, Float.BYTES)]);
            }
            case FLOAT16 -> {
                short[] halves = shorts(array);
                float[] floats = new float[halves.length];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = Float.float16ToFloat(halves[i]);
                }
                return floats;
            }
            case INT8, INT16, UINT8, UINT16 -> {
                int[] narrow = ints(array);
                float[] floats = new float[narrow.length];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = narrow[i];
                }
                return floats;
            }
            default -> throw refused(array, "float");
        }
    }

    /** Returns elements as longs, times as their number of units. */
    public static long[] longs(ArrayData array) {
        switch (array.type().dtype()) {
            case INT64, DATETIME64, TIMEDELTA64 -> {
                return copied(array, new long[count(array, Long.BYTES)]);
            }
            case UINT64 -> {
                return checked(copied(array, new long[count(array, Long.BYTES)]));
            }
            case UINT32 -> {
                int[] bits = copied(array, new int[count(array, Integer.BYTES)]);
                return Arrays.stream(bits).mapToLong(Integer::toUnsignedLong).toArray();
            }
            default -> {
                requireInteger(array, "long");
                int[] narrow = ints(array);
                long[] longs = new long[narrow.length];
                for (int i = 0; i < longs.length; i++) {
                    longs[i] = narrow[i];
                }
                return longs;
            }
        }
    }

    private static long[] checked(long[] values) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] < 0) {
                throw new PythonException("element " + i + " (in C order), "
                        + Long.toUnsignedString(values[i]) + ", is larger than any long");
            }
        }
        return values;
    }

    /** Returns elements as ints; wider ones are refused. */
    public static int[] ints(ArrayData array) {
        DType dtype = array.type().dtype();
        if (dtype == DType.INT32) {
            return copied(array, new int[count(array, Integer.BYTES)]);
        }
        if (dtype == DType.UINT16) {
            short[] bits = copied(array, new short[count(array, Short.BYTES)]);
            int[] ints = new int[bits.length];
            for (int i = 0; i < ints.length; i++) {
                ints[i] = Short.toUnsignedInt(bits[i]);
            }
            return ints;
        }
        requireInteger(array, "int");
        short[] narrow = shorts(array);
        int[] ints = new int[narrow.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = narrow[i];
        }
        return ints;
    }

    /** Returns elements as shorts, those of float16 as their bits; wider ones are refused. */
    public static short[] shorts(ArrayData array) {
        DType dtype = array.type().dtype();
        if (dtype == DType.INT16 || dtype == DType.FLOAT16) {
            return copied(array, new short[count(array, Short.BYTES)]);
        }
        if (dtype != DType.INT8 && dtype != DType.UINT8) {
            throw refused(array, "short");
        }
        byte[] bytes = bytes(array);
        short[] shorts = new short[bytes.length];
        for (int i = 0; i < shorts.length; i++) {
            shorts[i] = dtype == DType.INT8 ? bytes[i] : (short) Byte.toUnsignedInt(bytes[i]);
        }
        return shorts;
    }

    /** Returns the bytes of all elements, of any type, in this machine's order. */
    public static byte[] bytes(ArrayData array) {
        return copied(array, new byte[count(array, 1)]);
    }

    /** Returns elements as booleans. */
    public static boolean[] booleans(ArrayData array) {
        if (array.type().dtype() != DType.BOOL) {
            throw refused(array, "boolean");
        }
        byte[] bytes = bytes(array);
        boolean[] booleans = new boolean[bytes.length];
        for (int i = 0; i < booleans.length; i++) {
            booleans[i] = bytes[i] != 0;
        }
        return booleans;
    }

    /** Returns elements as texts, without the zeros at their ends. */
    public static String[] texts(ArrayData array) {
        if (array.type().dtype() != DType.TEXT) {
            throw refused(array, "String");
        }
        int[] points = copied(array, new int[count(array, Integer.BYTES)]);
        int width = array.type().itemSize() / Integer.BYTES;
        String[] texts = new String[Math.toIntExact(array.size())];
        for (int i = 0; i < texts.length; i++) {
            int end = (i + 1) * width;
            while (end > i * width && points[end - 1] == 0) {
                end--;
            }
            texts[i] = new String(points, i * width, end - i * width);
        }
        return texts;
    }

    // Single elements

    /** Returns an element as a double. */
    public static double doubleAt(ArrayData array, long offset) {
        return switch (array.type().dtype()) {
            case FLOAT64 -> Double.longBitsToDouble(bits(array, offset));
            case FLOAT32 -> Float.intBitsToFloat((int) bits(array, offset));
            case FLOAT16 -> Float.float16ToFloat((short) bits(array, offset));
            case INT8, INT16, INT32, UINT8, UINT16, UINT32 -> longAt(array, offset);
            default -> throw refused(array, "double");
        };
    }

    /** Returns an element as a long. */
    public static long longAt(ArrayData array, long offset) {
        long bits = bits(array, offset);
        return switch (array.type().dtype()) {
            case INT8 -> (byte) bits;
            case INT16 -> (short) bits;
            case INT32 -> (int) bits;
            case INT64, DATETIME64, TIMEDELTA64, UINT8, UINT16, UINT32 -> bits;
            case UINT64 -> checked(new long[] {bits})[0];
            default -> throw refused(array, "long");
        };
    }

    /** Returns an element as a boolean. */
    public static boolean booleanAt(ArrayData array, long offset) {
        if (array.type().dtype() != DType.BOOL) {
            throw refused(array, "boolean");
        }
        return bits(array, offset) != 0;
    }

    /** Returns the bits of a number, the upper ones 0. */
    private static long bits(ArrayData array, long offset) {
        MemorySegment memory = array.segment();
        boolean isSwapped = array.type().isSwapped();
        return switch (array.type().itemSize()) {
            case Byte.BYTES -> memory.get(Elements.BYTES, offset) & 0xFF;
            case Short.BYTES -> {
                short bits = memory.get(Elements.SHORTS, offset);
                yield Short.toUnsignedLong(isSwapped ? Short.reverseBytes(bits) : bits);
            }
            case Integer.BYTES -> {
                int bits = memory.get(Elements.INTS, offset);
                yield Integer.toUnsignedLong(isSwapped ? Integer.reverseBytes(bits) : bits);
            }
            case Long.BYTES -> {
                long bits = memory.get(Elements.LONGS, offset);
                yield isSwapped ? Long.reverseBytes(bits) : bits;
            }
            default -> 0; // refused by whoever asks
        };
    }

    // Copying

    private static double[] copied(ArrayData array, double[] target) {
        Elements.read(array, MemorySegment.ofArray(target));
        return target;
    }

    private static float[] copied(ArrayData array, float[] target) {
        Elements.read(array, MemorySegment.ofArray(target));
        return target;
    }

    private static long[] copied(ArrayData array, long[] target) {
        Elements.read(array, MemorySegment.ofArray(target));
        return target;
    }

    private static int[] copied(ArrayData array, int[] target) {
        Elements.read(array, MemorySegment.ofArray(target));
        return target;
    }

    private static short[] copied(ArrayData array, short[] target) {
        Elements.read(array, MemorySegment.ofArray(target));
        return target;
    }

    private static byte[] copied(ArrayData array, byte[] target) {
        Elements.read(array, MemorySegment.ofArray(target));
        return target;
    }

    /** Returns how many numbers of so many bytes the elements are. */
    private static int count(ArrayData array, int width) {
        long count = array.size() * (array.type().itemSize() / width);
        if (count > Integer.MAX_VALUE - 8) {
            throw new PythonException(
                    count + " elements are too many for an array of Java's; read its segment()");
        }
        return (int) count;
    }

    private static void requireInteger(ArrayData array, String wanted) {
        switch (array.type().dtype()) {
            case INT8, INT16, INT32, UINT8, UINT16 -> { }
            default -> throw refused(array, wanted);
        }
    }

    private static PythonException refused(ArrayData array, String wanted) {
        String dtype = array.type().dtype().name().toLowerCase(java.util.Locale.ROOT);
        return new PythonException("elements of type " + dtype + " (" + array.type().typestr()
                + ") are not exact as " + wanted + "; read them as they are, or use astype in Python");
    }
}
