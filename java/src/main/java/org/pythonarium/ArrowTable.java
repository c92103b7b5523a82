package org.pythonarium;

import java.util.List;
import java.util.stream.IntStream;
import org.pythonarium.internal.Lease;
import org.pythonarium.internal.Tables;

/**
 * A table of Python's, a DataFrame or an Arrow table, whose columns Java reads in Python's memory.
 *
 * <p>It crosses by the Arrow C data interface: an Arrow table without a copy, a DataFrame of
 * pandas with as little as pyarrow can, which takes NaN there for no value. The memory stays as
 * long as Java has a segment of it, or until {@link #close}; given back to Python it is the object
 * that it was. A library of Java's that knows Arrow takes a table by {@link #export}, and gives one
 * by {@link #importStream}. Any thread may read it.
 */
public final class ArrowTable implements AutoCloseable {

    /** The type of variables that are tables. */
    public static final PythonType<ArrowTable> INSTANCE = ArrowTableType.INSTANCE;

    static {
        Tables.connect(table -> table.lease);
    }

    private final Lease lease;
    private final ArrowField field;
    private final List<ArrowVector> batches;

    ArrowTable(Tables.Imported imported) {
        lease = imported.lease();
        field = ArrowField.of(lease, imported.schema());
        batches = imported.arrays().stream()
                .map(address -> new ArrowVector(lease, field, address, 0, -1)).toList();
    }

    // Between Python and other libraries

    /**
     * Moves the stream of a table to a place where another library takes it over.
     *
     * @param table a DataFrame, or anything with {@code __arrow_c_stream__}
     * @param streamAddress of an empty {@code ArrowArrayStream}, 40 bytes; its owner releases it,
     *     on any thread
     */
    public static void export(PythonObject table, long streamAddress) {
        Tables.export(table.reference(), streamAddress);
    }

    /**
     * Returns a {@code pyarrow.Table} of what another library has exported.
     *
     * @param streamAddress of an {@code ArrowArrayStream}, which is moved out of its place and read
     *     to its end
     */
    public static PythonObject importStream(long streamAddress) {
        return Tables.take("import_stream", streamAddress);
    }

    /**
     * Returns a {@code pyarrow.RecordBatch} of what another library has exported.
     *
     * @param schemaAddress of an {@code ArrowSchema}, which is moved out of its place
     * @param arrayAddress of an {@code ArrowArray}, which is moved out of its place
     */
    public static PythonObject importBatch(long schemaAddress, long arrayAddress) {
        return Tables.take("import_batch", schemaAddress, arrayAddress);
    }

    // Reading

    /** Returns the number of rows. */
    public long rowCount() {
        return batches.stream().mapToLong(ArrowVector::length).sum();
    }

    /** Returns the names of the columns, in order. */
    public List<String> columnNames() {
        return fields().stream().map(ArrowField::name).toList();
    }

    /** Returns the columns, in order. */
    public List<ArrowColumn> columns() {
        return IntStream.range(0, fields().size()).mapToObj(this::column).toList();
    }

    /**
     * Returns the column of that name, the first one if there are several.
     *
     * @throws PythonException if there is none
     */
    public ArrowColumn column(String name) {
        int index = columnNames().indexOf(name);
        if (index < 0) {
            throw new PythonException("there is no column '" + name + "'; there are " + columnNames());
        }
        return column(index);
    }

    private ArrowColumn column(int index) {
        return field.format().isStruct()
                ? new ArrowColumn(fields().get(index), batches.stream().map(batch -> batch.column(index)).toList())
                : new ArrowColumn(field, batches);
    }

    /** Returns the fields of a table; one that is a mere column is its own. */
    private List<ArrowField> fields() {
        return field.format().isStruct() ? field.children() : List.of(field);
    }

    /**
     * Gives the memory back now; the second time it does nothing.
     *
     * <p>From then on each use of it throws IllegalStateException. Any thread may close it.
     *
     * @throws IllegalStateException if a native function of the program's uses it at this moment
     */
    @Override
    public void close() {
        lease.close();
    }

    @Override
    public String toString() {
        return "table of " + rowCount() + " rows, " + columnNames();
    }
}
