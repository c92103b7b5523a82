package org.pythonarium;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pythonarium.internal.ElementType;

/**
 * What Arrow's C data interface says of a column's type, and what follows for its buffers.
 *
 * @param text as Arrow writes it: {@code g}, {@code u}, {@code tsn:UTC}
 */
record ArrowFormat(String text) {

    /** Returns the type of its numbers, or null where it has none of a fixed size in bytes. */
    ElementType elements() {
        return switch (text.charAt(0)) {
            case 'c' -> ElementType.of(DType.INT8);
            case 'C' -> ElementType.of(DType.UINT8);
            case 's' -> ElementType.of(DType.INT16);
            case 'S' -> ElementType.of(DType.UINT16);
            case 'i' -> ElementType.of(DType.INT32);
            case 'I' -> ElementType.of(DType.UINT32);
            case 'l' -> ElementType.of(DType.INT64);
            case 'L' -> ElementType.of(DType.UINT64);
            case 'e' -> ElementType.of(DType.FLOAT16);
            case 'f' -> ElementType.of(DType.FLOAT32);
            case 'g' -> ElementType.of(DType.FLOAT64);
            case 't' -> time();
            case 'w' -> ElementType.parse("|V" + text.substring(2));
            case 'd' -> ElementType.parse("|V" + decimalBytes());
            default -> null;
        };
    }

    private ElementType time() {
        return switch (text.substring(1, 3)) {
            case "dD", "ts", "tm", "iM" -> ElementType.of(DType.INT32);
            case "in" -> ElementType.parse("|V16"); // months, days and nanoseconds
            case "ss" -> ElementType.parse("<M8[s]");
            case "sm" -> ElementType.parse("<M8[ms]");
            case "su" -> ElementType.parse("<M8[us]");
            case "sn" -> ElementType.parse("<M8[ns]");
            case "Ds" -> ElementType.parse("<m8[s]");
            case "Dm" -> ElementType.parse("<m8[ms]");
            case "Du" -> ElementType.parse("<m8[us]");
            case "Dn" -> ElementType.parse("<m8[ns]");
            default -> ElementType.of(DType.INT64);
        };
    }

    private int decimalBytes() {
        String[] parts = text.substring(2).split(",");
        return parts.length == 3 ? Integer.parseInt(parts[2]) / Byte.SIZE : 16;
    }

    boolean isBoolean() {
        return text.equals("b");
    }

    /** Tells whether it is text, of any layout. */
    boolean isText() {
        return text.equals("u") || text.equals("U") || text.equals("vu");
    }

    /** Tells whether it is text or bytes whose ends lie in a buffer of offsets. */
    boolean hasOffsets() {
        return text.length() == 1 && "uUzZ".indexOf(text.charAt(0)) >= 0;
    }

    /** Tells whether offsets are of 64 bits. */
    boolean isLarge() {
        return text.equals("U") || text.equals("Z") || text.equals("+L");
    }

    /** Tells whether it is text or bytes by views of 16 bytes each. */
    boolean hasViews() {
        return text.equals("vu") || text.equals("vz");
    }

    boolean isList() {
        return text.equals("+l") || text.equals("+L") || text.equals("+m");
    }

    boolean isStruct() {
        return text.equals("+s");
    }

    boolean isFixedList() {
        return text.startsWith("+w:");
    }

    /** Returns how many items a list of a fixed size has. */
    long fixedSize() {
        return Long.parseLong(text.substring("+w:".length()));
    }

    boolean isNull() {
        return text.equals("n");
    }

    /** Returns the bytes of an offset. */
    long offsetBytes() {
        return isLarge() ? Long.BYTES : Integer.BYTES;
    }

    /** Returns an offset. */
    long offset(MemorySegment offsets, long index) {
        return isLarge()
                ? offsets.get(ValueLayout.JAVA_LONG_UNALIGNED, index * Long.BYTES)
                : offsets.get(ValueLayout.JAVA_INT_UNALIGNED, index * Integer.BYTES);
    }

    @Override
    public String toString() {
        return text;
    }
}
