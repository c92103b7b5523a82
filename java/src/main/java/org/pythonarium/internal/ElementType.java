package org.pythonarium.internal;

import java.lang.foreign.ValueLayout;
import java.nio.Buffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.pythonarium.DType;
import org.pythonarium.PythonException;

/**
 * What the elements of an array are: numpy's typestr, taken apart.
 *
 * @param dtype the kind
 * @param typestr as numpy writes it: {@code <f8}, {@code >i4}, {@code <M8[ns]}, {@code |S5}
 * @param itemSize bytes of an element
 * @param isSwapped whether numbers have the byte order that is not this machine's
 */
public record ElementType(DType dtype, String typestr, int itemSize, boolean isSwapped) {

    private static final boolean IS_LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final char NATIVE = IS_LITTLE ? '<' : '>';
    private static final char SWAPPED = IS_LITTLE ? '>' : '<';

    private static final DType[] ALL = DType.values();

    private static final Map<DType, ElementType> NATIVES = Arrays.stream(ALL)
            .filter(dtype -> dtype.itemSize() > 0)
            .collect(Collectors.toMap(Function.identity(),
                    dtype -> of(dtype, dtype.itemSize(), false, "")));

    /** Returns the type of this machine's byte order; not for those that have more to tell. */
    public static ElementType of(DType dtype) {
        return NATIVES.get(dtype);
    }

    /** Returns the order of bytes in its numbers. */
    public ByteOrder order() {
        return isSwapped == IS_LITTLE ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /** Returns the type of a buffer's elements, in its byte order. */
    public static ElementType of(Buffer buffer) {
        return switch (buffer) {
            case ShortBuffer shorts -> of(DType.INT16).in(shorts.order());
            case CharBuffer chars -> of(DType.UINT16).in(chars.order());
            case IntBuffer ints -> of(DType.INT32).in(ints.order());
            case LongBuffer longs -> of(DType.INT64).in(longs.order());
            case FloatBuffer floats -> of(DType.FLOAT32).in(floats.order());
            case DoubleBuffer doubles -> of(DType.FLOAT64).in(doubles.order());
            default -> of(DType.INT8);
        };
    }

    /** Returns the type in another byte order. */
    private ElementType in(ByteOrder order) {
        return order == order() ? this : of(dtype, itemSize, !isSwapped, "");
    }

    private static ElementType of(DType dtype, int itemSize, boolean isSwapped, String unit) {
        boolean hasOrder = itemSize > 1 && dtype != DType.BYTES && dtype != DType.RAW;
        char order = !hasOrder ? '|' : isSwapped ? SWAPPED : NATIVE;
        int count = dtype == DType.TEXT ? itemSize / Integer.BYTES : itemSize;
        return new ElementType(
                dtype, "" + order + dtype.kind() + count + unit, itemSize, hasOrder && isSwapped);
    }

    /**
     * Returns what a typestr says.
     *
     * @throws PythonException if it is none, or says that elements are objects
     */
    public static ElementType parse(String typestr) {
        int bracket = typestr.indexOf('[');
        String unit = bracket < 0 ? "" : typestr.substring(bracket);
        String plain = bracket < 0 ? typestr : typestr.substring(0, bracket);
        try {
            int start = "<>|=".indexOf(plain.charAt(0)) >= 0 ? 1 : 0;
            char kind = plain.charAt(start);
            int size = Integer.parseInt(plain, start + 1, plain.length(), 10);
            boolean isTime = kind == 'M' || kind == 'm';
            if (size >= 0 && unit.isEmpty() == !isTime) {
                return of(kind, kind == 'U' ? Math.multiplyExact(size, 4) : size,
                        plain.charAt(0) == SWAPPED, unit);
            }
        } catch (IndexOutOfBoundsException | NumberFormatException | ArithmeticException broken) {
            // said below
        }
        throw unknown(typestr);
    }

    private static ElementType of(char kind, int itemSize, boolean isSwapped, String unit) {
        for (DType dtype : ALL) {
            if (dtype.kind() == kind && (dtype.itemSize() == itemSize || dtype.itemSize() == 0)) {
                return of(dtype, itemSize, isSwapped, unit);
            }
        }
        throw unknown("" + kind + itemSize + unit);
    }

    private static PythonException unknown(String typestr) {
        return new PythonException("expected a typestr of numpy's, such as <f8, <M8[ns] or |S5; got '"
                + typestr + "'");
    }

    /**
     * Returns what the buffer protocol says of an element.
     *
     * @param format the address of a C string, or 0
     */
    static ElementType ofFormat(long format, long itemSize) {
        char code = format == 0 ? 'B' : at(format);
        boolean isSwapped = false;
        if (code != 0 && "@=<>!^".indexOf(code) >= 0) {
            isSwapped = IS_LITTLE ? code == '>' || code == '!' : code == '<';
            code = at(++format);
        }
        while (Character.isDigit(code)) {
            code = at(++format);
        }
        boolean isLast = format == 0 || at(code == 'Z' ? format + 2 : format + 1) == 0;
        DType dtype = isLast ? dtype(code, (int) itemSize) : DType.RAW;
        return dtype.itemSize() > 0 && !isSwapped ? of(dtype) : of(dtype, (int) itemSize, isSwapped, "");
    }

    private static DType dtype(char code, int itemSize) {
        char kind = switch (code) {
            case '?' -> 'b';
            case 'b', 'h', 'i', 'l', 'q', 'n' -> 'i';
            case 'B', 'H', 'I', 'L', 'Q', 'N' -> 'u';
            case 'e', 'f', 'd' -> 'f';
            case 'Z' -> 'c';
            case 'c', 's' -> 'S';
            case 'w' -> 'U';
            default -> 'V';
        };
        for (DType dtype : ALL) {
            if (dtype.kind() == kind && (dtype.itemSize() == itemSize || dtype.itemSize() == 0)) {
                return dtype;
            }
        }
        return DType.RAW; // as complex numbers of two long doubles
    }

    private static char at(long address) {
        return (char) (CPython.MEMORY.get(ValueLayout.JAVA_BYTE, address) & 0xFF);
    }
}
