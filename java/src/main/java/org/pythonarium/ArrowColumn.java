package org.pythonarium;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * A column of a table: one vector for each record batch.
 *
 * <p>It may be read, by any thread, as long as its {@link ArrowTable} is not closed.
 */
public final class ArrowColumn {

    private final ArrowField field;
    private final List<ArrowVector> vectors;

    ArrowColumn(ArrowField field, List<ArrowVector> vectors) {
        this.field = field;
        this.vectors = vectors;
    }

    /** Returns the name. */
    public String name() {
        return field.name();
    }

    /** Returns the type, as Arrow's C data interface writes it: {@code l}, {@code g}, {@code u}. */
    public String format() {
        return field.format().text();
    }

    /** Returns the number of rows. */
    public long length() {
        return sum(ArrowVector::length);
    }

    /** Returns the number of rows without a value. */
    public long nullCount() {
        return sum(ArrowVector::nullCount);
    }

    /** Returns the parts, whose memory can be read without a copy. */
    public List<ArrowVector> vectors() {
        return vectors;
    }

    /**
     * Copies the numbers.
     *
     * @throws PythonException if a row has no value, or a double would not be exact
     */
    public double[] toDoubleArray() {
        double[] all = new double[size()];
        int at = 0;
        for (ArrowVector vector : full()) {
            double[] part = vector.values().toDoubleArray();
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /**
     * Copies the numbers; times as their number of units.
     *
     * @throws PythonException if a row has no value, or is no whole number
     */
    public long[] toLongArray() {
        long[] all = new long[size()];
        int at = 0;
        for (ArrowVector vector : full()) {
            long[] part = vector.values().toLongArray();
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /**
     * Copies what is true and what is false.
     *
     * @throws PythonException if a row has no value, or is neither
     */
    public boolean[] toBooleanArray() {
        boolean[] all = new boolean[size()];
        int at = 0;
        for (ArrowVector vector : full()) {
            for (long row = 0; row < vector.length(); row++) {
                all[at++] = vector.getBoolean(row);
            }
        }
        return all;
    }

    /** Copies the texts; null where a row has none. */
    public String[] toStringArray() {
        String[] all = new String[size()];
        int at = 0;
        for (ArrowVector vector : vectors) {
            for (long row = 0; row < vector.length(); row++) {
                all[at++] = vector.getText(row);
            }
        }
        return all;
    }

    private List<ArrowVector> full() {
        if (nullCount() > 0) {
            throw new PythonException(field + " has " + nullCount()
                    + " rows without a value; read its vectors(), or fill them in Python");
        }
        return vectors;
    }

    private int size() {
        return Math.toIntExact(length());
    }

    private long sum(ToLongFunction<ArrowVector> count) {
        return vectors.stream().mapToLong(count).sum();
    }

    @Override
    public String toString() {
        return field + "[" + length() + "]";
    }
}
