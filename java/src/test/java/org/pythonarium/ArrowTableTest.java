package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tables of Python's read in Java, and tables of other libraries given to Python. */
class ArrowTableTest extends LockedTest {

    @BeforeAll
    static void needsPyarrow() {
        Packages.require("pyarrow");
    }

    @BeforeEach
    void importPyarrow() {
        PythonExecutioner.exec("import pyarrow as pa");
    }

    private static ArrowTable table(String expression) {
        PythonExecutioner.exec("table = " + expression);
        return PythonExecutioner.getVariable("table", ArrowTable.INSTANCE).getValue();
    }

    private static ArrowColumn column(String expression) {
        return table("pa.table({'c': " + expression + "})").column("c");
    }

    private static long allocated() {
        return Python.eval("pa.total_allocated_bytes()").toLong();
    }

    @Test
    @Tag("B8")
    void columnsAreRead() {
        try (ArrowTable table = table("pa.table({'i': [1, 2], 'f': [.5, 1.5], 's': ['a', None], 'b': [True, False]})")) {
            assertEquals(2, table.rowCount());
            assertEquals(List.of("i", "f", "s", "b"), table.columnNames());
            assertEquals(4, table.columns().size());
            assertArrayEquals(new long[] {1, 2}, table.column("i").toLongArray());
            assertArrayEquals(new double[] {.5, 1.5}, table.column("f").toDoubleArray());
            assertArrayEquals(new String[] {"a", null}, table.column("s").toStringArray());
            assertArrayEquals(new boolean[] {true, false}, table.column("b").toBooleanArray());
            String missing = assertThrows(PythonException.class, () -> table.column("x")).getMessage();
            assertTrue(missing.contains("'x'") && missing.contains("[i, f, s, b]"), missing);
        }
    }

    @Test
    @Tag("B8")
    void everyCommonTypeIsRead() {
        for (String type : List.of("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
                "date64", "time64('us')", "timestamp('ns')", "timestamp('s', 'UTC')", "duration('ms')")) {
            ArrowColumn column = column("pa.array([1, 0, 3], pa.int64()).cast(pa." + call(type) + ", safe=False)");
            assertEquals(3, column.length(), type);
            if (!type.equals("date64")) {
                assertArrayEquals(new long[] {1, 0, 3}, column.toLongArray(), type);
            }
        }
        for (String type : List.of("float16", "float32", "float64")) {
            assertArrayEquals(new double[] {.5, 2}, column("pa.array([.5, 2]).cast(pa." + type + "())").toDoubleArray());
        }
        for (String type : List.of("string", "large_string", "string_view")) {
            assertArrayEquals(new String[] {"", "\u00e9t\u00e9", null, "long enough not to be inline"},
                    column("pa.array(['', '\u00e9t\u00e9', None, 'long enough not to be inline'], pa." + type + "())")
                            .toStringArray(), type);
        }
        assertArrayEquals(new byte[] {0, -1}, column("pa.array([b'\\x00\\xff'])").vectors().get(0).getBytes(0));
        assertArrayEquals(new String[] {"x", "y", "x", null},
                column("pa.array(['x', 'y', 'x', None]).dictionary_encode()").toStringArray());
        assertEquals(16, column("pa.array([1]).cast(pa.decimal128(30, 2))").vectors().get(0).values().itemSize());
        assertEquals(3, column("pa.array([b'abc'], pa.binary(3))").vectors().get(0).values().itemSize());
        assertEquals(2, column("pa.nulls(2)").nullCount());
    }

    private static String call(String type) {
        return type.endsWith(")") ? type : type + "()";
    }

    @Test
    @Tag("B8")
    void rowsWithoutAValueAreTold() {
        ArrowColumn column = column("pa.array([1, None, 3, None, 5]).slice(1)");
        ArrowVector vector = column.vectors().get(0);
        assertEquals(2, column.nullCount());
        assertTrue(vector.isNull(0) && !vector.isNull(1) && vector.isNull(2));
        assertEquals(5, vector.getLong(3));
        assertThrows(PythonException.class, () -> vector.getLong(0));
        assertThrows(IndexOutOfBoundsException.class, () -> vector.isNull(4));
        assertThrows(PythonException.class, column::toLongArray);
    }

    @Test
    @Tag("B8")
    void partsAndListsAreRead() {
        ArrowTable table = table("pa.table({'n': pa.chunked_array([[1, 2], [3]]),"
                + " 'l': [[1], [2, 3], None], 's': [{'a': 1}, {'a': 2}, None]})");
        assertArrayEquals(new long[] {1, 2, 3}, table.column("n").toLongArray());
        assertEquals(2, table.column("n").vectors().size());
        ArrowVector list = table.column("l").vectors().get(0);
        MemorySegment ends = list.buffers().get(1);
        assertEquals(3, ends.get(ValueLayout.JAVA_INT, 8));
        assertArrayEquals(new long[] {1, 2, 3}, list.children().get(0).values().toLongArray());
        assertEquals(2, table.column("s").vectors().get(0).children().get(0).getLong(1));
        assertThrows(PythonException.class, () -> list.getText(0));
        assertThrows(PythonException.class, list::values);
    }

    @Test
    @Tag("B13")
    void numbersAreReadInPythonsMemory() {
        ArrowVector vector = column("pa.array(range(1000))").vectors().get(0);
        long address = Python.eval("table['c'].chunk(0).buffers()[1].address").toLong();
        assertEquals(address, vector.values().segment().address());
        assertTrue(vector.values().isReadOnly());
    }

    @Test
    @Tag("B8")
    void dataFramesAreRead() {
        Packages.require("pandas");
        PythonExecutioner.exec("import pandas as pd");
        ArrowTable table = table("pd.DataFrame({'i': [1, 2], 'f': [.5, float('nan')], 's': ['a', None]})");
        assertArrayEquals(new long[] {1, 2}, table.column("i").toLongArray());
        assertEquals(.5, table.column("f").vectors().get(0).getDouble(0));
        assertArrayEquals(new String[] {"a", null}, table.column("s").toStringArray());
        PythonExecutioner.setVariable("back", table);
        assertTrue(Python.eval("back is table").toBoolean());
        assertArrayEquals(new long[] {7, 8}, table("pd.Series([7, 8], name='x')").column("x").toLongArray());
    }

    @Test
    @Tag("B8")
    @Tag("S48")
    void whatIsNoTableIsRefused() {
        String message = assertThrows(PythonException.class, () -> table("5")).getMessage();
        assertTrue(message.startsWith("Could not convert value to pyarrow.Table: variable 'table': int"), message);
    }

    @Test
    @Tag("B8")
    void anErrorInTheMiddleOfAStreamIsThrown() {
        PythonExecutioner.exec("""
                def batches():
                    yield pa.record_batch({'a': [1]})
                    raise ValueError('the second one is broken')
                schema = pa.schema([('a', pa.int64())])
                """);
        long before = allocated();
        PythonException broken = assertThrows(PythonException.class,
                () -> table("pa.RecordBatchReader.from_batches(schema, batches())"));
        assertTrue(broken.getMessage().contains("the second one is broken"), broken.getMessage());
        PythonExecutioner.exec("del table");
        assertEquals(before, allocated());
    }

    // Lifetimes

    @Test
    @Tag("B11")
    void closingReleasesEverythingOnce() {
        long before = allocated();
        ArrowTable table = table("pa.table({'c': pa.array(range(10000)).take(pa.array(range(10000)))})");
        MemorySegment values = table.column("c").vectors().get(0).values().segment();
        PythonExecutioner.exec("del table");
        assertTrue(allocated() >= before + 80_000);
        table.close();
        table.close();
        assertEquals(before, allocated());
        assertThrows(IllegalStateException.class, () -> values.get(ValueLayout.JAVA_LONG, 0));
        assertThrows(IllegalStateException.class, () -> table.column("c").toLongArray());
        assertThrows(PythonException.class, () -> PythonExecutioner.setVariable("t", table));
    }

    @Test
    @Tag("B11")
    void whatJavaHasLetGoOfIsReleased() throws InterruptedException {
        long before = allocated();
        MemorySegment values = column("pa.array(range(10000)).take(pa.array(range(10000)))")
                .vectors().get(0).values().segment();
        PythonExecutioner.exec("del table");
        System.gc();
        assertTrue(allocated() >= before + 80_000);
        assertEquals(9999, values.get(ValueLayout.JAVA_LONG, 9999 * 8));
        values = null;
        for (int i = 0; i < 200 && allocated() > before; i++) {
            System.gc();
            Thread.sleep(5); // the collector of Java has its own time
        }
        assertEquals(before, allocated());
        assertNull(values);
    }

    // Other libraries

    @Test
    @Tag("B8")
    void aStreamIsHandedOverAndTaken() {
        PythonExecutioner.exec("table = pa.table({'a': [1, 2, 3]})");
        MemorySegment place = Arena.ofAuto().allocate(40, 8);
        ArrowTable.export(PythonExecutioner.getVariable("table"), place.address());
        assertFalse(place.get(ValueLayout.JAVA_LONG, 24) == 0, "the place owns the stream");
        PythonExecutioner.setVariable("taken", ArrowTable.importStream(place.address()));
        assertEquals(0, place.get(ValueLayout.JAVA_LONG, 24), "the stream was moved out");
        assertTrue(Python.eval("taken == table").toBoolean());
        assertThrows(PythonException.class, () -> ArrowTable.importStream(0));
        assertThrows(PythonException.class, () -> ArrowTable.importStream(place.address()));
    }

    @Test
    @Tag("B8")
    void aBatchIsTaken() {
        MemorySegment schema = Arena.ofAuto().allocate(72, 8);
        MemorySegment array = Arena.ofAuto().allocate(80, 8);
        PythonExecutioner.setVariable("names", schema.address());
        PythonExecutioner.setVariable("values", array.address());
        PythonExecutioner.exec("pa.record_batch({'a': [1, 2]})._export_to_c(values, names)");
        assertEquals(2, ArrowTable.importBatch(schema.address(), array.address()).attr("num_rows").toInt());
        assertEquals(0, array.get(ValueLayout.JAVA_LONG, 64), "the array was moved out");
    }
}
