package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Variables read as the Java types that a program asks for. */
@Tag("S7")
@SuppressWarnings("try") // a lock scope has no use beyond its block
class TypedReadsTest {

    private record Item(String name, BigDecimal price, int count) {}

    private record Order(long id, List<Item> items, TimeUnit unit, Optional<String> note, LocalDate day) {}

    private record Page<T>(List<T> rows, Map<String, Set<T>> index, T[] all) {}

    private record Pages(Page<Item> items, Page<Long> numbers) {}

    private record Strict(int number) {
        Strict {
            if (number < 0) {
                throw new IllegalArgumentException("negative");
            }
        }
    }

    private static <T> T read(String expression, PythonType<T> type) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("from decimal import Decimal\nfrom datetime import *\n"
                    + "from pathlib import Path\nv = " + expression);
            return PythonExecutioner.getVariable("v", type).getValue();
        }
    }

    @Test
    void aDictBecomesARecordByItsKeys() {
        Order order = read("""
                {'day': date(2020, 1, 2), 'id': 7, 'unit': 'DAYS', 'note': None,
                 'items': [{'name': 'a', 'price': Decimal('1.50'), 'count': 3}]}""", PythonTypes.of(Order.class));
        assertEquals(new Order(7, List.of(new Item("a", new BigDecimal("1.50"), 3)), TimeUnit.DAYS,
                Optional.empty(), LocalDate.of(2020, 1, 2)), order);
    }

    @Test
    void aRecordGoesThereAndBack() {
        Order order = new Order(1, List.of(new Item(null, BigDecimal.ONE, -1)), TimeUnit.HOURS,
                Optional.of("n"), LocalDate.EPOCH);
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonVariable<Order> variable = new PythonVariable<>("order", PythonTypes.of(Order.class), order);
            PythonExecutioner.exec("again = order", List.of(variable), null);
            assertEquals(order, PythonExecutioner.getVariable("again", PythonTypes.of(Order.class)).getValue());
        }
    }

    @Test
    void genericComponentsAreTypedThroughout() {
        Pages pages = read("""
                {'items': {'rows': [{'name': 'a', 'price': Decimal(1), 'count': 1}], 'index': {}, 'all': []},
                 'numbers': {'rows': [1], 'index': {'a': {2}}, 'all': (3, 4)}}""", PythonTypes.of(Pages.class));
        assertEquals(new Item("a", BigDecimal.ONE, 1), pages.items().rows().get(0));
        assertEquals(Map.of("a", Set.of(2L)), pages.numbers().index());
        assertArrayEquals(new Object[] {3L, 4L}, (Object[]) pages.numbers().all());
    }

    @Test
    void aClassOfAScriptBecomesARecordOrAnEnumOfJavas() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("""
                    import dataclasses, decimal, enum
                    class Unit(enum.Enum):
                        DAYS = 1
                    @dataclasses.dataclass
                    class Item:
                        name: str
                        price: decimal.Decimal
                        count: int = 1
                    unit, item = Unit.DAYS, Item('a', decimal.Decimal('2.50'))
                    """);
            assertEquals(TimeUnit.DAYS,
                    PythonExecutioner.getVariable("unit", PythonTypes.of(TimeUnit.class)).getValue());
            assertEquals(new Item("a", new BigDecimal("2.50"), 1),
                    PythonExecutioner.getVariable("item", PythonTypes.of(Item.class)).getValue());
        }
    }

    static Stream<Arguments> fits() {
        return Stream.of(
                arguments("5", Integer.class, 5),
                arguments("-5", Short.class, (short) -5),
                arguments("5", Byte.class, (byte) 5),
                arguments("5", BigInteger.class, BigInteger.valueOf(5)),
                arguments("5", BigDecimal.class, BigDecimal.valueOf(5)),
                arguments("1 << 70", BigDecimal.class, new BigDecimal(BigInteger.TWO.pow(70))),
                arguments("5", Double.class, 5.0),
                arguments("1 << 70", Double.class, 0x1p70),
                arguments("1 << 70", BigInteger.class, BigInteger.TWO.pow(70)),
                arguments("0.5", Float.class, 0.5f),
                arguments("5", Float.class, 5f),
                arguments("float('nan')", Float.class, Float.NaN),
                arguments("'x'", Character.class, 'x'),
                arguments("'DAYS'", TimeUnit.class, TimeUnit.DAYS),
                arguments("Path('a')", File.class, new File("a")),
                arguments("datetime(1970, 1, 1, 0, 0, 1, tzinfo=timezone.utc)", Instant.class, Instant.ofEpochSecond(1)),
                arguments("(1, 2)", Object.class, List.of(1L, 2L)),
                arguments("frozenset([1])", Set.class, Set.of(1L)));
    }

    @ParameterizedTest
    @MethodSource
    void fits(String expression, Class<?> type, Object value) {
        assertEquals(value, read(expression, PythonTypes.of(type)));
    }

    @Test
    void arraysAndGenericTypesFit() {
        assertArrayEquals(new int[] {1, 2}, read("[1, 2]", PythonTypes.of(int[].class)));
        assertArrayEquals(new double[][] {{1, 2.5}}, read("[[1, 2.5]]", PythonTypes.of(double[][].class)));
        assertArrayEquals(new byte[] {1}, read("b'\\1'", PythonTypes.of(byte[].class)));
        assertEquals(List.of(1, 2), read("[1, 2]", PythonTypes.listOf(PythonTypes.of(Integer.class))));
        assertEquals(Map.of("a", List.of(1.0)), read("{'a': [1]}",
                PythonTypes.mapOf(PythonTypes.STR, PythonTypes.listOf(PythonTypes.FLOAT))));
        assertEquals("dict[str, list[float]]",
                PythonTypes.mapOf(PythonTypes.STR, PythonTypes.listOf(PythonTypes.FLOAT)).getName());
    }

    static Stream<Arguments> misfits() {
        return Stream.of(
                arguments("'abc'", PythonTypes.INT, "Could not convert value to int: str 'abc' (variable 'v')"),
                arguments("1 << 64", PythonTypes.INT, "Could not convert value to int: int 18446744073709551616"
                        + " does not fit in 64 bits; use PythonTypes.BIG_INT"),
                arguments("True", PythonTypes.INT, "Could not convert value to int: bool True"),
                arguments("2.0", PythonTypes.INT, "Could not convert value to int: float 2.0"),
                arguments("None", PythonTypes.STR, "Could not convert value to str: None"),
                arguments("2**53 + 1", PythonTypes.FLOAT, "Could not convert value to float: int 9007199254740993"
                        + " has no float that is equal to it; use PythonTypes.INT"),
                arguments("1 << 5000", PythonTypes.FLOAT, "Could not convert value to float: expected Double, got int"),
                arguments("'x'", PythonTypes.FLOAT, "Could not convert value to float: str 'x'"),
                arguments("len", PythonTypes.LIST, "Could not convert value to list: an object of type builtin"),
                arguments("300", PythonTypes.of(Byte.class), "Could not convert value to int: expected Byte, got int 300"),
                arguments("0.1", PythonTypes.of(Float.class), "expected Float, got float 0.1"),
                arguments("0.1", PythonTypes.of(BigDecimal.class), "Could not convert value to Decimal: expected"),
                arguments("'X'", PythonTypes.of(TimeUnit.class), "got str 'X'"),
                arguments("[1, 'x']", PythonTypes.of(int[].class), "[1]: expected int, got str 'x'"),
                arguments("{1: 'x'}", PythonTypes.mapOf(PythonTypes.INT, PythonTypes.INT), "[1]: expected Long, got str"),
                arguments("{'x': 1}", PythonTypes.mapOf(PythonTypes.INT, PythonTypes.INT), "{key}: expected Long, got str"),
                arguments("{'number': 1, 'other': 2}", PythonTypes.of(Strict.class), "expected no key 'other' in a Strict"),
                arguments("{}", PythonTypes.of(Strict.class), "expected the key 'number' of a Strict, which is missing"),
                arguments("{'number': None}", PythonTypes.of(Strict.class), ".number: expected int, got None"),
                arguments("{'number': -1}", PythonTypes.of(Strict.class), "its constructor throws java.lang.Illegal"),
                arguments("[{'name': 'a', 'price': 1.5, 'count': 1}]",
                        PythonTypes.listOf(PythonTypes.of(Item.class)),
                        "Could not convert value to list[Item]: [0].price: expected BigDecimal, got float 1.5"));
    }

    @Tag("S48")
    @ParameterizedTest
    @MethodSource
    void misfits(String expression, PythonType<?> type, String message) {
        PythonException failure = assertThrows(PythonException.class, () -> read(expression, type));
        assertTrue(failure.getMessage().contains(message), failure.getMessage());
    }

    @Test
    void typesAreEqualWhenNameAndClassAre() {
        assertEquals(PythonTypes.of(Item.class), PythonTypes.of(Item.class));
        assertEquals(PythonTypes.INT, PythonTypes.of(long.class));
        assertNotEquals(PythonTypes.INT, PythonTypes.BIG_INT);
        assertNotEquals(PythonTypes.listOf(PythonTypes.INT), PythonTypes.listOf(PythonTypes.BIG_INT));
        assertEquals(PythonTypes.SET, PythonTypes.get("set"));
    }

    @Test
    @Tag("S5")
    void resultsHaveTheTypesOfTheirValues() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonVariables all = PythonExecutioner.execAndReturnAllVariables(
                    "import datetime\na = 5\nb = '10'\nc = 20.0\nd = datetime.date(2020, 1, 1)\ns = {1}\nn = None");
            List<String> types = List.of("a", "b", "c", "d", "s", "n").stream()
                    .map(name -> all.get(name).getType()).toList();
            assertEquals(List.of("int", "str", "float", "date", "set", "NoneType"), types);
        }
    }

    @Test
    void aTypeOfOnesOwnMakesTheObjectsOfItsVariables() {
        PythonType<String> shouted = new PythonType<>("shouted", String.class) {
            @Override
            public PythonObject toPython(String value) {
                return new PythonObject(value.toUpperCase(java.util.Locale.ROOT));
            }

            @Override
            public String toJava(PythonObject object) {
                return object.toString() + "!";
            }
        };
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonVariable<String> out = new PythonVariable<>("y", shouted);
            PythonExecutioner.exec("y = x + x", List.of(new PythonVariable<>("x", shouted, "a")), List.of(out));
            assertEquals("AA!", out.getValue());
        }
    }

    @Test
    void anArrayGivenAsAListMayHoldNull() {
        Object[] array = {1, null};
        PythonVariable<?> variable = new PythonVariable<>("v", PythonTypes.LIST, array);
        assertEquals(Arrays.asList(1, null), variable.getValue());
    }
}
