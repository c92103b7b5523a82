package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind of value, each way, as the other side shows it. */
@Tag("B8")
@SuppressWarnings("try") // a lock scope has no use beyond its block
class ConversionTest {

    private static final String SMILE = "\ud83d\ude00";
    private static final LocalDateTime NOON = LocalDateTime.of(2020, 2, 29, 12, 0, 1, 2_000);
    private static final ZoneId PARIS = ZoneId.of("Europe/Paris");
    private static final LocalDateTime TWICE = LocalDateTime.of(2020, 10, 25, 2, 30);

    private record Point(int x, Object y) {}

    private static Map<Object, Object> ordered(Object... pairs) {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static Object eval(String expression) {
        try (PythonGIL gil = PythonGIL.lock()) {
            return Python.eval(expression).toJava();
        }
    }

    private static String show(Object value) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.setVariable("shown", value);
            return (String) Python.eval("repr(shown)").toJava();
        }
    }

    static Stream<Arguments> toPython() {
        return Stream.of(
                arguments(null, "None"),
                arguments(true, "True"),
                arguments((byte) -1, "-1"),
                arguments((short) -300, "-300"),
                arguments(Integer.MIN_VALUE, "-2147483648"),
                arguments(Long.MAX_VALUE, "9223372036854775807"),
                arguments(Long.MIN_VALUE, "-9223372036854775808"),
                arguments(BigInteger.TEN, "10"),
                arguments(BigInteger.TWO.pow(63), "9223372036854775808"),
                arguments(BigInteger.TWO.pow(200).negate(), "-" + BigInteger.TWO.pow(200)),
                arguments(0.1f, "0.10000000149011612"),
                arguments(-0.0, "-0.0"),
                arguments(Double.NaN, "nan"),
                arguments(Double.NEGATIVE_INFINITY, "-inf"),
                arguments(Double.MIN_VALUE, "5e-324"),
                arguments('x', "'x'"),
                arguments("", "''"),
                arguments("?", "'?'"),
                arguments("a\0é" + SMILE, "'a\\x00é" + SMILE + "'"),
                arguments("\uFFFD?".repeat(600), "'" + "\uFFFD?".repeat(600) + "'"),
                arguments(new StringBuilder("ab"), "'ab'"),
                arguments(new byte[] {0, -1}, "b'\\x00\\xff'"),
                arguments(ByteBuffer.wrap(new byte[] {1, 2, 3}, 1, 2), "b'\\x02\\x03'"),
                arguments(ByteBuffer.allocateDirect(1).asReadOnlyBuffer(), "b'\\x00'"),
                arguments(new char[] {'a', 'b'}, "'ab'"),
                arguments(new int[] {1, -2}, "[1, -2]"),
                arguments(new long[] {1, 1L << 40}, "[1, 1099511627776]"),
                arguments(new short[] {3}, "[3]"),
                arguments(new float[] {0.5f}, "[0.5]"),
                arguments(new double[] {0.1}, "[0.1]"),
                arguments(new boolean[] {true, false}, "[True, False]"),
                arguments(new int[][] {{1}, {}}, "[[1], []]"),
                arguments(new Object[] {1, null}, "[1, None]"),
                arguments(Arrays.asList(1, "a", null), "[1, 'a', None]"),
                arguments(new TreeMap<>(Map.of("b", 1, "a", 2)).values(), "[2, 1]"),
                arguments(Set.of(7), "{7}"),
                arguments(Set.of(), "set()"),
                arguments(Set.of(List.of(1, Set.of(2))), "{(1, frozenset({2}))}"),
                arguments(ordered("z", 1, "a", 2), "{'z': 1, 'a': 2}"),
                arguments(ordered(2, "b", null, "a"), "{2: 'b', None: 'a'}"),
                arguments(ordered(List.of(1, 2), 3), "{(1, 2): 3}"),
                arguments(ordered(Optional.of(List.of()), 3), "{(): 3}"),
                arguments(ordered(new String[] {"a"}, 3), "{('a',): 3}"),
                arguments(Map.of(), "{}"),
                arguments(Map.entry("a", List.of(1)), "('a', [1])"),
                arguments(Optional.of(Optional.of(1)), "1"),
                arguments(Optional.empty(), "None"),
                arguments(OptionalInt.of(1), "1"),
                arguments(OptionalLong.empty(), "None"),
                arguments(OptionalDouble.of(0.5), "0.5"),
                arguments(TimeUnit.DAYS, "'DAYS'"),
                arguments(new Point(1, new Point(2, null)), "{'x': 1, 'y': {'x': 2, 'y': None}}"));
    }

    @ParameterizedTest
    @MethodSource
    void toPython(Object value, String repr) {
        assertEquals(repr, show(value));
    }

    static Stream<Arguments> specialsToPython() {
        return Stream.of(
                arguments(new BigDecimal("1.50"), "Decimal('1.50')"),
                arguments(new BigDecimal("-1E+300"), "Decimal('-1E+300')"),
                arguments(UUID.fromString("00000000-0000-0001-0000-000000000002"),
                        "UUID('00000000-0000-0001-0000-000000000002')"),
                arguments(Path.of("a", "b"), "PosixPath('a/b')"),
                arguments(new File("c"), "PosixPath('c')"),
                arguments(LocalDate.of(1, 2, 3), "datetime.date(1, 2, 3)"),
                arguments(LocalTime.of(1, 2, 3, 4_000), "datetime.time(1, 2, 3, 4)"),
                arguments(OffsetTime.of(1, 0, 0, 0, ZoneOffset.UTC),
                        "datetime.time(1, 0, tzinfo=datetime.timezone.utc)"),
                arguments(NOON, "datetime.datetime(2020, 2, 29, 12, 0, 1, 2)"),
                arguments(OffsetDateTime.of(NOON, ZoneOffset.ofHoursMinutes(-1, -30)),
                        "datetime.datetime(2020, 2, 29, 12, 0, 1, 2, tzinfo=datetime.timezone("
                                + "datetime.timedelta(days=-1, seconds=81000)))"),
                arguments(NOON.atZone(PARIS), "datetime.datetime(2020, 2, 29, 12, 0, 1, 2, "
                        + "tzinfo=zoneinfo.ZoneInfo(key='Europe/Paris'))"),
                arguments(TWICE.atZone(PARIS).withLaterOffsetAtOverlap(),
                        "datetime.datetime(2020, 10, 25, 2, 30, fold=1, "
                                + "tzinfo=zoneinfo.ZoneInfo(key='Europe/Paris'))"),
                arguments(NOON.atZone(ZoneId.of("UTC+1")), "datetime.datetime(2020, 2, 29, 12, 0, 1, 2, "
                        + "tzinfo=datetime.timezone(datetime.timedelta(seconds=3600)))"),
                arguments(Instant.ofEpochSecond(1), "datetime.datetime(1970, 1, 1, 0, 0, 1, "
                        + "tzinfo=datetime.timezone.utc)"),
                arguments(new Date(1_000), "datetime.datetime(1970, 1, 1, 0, 0, 1, "
                        + "tzinfo=datetime.timezone.utc)"),
                arguments(Duration.ofNanos(-1_000), "datetime.timedelta(days=-1, seconds=86399, "
                        + "microseconds=999999)"),
                arguments(PARIS, "zoneinfo.ZoneInfo(key='Europe/Paris')"),
                arguments(ZoneOffset.UTC, "datetime.timezone.utc"));
    }

    @ParameterizedTest
    @MethodSource
    void specialsToPython(Object value, String repr) {
        assertEquals(repr, show(value));
    }

    static Stream<Arguments> toJava() {
        return Stream.of(
                arguments("None", null),
                arguments("True", true),
                arguments("0", 0L),
                arguments("-(1 << 30) + 1", -(1L << 30) + 1),
                arguments("1 << 30", 1L << 30),
                arguments("-(1 << 63)", Long.MIN_VALUE),
                arguments("1 << 63", BigInteger.TWO.pow(63)),
                arguments("-(1 << 200)", BigInteger.TWO.pow(200).negate()),
                arguments("float('nan')", Double.NaN),
                arguments("-0.0", -0.0),
                arguments("'a\\0é\\U0001f600'", "a\0é" + SMILE),
                arguments("[1, [2.5, None]]", List.of(1L, Arrays.asList(2.5, null))),
                arguments("(1, None)", Arrays.asList(1L, null)),
                arguments("()", List.of()),
                arguments("{1, 2}", Set.of(1L, 2L)),
                arguments("frozenset([(1,)])", Set.of(List.of(1L))),
                arguments("{'z': 1, (2,): {}}", ordered("z", 1L, List.of(2L), Map.of())),
                arguments("range(3)", List.of(0L, 1L, 2L)),
                arguments("range(5, 0, -2)", List.of(5L, 3L, 1L)),
                arguments("__import__('collections').deque([1])", List.of(1L)),
                arguments("__import__('collections').Counter('aab')", ordered("a", 2L, "b", 1L)),
                arguments("__import__('array').array('h', [1])", List.of(1L)),
                arguments("__import__('decimal').Decimal('1.50')", new BigDecimal("1.50")),
                arguments("__import__('decimal').Decimal('1E+7')", new BigDecimal("1E+7")),
                arguments("__import__('uuid').UUID(int=1)", new UUID(0, 1)),
                arguments("__import__('pathlib').Path('a/b')", Path.of("a", "b")),
                arguments("__import__('http').HTTPStatus.OK", 200L),
                arguments("__import__('inspect')._ParameterKind.VAR_KEYWORD", 4L),
                arguments("__import__('uuid').SafeUUID.safe", "safe"),
                arguments("__import__('sys').float_info.__class__.__mro__[1](())", List.of()));
    }

    @ParameterizedTest
    @MethodSource
    void toJava(String expression, Object value) {
        assertEquals(value, eval(expression));
    }

    static Stream<Arguments> times() {
        return Stream.of(
                arguments("date(1, 2, 3)", LocalDate.of(1, 2, 3)),
                arguments("time(1, 2, 3, 4)", LocalTime.of(1, 2, 3, 4_000)),
                arguments("time(1, tzinfo=timezone.utc)", OffsetTime.of(1, 0, 0, 0, ZoneOffset.UTC)),
                arguments("datetime(2020, 2, 29, 12, 0, 1, 2)", NOON),
                arguments("datetime(2020, 2, 29, 12, 0, 1, 2, timezone(timedelta(hours=-1)))",
                        NOON.atOffset(ZoneOffset.ofHours(-1))),
                arguments("datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo('Europe/Paris'))",
                        TWICE.atZone(PARIS).withLaterOffsetAtOverlap()),
                arguments("timedelta(microseconds=-1)", Duration.ofNanos(-1_000)),
                arguments("timedelta.max", Duration.ofDays(1_000_000_000).minusNanos(1_000)),
                arguments("timezone(timedelta(hours=5, minutes=30))", ZoneOffset.ofHoursMinutes(5, 30)),
                arguments("ZoneInfo('Europe/Paris')", PARIS));
    }

    @ParameterizedTest
    @MethodSource
    void times(String expression, Object value) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("from datetime import *\nfrom zoneinfo import ZoneInfo");
            assertEquals(value, eval(expression));
            PythonExecutioner.setVariable("back", value);
            assertEquals(true, eval("back == " + expression + " and type(back) is type(" + expression + ")"));
        }
    }

    @Test
    void bytesOfAnyKindAreCopied() {
        byte[] expected = {97, 0, -1};
        assertArrayEquals(expected, (byte[]) eval("b'a\\0\\xff'"));
        assertArrayEquals(expected, (byte[]) eval("bytearray(b'a\\0\\xff')"));
        assertArrayEquals(expected, (byte[]) eval("memoryview(b'a-\\0-\\xff')[::2]"));
    }

    @Test
    void dataclassesAndNamedTuplesAreMapsOfTheirFields() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("""
                    from dataclasses import dataclass
                    from collections import namedtuple, OrderedDict
                    @dataclass
                    class Item:
                        name: str
                        price: float
                    Pair = namedtuple('Pair', 'x y')
                    item = [Item('a', 1.5), Pair(1, None)]
                    late = OrderedDict(a=1, b=2)
                    late.move_to_end('a')
                    """);
            assertEquals(List.of(ordered("name", "a", "price", 1.5), ordered("x", 1L, "y", null)), eval("item"));
            assertEquals("[b, a]", ((Map<?, ?>) eval("late")).keySet().toString());
        }
    }

    @Test
    void whatIsNoValueStaysAnObjectWhereverItStands() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("""
                    import math, decimal
                    from fractions import Fraction
                    class Own:
                        def __getattr__(self, name):
                            raise RuntimeError(name)
                    class OwnInt(int):
                        pass
                    mixed = [1, math, {'own': Own()}, 2j, Fraction(1, 3), decimal.Decimal('NaN'), OwnInt(7)]
                    """);
            List<?> mixed = (List<?>) eval("mixed");
            assertEquals("module", ((PythonObject) mixed.get(1)).typeName());
            assertEquals("Own", ((PythonObject) ((Map<?, ?>) mixed.get(2)).get("own")).typeName());
            for (Object stays : mixed.subList(3, mixed.size())) {
                assertEquals(PythonObject.class, stays.getClass());
            }
            PythonExecutioner.setVariable("back", List.of(mixed.get(1)));
            assertEquals(true, eval("back[0] is math"));
        }
    }

    @Test
    void oneContainerInPythonIsOneInJava() {
        List<?> both = (List<?>) eval("[[1]] * 2");
        assertSame(both.get(0), both.get(1));
        Object tower = eval("__import__('functools').reduce(lambda inner, _: [inner, inner], range(190), [])");
        assertEquals(2, ((List<?>) tower).size());
    }

    @Test
    void eachPlaceInJavaGetsAnObjectOfItsOwn() {
        try (PythonGIL gil = PythonGIL.lock()) {
            List<Object> one = new ArrayList<>();
            PythonExecutioner.setVariable("two", List.of(one, one));
            assertEquals(true, eval("two == [[], []] and two[0] is not two[1]"));
        }
    }

    @Test
    void listsCanBeChangedAndTuplesCannot() {
        @SuppressWarnings("unchecked")
        List<Object> list = (List<Object>) eval("[1]");
        list.add(2);
        assertEquals(2, list.size());
        @SuppressWarnings("unchecked")
        List<Object> tuple = (List<Object>) eval("(1,)");
        assertThrows(UnsupportedOperationException.class, () -> tuple.set(0, 2));
    }

    @Test
    void orderIsKept() {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 1_000; i > 0; i--) {
            map.put("k" + i, i);
        }
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.setVariable("m", map);
            assertEquals(new ArrayList<>(map.keySet()), new ArrayList<>(((Map<?, ?>) eval("m")).keySet()));
            assertEquals(List.of("a", "b", "c"), eval("list(dict.fromkeys('abc'))"));
            PythonExecutioner.setVariable("s", new LinkedHashSet<>(new TreeSet<>(Set.of(3, 1, 2))));
            assertEquals(true, eval("s == {1, 2, 3}"));
        }
    }

    @Test
    void numpyScalarsAreNumbers() {
        Packages.require("numpy");
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("import numpy");
            assertEquals(7L, eval("numpy.int32(7)"));
            assertEquals(0.5, eval("numpy.float16(0.5)"));
            assertEquals(true, eval("numpy.bool_(True)"));
            assertNotSame(null, eval("numpy.complex128(1)"));
        }
    }
}
