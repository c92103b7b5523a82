package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrays of numpy's in Java, and of Java's in numpy: types, orders, shapes, and what is refused. */
class NumpyArrayTest extends LockedTest {

    @BeforeAll
    static void needsNumpy() {
        Packages.require("numpy");
        NumpyArray.INSTANCE.init();
    }

    @BeforeEach
    void importNumpy() {
        PythonExecutioner.exec("import numpy as np");
    }

    private static NumpyArray array(String expression) {
        PythonExecutioner.exec("value = " + expression);
        return get("value");
    }

    private static NumpyArray get(String name) {
        return PythonExecutioner.getVariable(name, NumpyArray.INSTANCE).getValue();
    }

    private static void assertTrueInPython(String expression) {
        assertTrue(Python.eval("bool(" + expression + ")").toBoolean(), expression);
    }

    // Types

    @ParameterizedTest
    @Tag("B8")
    @ValueSource(strings = {
        "?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16", ">i2",
        ">i4", ">i8", ">u4", ">f4", ">f8", ">c16", "M8[ns]", "M8[D]", ">M8[s]", "m8[ms]", "S5", "U3",
        ">U3", "V7", "longdouble", "i4,f8"})
    void everyTypeCrossesAndComesBack(String dtype) {
        PythonExecutioner.exec("""
                value = np.arange(24).astype('i1').reshape(2, 3, 4)
                value = value.astype(%1$s) if np.dtype(%1$s).kind != 'V' else np.frombuffer(
                    bytes(range(251))[:24 * 7] * 4, np.dtype(%1$s), 24).reshape(2, 3, 4)
                """.formatted("'" + dtype + "'"));
        NumpyArray array = get("value");
        assertArrayEquals(new long[] {2, 3, 4}, array.shape());
        assertTrue(array.isContiguous());

        MemorySegment own = Arena.ofAuto().allocate(array.segment().byteSize(), 16);
        own.copyFrom(array.segment());
        NumpyArray copy = NumpyArray.of(own, array.typestr(), array.shape(), array.strides());
        PythonExecutioner.setVariable("back", copy);
        if (array.dtype() != DType.RAW) {
            assertTrueInPython("back.dtype == value.dtype");
        }
        assertTrueInPython("back.tobytes() == value.tobytes() and back.shape == value.shape");
        assertTrueInPython("back is not value and not back.flags.owndata");

        PythonExecutioner.setVariable("same", array);
        assertTrueInPython("same is value");
    }

    @Test
    @Tag("B8")
    void numbersAreRead() {
        assertArrayEquals(new double[] {1.5, -2}, array("np.array([1.5, -2])").toDoubleArray());
        assertArrayEquals(new float[] {1.5f, -2}, array("np.array([1.5, -2], 'f4')").toFloatArray());
        assertArrayEquals(new float[] {1.5f, -2}, array("np.array([1.5, -2], 'f2')").toFloatArray());
        assertArrayEquals(new long[] {1L << 40, -2}, array("np.array([1 << 40, -2])").toLongArray());
        assertArrayEquals(new int[] {1, -2}, array("np.array([1, -2], '>i4')").toIntArray());
        assertArrayEquals(new short[] {1, -2}, array("np.array([1, -2], 'i2')").toShortArray());
        assertArrayEquals(new short[] {0x3E00}, array("np.array([1.5], 'f2')").toShortArray());
        assertArrayEquals(new byte[] {1, -2}, array("np.array([1, -2], 'i1')").toByteArray());
        assertArrayEquals(new boolean[] {true, false}, array("np.array([True, False])").toBooleanArray());
        assertArrayEquals(new double[] {1, 2, 3, -4}, array("np.array([1+2j, 3-4j])").toDoubleArray());
        assertArrayEquals(new double[] {1, 2}, array("np.array([1+2j], '>c8')").toDoubleArray());
        assertArrayEquals(new String[] {"a\uD83D\uDE00", "", "bcd"},
                array("np.array(['a\\U0001F600', '', 'bcd'])").toStringArray());
        assertArrayEquals(new long[] {1, Long.MIN_VALUE},
                array("np.array(['1970-01-02', 'NaT'], 'M8[D]')").toLongArray());
    }

    @Test
    @Tag("B8")
    void widerNumbersHoldNarrowOnes() {
        assertArrayEquals(new double[] {1.5}, array("np.array([1.5], 'f2')").toDoubleArray());
        assertArrayEquals(new double[] {4294967295.0}, array("np.array([2**32 - 1], 'u4')").toDoubleArray());
        assertArrayEquals(new double[] {-128}, array("np.array([-128], 'i1')").toDoubleArray());
        assertArrayEquals(new float[] {65535}, array("np.array([65535], 'u2')").toFloatArray());
        assertArrayEquals(new long[] {4294967295L}, array("np.array([2**32 - 1], 'u4')").toLongArray());
        assertArrayEquals(new long[] {255}, array("np.array([255], 'u1')").toLongArray());
        assertArrayEquals(new int[] {65535}, array("np.array([65535], 'u2')").toIntArray());
        assertArrayEquals(new short[] {255}, array("np.array([255], 'u1')").toShortArray());
        assertArrayEquals(new long[] {Long.MAX_VALUE}, array("np.array([2**63 - 1], 'u8')").toLongArray());
    }

    @Test
    @Tag("B8")
    void whatIsNotExactIsRefused() {
        assertThrows(PythonException.class, () -> array("np.array([1])").toDoubleArray());
        assertThrows(PythonException.class, () -> array("np.array([1], 'i4')").toFloatArray());
        assertThrows(PythonException.class, () -> array("np.array([1.0])").toFloatArray());
        assertThrows(PythonException.class, () -> array("np.array([1.0])").toLongArray());
        assertThrows(PythonException.class, () -> array("np.array([1])").toIntArray());
        assertThrows(PythonException.class, () -> array("np.array([1], 'u2')").toShortArray());
        assertThrows(PythonException.class, () -> array("np.array([1])").toBooleanArray());
        assertThrows(PythonException.class, () -> array("np.array([b'a'])").toStringArray());
        assertThrows(PythonException.class, () -> array("np.array([1.0])").asFloatBuffer());
        String large = assertThrows(PythonException.class,
                () -> array("np.array([1, 2**63], 'u8')").toLongArray()).getMessage();
        assertTrue(large.contains("element 1") && large.contains("9223372036854775808"), large);
        String message = assertThrows(PythonException.class,
                () -> array("np.array([1])").toDoubleArray()).getMessage();
        assertTrue(message.contains("int64") && message.contains("double"), message);
    }

    @Test
    @Tag("B8")
    void elementsAreReadByIndex() {
        NumpyArray array = array("np.arange(12, dtype='>i4').reshape(3, 4)[::-1, 1::2]");
        assertEquals(9, array.getLong(0, 0));
        assertEquals(3, array.getDouble(2, 1));
        assertEquals(-1, array("np.array(-1, 'i1')").getLong());
        assertEquals(65535, array("np.array([65535], 'u2')").getLong(0));
        assertEquals(0.5, array("np.array([.5], 'f2')").getDouble(0));
        assertEquals(0.5, array("np.array([.5], '>f8')").getDouble(0));
        assertEquals(0.5, array("np.array([.5], 'f4')").getDouble(0));
        assertTrue(array("np.array([False, True])").getBoolean(1));
        assertThrows(IndexOutOfBoundsException.class, () -> array.getLong(3, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> array.getLong(0, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> array.getLong(0));
        assertThrows(PythonException.class, () -> array("np.array([1.5])").getLong(0));
        assertThrows(PythonException.class, () -> array("np.array([1])").getDouble(0));
        assertThrows(PythonException.class, () -> array("np.array([1j])").getDouble(0));
        assertThrows(PythonException.class, () -> array("np.array([1])").getBoolean(0));
    }

    // Orders and shapes

    @ParameterizedTest
    @Tag("B8")
    @ValueSource(strings = {
        "base", "base.T", "np.asfortranarray(base)", "base[::-1]", "base[:, ::-1, 1:]", "base[1]",
        "base[..., 2]", "base[:, 1:2, ::3]", "base[:0]", "base[1, 1, 1]", "np.array(7.0)",
        "np.broadcast_to(base[0, 0], (3, 4))", "base.reshape(24)[5:20:7]", "base.transpose(1, 2, 0)",
        "base[:, :, None]", "base.astype('>f8').T", "np.zeros((0, 3))", "np.zeros((2, 0, 3))"})
    void everyOrderIsReadInCOrder(String expression) {
        for (String type : List.of("f8", "f4", "i2", "i1", "c16", "U3")) {
            PythonExecutioner.exec("""
                    base = np.arange(24.).reshape(2, 3, 4)
                    value = (%s).astype('%s', order='K') if '%s' != 'f8' else %s
                    """.formatted(expression, type, type, expression));
            NumpyArray array = get("value");
            PythonExecutioner.setVariable("read", NumpyArray.of(array.toByteArray()));
            assertTrueInPython("read.tobytes() == value.astype(value.dtype.newbyteorder('=')).tobytes()");
            assertEquals(Python.eval("value.flags.c_contiguous").toBoolean(), array.isContiguous());
            assertEquals(Python.eval("value.size").toLong(), array.size());
        }
    }

    @Test
    @Tag("B8")
    void everyOrderOfJavasIsSeenInPython() {
        MemorySegment memory = Arena.ofAuto().allocate(24 * Double.BYTES, 8);
        for (int i = 0; i < 24; i++) {
            memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, i);
        }
        PythonExecutioner.exec("base = np.arange(24.)");
        assertSeen("base.reshape(4, 6)", NumpyArray.of(memory, DType.FLOAT64, 4, 6));
        assertSeen("base.reshape(6, 4).T", NumpyArray.of(memory, DType.FLOAT64, new long[] {4, 6}, new long[] {8, 32}));
        assertSeen("base[::-1]", NumpyArray.of(memory, DType.FLOAT64, new long[] {24}, new long[] {-8}));
        assertSeen("base.reshape(4, 6)[::-2, ::3]", NumpyArray.of(
                memory.asSlice(48), DType.FLOAT64, new long[] {2, 2}, new long[] {-96, 24}));
        assertSeen("np.broadcast_to(base[:3], (2, 3))",
                NumpyArray.of(memory, DType.FLOAT64, new long[] {2, 3}, new long[] {0, 8}));
        assertSeen("base[0]", NumpyArray.of(memory, DType.FLOAT64));
        assertSeen("base[:0]", NumpyArray.of(memory, DType.FLOAT64, 0));
        assertSeen("base[3:5].view('>f8')",
                NumpyArray.of(memory.asSlice(24), ">f8", new long[] {2}, null));
    }

    private static void assertSeen(String expected, NumpyArray array) {
        PythonExecutioner.setVariable("seen", array);
        PythonExecutioner.exec("expected = " + expected);
        assertTrueInPython("seen.shape == expected.shape and (seen == expected).all()");
        assertTrueInPython("not seen.flags.owndata");
    }

    @Test
    @Tag("B8")
    void stridedMemoryOfTheHeapIsCopiedInItsByteOrder() {
        int[] values = {0, 1, 2, 3, 4, 5};
        NumpyArray array = NumpyArray.of(
                MemorySegment.ofArray(values), ">i4", new long[] {2, 3}, new long[] {4, 8});
        PythonExecutioner.setVariable("seen", array);
        assertTrueInPython("seen.dtype == '>i4' and seen.flags.owndata"
                + " and seen.view('<i4').tolist() == [[0, 2, 4], [1, 3, 5]]");
    }

    // Making

    @Test
    @Tag("B13")
    void arraysOfJavaCross() {
        assertCrosses("np.array([[1., 2], [3, 4]])", NumpyArray.of(new double[] {1, 2, 3, 4}, 2, 2));
        assertCrosses("np.array([[1., 2], [3, 4]])", NumpyArray.of(new double[][] {{1, 2}, {3, 4}}));
        assertCrosses("np.array([1.5], 'f4')", NumpyArray.of(new float[] {1.5f}));
        assertCrosses("np.array([1, -1])", NumpyArray.of(new long[] {1, -1}));
        assertCrosses("np.array([1, -1], 'i4')", NumpyArray.of(new int[] {1, -1}));
        assertCrosses("np.array([1, -1], 'i2')", NumpyArray.of(new short[] {1, -1}));
        assertCrosses("np.array([1, -1], 'i1')", NumpyArray.of(new byte[] {1, -1}));
        assertCrosses("np.array([True, False])", NumpyArray.of(new boolean[] {true, false}));
        assertCrosses("np.zeros((0,))", NumpyArray.of(new double[0]));
        assertCrosses("np.zeros((2, 3), 'c16')", NumpyArray.zeros(DType.COMPLEX128, 2, 3));
        assertCrosses("np.array([200], 'u1')", NumpyArray.of(
                MemorySegment.ofArray(new byte[] {(byte) 200}), DType.UINT8, 1));
        assertThrows(PythonException.class, () -> NumpyArray.of(new double[][] {{1}, {2, 3}}));
        assertThrows(PythonException.class, () -> NumpyArray.of(new double[5], 2, 2));
    }

    @Test
    @Tag("B13")
    void buffersCross() {
        ByteBuffer direct = ByteBuffer.allocateDirect(32).order(ByteOrder.BIG_ENDIAN);
        direct.putInt(0, 7).putInt(4, -7);
        assertCrosses("np.array([7, -7], '>i4')", NumpyArray.of(direct.asIntBuffer().limit(2)));
        assertCrosses("np.array([7, -7], '>i4')",
                NumpyArray.of(ByteBuffer.allocate(8).putInt(7).putInt(-7).flip().asIntBuffer()));
        assertCrosses("np.zeros((2, 2), '>f4')",
                NumpyArray.of(direct.position(8).slice().asFloatBuffer().limit(4), 2, 2));
        assertCrosses("np.array([1.5])", NumpyArray.of(DoubleBuffer.wrap(new double[] {0, 1.5}).position(1)));
        assertCrosses("np.zeros(3, 'i1')", NumpyArray.of(ByteBuffer.allocateDirect(3)));
        assertCrosses("np.array([97], 'u2')", NumpyArray.of(java.nio.CharBuffer.wrap(new char[] {'a'})));
        assertCrosses("np.array([1])", NumpyArray.of(java.nio.LongBuffer.wrap(new long[] {1})));
        assertCrosses("np.array([1], 'i2')", NumpyArray.of(java.nio.ShortBuffer.wrap(new short[] {1})));
    }

    private static void assertCrosses(String expected, NumpyArray array) {
        PythonExecutioner.setVariable("crossed", array);
        PythonExecutioner.exec("expected = " + expected);
        assertTrueInPython("crossed.dtype == expected.dtype and crossed.shape == expected.shape"
                + " and (crossed == expected).all() and crossed.flags.writeable");
    }

    @Test
    void whatMakesNoArrayIsRefused() {
        MemorySegment memory = Arena.ofAuto().allocate(64, 8);
        assertThrows(PythonException.class, () -> NumpyArray.of(memory, DType.FLOAT64, 9));
        assertThrows(PythonException.class, () -> NumpyArray.of(memory, DType.FLOAT64, -1));
        assertThrows(PythonException.class, () -> NumpyArray.of(memory, DType.FLOAT64, Long.MAX_VALUE, 4));
        assertThrows(PythonException.class, () -> NumpyArray.of(memory, DType.INT8, Long.MAX_VALUE, 0, 4, 4));
        assertThrows(PythonException.class,
                () -> NumpyArray.of(memory, DType.FLOAT64, new long[] {2}, new long[] {8, 8}));
        assertThrows(PythonException.class,
                () -> NumpyArray.of(memory, DType.FLOAT64, new long[] {2}, new long[] {Long.MIN_VALUE}));
        assertThrows(PythonException.class, () -> NumpyArray.of(memory, DType.DATETIME64, 8));
        assertThrows(PythonException.class, () -> NumpyArray.of(memory, DType.TEXT, 8));
        for (String typestr : List.of("", "<", "O", "<f3", "f8[ns]", "<M8", "<i", "|O8", "<U-1")) {
            assertThrows(PythonException.class,
                    () -> NumpyArray.of(memory, typestr, new long[] {1}, null), typestr);
        }
        PythonException broken = assertThrows(PythonException.class, () -> PythonExecutioner.setVariable(
                "x", NumpyArray.of(memory, "<M8[nonsense]", new long[] {1}, null)));
        assertTrue(broken.getMessage().contains("nonsense"), broken.getMessage());
    }

    // Sharing

    @Test
    @Tag("B13")
    void writesAreSeenOnTheOtherSide() {
        NumpyArray java = NumpyArray.zeros(DType.FLOAT64, 2, 3);
        PythonExecutioner.setVariable("java", java);
        PythonExecutioner.exec("java[1, 2] = 5");
        assertEquals(5, java.getDouble(1, 2));
        java.asDoubleBuffer().put(0, 7);
        assertTrueInPython("java[0, 0] == 7");

        NumpyArray python = array("np.zeros((2, 3))");
        python.segment().set(ValueLayout.JAVA_DOUBLE, python.offset(1, 0), 3);
        assertTrueInPython("value[1, 0] == 3");
        PythonExecutioner.exec("value[0, 1] = 4");
        assertEquals(4, python.getDouble(0, 1));

        DoubleBuffer direct = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder()).asDoubleBuffer();
        NumpyArray buffer = NumpyArray.of(direct);
        assertTrue(buffer.isShared());
        PythonExecutioner.setVariable("buffer", buffer);
        PythonExecutioner.exec("buffer += 1");
        assertEquals(1, direct.get(1));
    }

    @Test
    @Tag("B13")
    void whatIsReadOnlyStaysSo() {
        NumpyArray python = array("np.frombuffer(b'abcd', 'u1')");
        assertTrue(python.isReadOnly());
        assertThrows(IllegalArgumentException.class, () -> python.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
        assertTrue(python.asByteBuffer().isReadOnly());
        PythonExecutioner.setVariable("java", NumpyArray.of(
                Arena.ofAuto().allocate(8).asReadOnly(), DType.INT64, 1));
        assertTrueInPython("not java.flags.writeable");
        assertThrows(PythonException.class, () -> PythonExecutioner.exec("java[0] = 1"));
    }

    @Test
    @Tag("B8")
    void whatHasABufferIsReadToo() {
        PythonExecutioner.exec("""
                import array
                plain, changing = b'abc', bytearray(b'abc')
                numbers = array.array('d', [1, 2])
                part = memoryview(changing)[::2]
                """);
        assertArrayEquals(new byte[] {97, 98, 99}, get("plain").toByteArray());
        assertArrayEquals(new double[] {1, 2}, get("numbers").toDoubleArray());
        assertArrayEquals(new byte[] {97, 99}, get("part").toByteArray());
        try (NumpyArray changing = get("changing")) {
            changing.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 'x');
            assertTrueInPython("changing == b'xbc'");
            PythonExecutioner.setVariable("again", changing);
        }
        PythonExecutioner.exec("again[1] = 121");
        assertTrueInPython("changing == b'xyc' and type(again) is np.ndarray");
    }

    @Test
    @Tag("B8")
    @Tag("S48")
    void whatIsNoArrayIsRefused() {
        assertRefused("'text'", "str");
        assertRefused("[1, 2]", "list");
        assertRefused("np.array([1, 'a', None], object)", "object");
        assertRefused("np.array([(1, 2)], [('a', 'i4'), ('b', object)])", "object");
        assertRefused("memoryview(np.array([None]))", "objects");
        assertRefused("np.ma.array([1, 2], mask=[0, 1])", "mask");
        assertRefused("None", "NoneType");
        PythonException missing = assertThrows(PythonException.class, () -> get("nothing_here"));
        assertTrue(missing.getMessage().contains("nothing_here"), missing.getMessage());
    }

    private static void assertRefused(String expression, String reason) {
        String message = assertThrows(PythonException.class, () -> array(expression)).getMessage();
        assertTrue(message.startsWith("Could not convert value to numpy.ndarray: variable 'value': "), message);
        assertTrue(message.contains(reason), message);
    }

    @Test
    @Tag("B8")
    void recordsAreBytesWithTheirMakeUp() {
        NumpyArray records = array("np.array([(1, 2.5), (3, 4.5)], [('a', '<i4'), ('b', '<f8')])");
        assertEquals(DType.RAW, records.dtype());
        assertEquals(12, records.itemSize());
        assertTrue(records.format().contains(":a:") && records.format().contains(":b:"), records.format());
        assertEquals(4.5, records.segment().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, records.offset(1) + 4));
    }

    // Variables

    @Test
    @Tag("S4")
    @Tag("S6")
    @SuppressWarnings("rawtypes")
    void arraysAreVariables() {
        PythonVariable<NumpyArray> in = new PythonVariable<>("x", NumpyArray.INSTANCE, new double[] {1, 2, 3});
        PythonVariable<NumpyArray> out = new PythonVariable<>("y", NumpyArray.INSTANCE);
        List<PythonVariable> inputs = List.of(in);
        List<PythonVariable> outputs = List.of(out);
        PythonExecutioner.exec("y = x * 2", inputs, outputs);
        assertArrayEquals(new double[] {2, 4, 6}, out.getValue().toDoubleArray());
        assertEquals("numpy.ndarray", out.getType());
        assertEquals("<class 'numpy.ndarray'>", NumpyArray.INSTANCE.pythonType().toString());
        assertArrayEquals(new double[] {2, 4, 6},
                NumpyArray.INSTANCE.toJava(Python.eval("y")).toDoubleArray());
        assertEquals(12, NumpyArray.INSTANCE.toPython(out.getValue()).attr("sum").call().attr("item").call().toDouble());
        assertThrows(PythonException.class, () -> new PythonVariable<>("x", NumpyArray.INSTANCE, "text"));
    }

    @Test
    @Tag("S5")
    @SuppressWarnings("rawtypes")
    void execAndReturnAllFindsArrays() {
        PythonVariables all = PythonExecutioner.execAndReturnAllVariables(
                "a = np.arange(3); o = np.array([None]); n = [np.ones(2)]");
        PythonVariable a = all.get("a");
        assertEquals("numpy.ndarray", a.getType());
        assertArrayEquals(new long[] {0, 1, 2}, assertInstanceOf(NumpyArray.class, a.getValue()).toLongArray());
        List<?> nested = assertInstanceOf(List.class, all.get("n").getValue());
        assertArrayEquals(new double[] {1, 1}, ((NumpyArray) nested.get(0)).toDoubleArray());
        assertSame(NumpyArray.INSTANCE, PythonTypes.get("numpy.ndarray"));
        assertSame(NumpyArray.INSTANCE, PythonTypes.getPythonTypeForPythonObject(Python.eval("a")));
        assertFalse(NumpyArray.INSTANCE.packages()[0].toPath().resolve("numpy").toFile().list().length == 0);
    }
}
