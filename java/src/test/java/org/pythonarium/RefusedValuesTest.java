package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Period;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What does not cross: where it is, what it is, what to do, and that nothing is left behind. */
@Tag("B8")
@SuppressWarnings("try") // a lock scope has no use beyond its block
class RefusedValuesTest {

    private record Order(String name, List<Object> items) {}

    private record Broken(int fails) {
        @Override
        public int fails() {
            throw new IllegalStateException("no");
        }
    }

    private static List<Object> cyclic() {
        List<Object> list = new ArrayList<>();
        list.add(Map.of("again", list));
        return list;
    }

    private static Object nested(int levels) {
        Object value = 1;
        for (int i = 0; i < levels; i++) {
            value = List.of(value);
        }
        return value;
    }

    private static Map<Object, Object> pairs(Object first, Object second) {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put(first, 1);
        map.put(second, 2);
        return map;
    }

    static Stream<Arguments> toPython() {
        return Stream.of(
                arguments(Locale.ROOT, "v: a java.util.Locale cannot cross to Python; give its data"),
                arguments(Map.of("a", List.of(1, 2, new Order("x", List.of(0, Locale.ROOT)))),
                        "v['a'][2].items[1]: a java.util.Locale cannot cross"),
                arguments(Map.of(1, Map.of(true, Locale.ROOT)), "v[1][True]: a java.util.Locale cannot cross"),
                arguments(cyclic(), "v[0]['again']: a List that contains itself cannot cross"),
                arguments(nested(201), "[0]: a List nested deeper than 200 levels cannot cross"),
                arguments("a\ud800", "v: a text with a lone surrogate, \\ud800 at index 1 cannot cross"),
                arguments(List.of("é?\udc00!"), "v[0]: a text with a lone surrogate, \\udc00 at index 2"),
                arguments(new char[] {'\ud800'}, "v: a text with a lone surrogate, \\ud800 at index 0"),
                arguments(Map.of(Map.of(), 1), "v{key}: a key of class"),
                arguments(Map.of(new Order("a", null), 1), "which Python cannot hash"),
                arguments(pairs(1, 1.0), "v{key}: a key that is equal to another one in Python, 1.0 cannot cross"),
                arguments(pairs(true, 1), "v{key}: a key that is equal to another one in Python, 1 cannot cross"),
                arguments(new LinkedHashSet<>(List.of(0.0, -0.0)),
                        "v{...}: a member that is equal to another one in Python, -0.0 cannot cross"),
                arguments(List.of(new Broken(1)), "v[0].fails: a component whose accessor throws"),
                arguments(LocalTime.of(1, 0, 0, 1), "v: a LocalTime with 1 nanoseconds cannot cross to Python; "
                        + "Python has whole microseconds: use truncatedTo(ChronoUnit.MICROS)"),
                arguments(Duration.ofNanos(1), "v: a Duration with 1 nanoseconds"),
                arguments(LocalDate.of(10_000, 1, 1), "v: the LocalDate +10000-01-01, which Python does not have"),
                arguments(Instant.MAX, "v: the Instant"),
                arguments(Duration.ofSeconds(Long.MAX_VALUE), "v: the Duration"),
                arguments(Period.ofDays(1), "v: a java.time.Period cannot cross"),
                arguments(Stream.of(1), "make a list of it"),
                arguments(new AtomicInteger(), "give its get()"),
                arguments(new Object(), "v: a java.lang.Object cannot cross"));
    }

    @ParameterizedTest
    @MethodSource
    void toPython(Object value, String message) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonException refused =
                    assertThrows(PythonException.class, () -> PythonExecutioner.setVariable("v", value));
            assertTrue(refused.getMessage().contains(message), refused.getMessage());
        }
    }

    @Test
    void twoHundredLevelsCrossBothWays() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.setVariable("deep", nested(200));
            assertEquals(Python.eval("deep").toJava().toString(), nested(200).toString());
            assertEquals("list", PythonExecutioner.getAllVariables().get("deep").getType());
            PythonExecutioner.exec("deep = {(0, 1), range(2)}");
            assertEquals("object", PythonExecutioner.getAllVariables().get("deep").getType());
            PythonExecutioner.deleteVariable("deep");
        }
    }

    static Stream<Arguments> toJava() {
        return Stream.of(
                arguments("v = []; v.append({'again': v})", "v[0]['again']: a list that contains itself cannot cross"),
                arguments("v = __import__('collections').deque(); v.append(v)", "v[0]: a deque that contains itself"),
                arguments("v = 1\nfor i in range(201): v = (v,)", "[0]: a tuple nested deeper than 200 levels"),
                arguments("v = {'a': ['x\\ud800']}", "v['a'][0]: a str with a lone surrogate, '\\ud800' at index 1"),
                arguments("v = {'\\udc00': 1}", "v{key}: a str with a lone surrogate"),
                arguments("v = {(0, 1): 1, range(2): 2}", "v{key}: a key that is equal to another one in Java"),
                arguments("v = {float('nan'): 1, -float('nan'): 2}", "v{key}: a key that is equal to another one"),
                arguments("v = {(0, 1), range(2)}", "v{...}: a member that is equal to another one in Java"));
    }

    @ParameterizedTest
    @MethodSource
    void toJava(String code, String message) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec(code);
            PythonException refused = assertThrows(
                    PythonException.class, () -> PythonExecutioner.getVariable("v", PythonTypes.ANY));
            assertTrue(refused.getMessage().contains(message), refused.getMessage());
        }
    }

    @Test
    void codeOfAScriptThatFailsOnTheWayIsReported() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("""
                    from dataclasses import dataclass
                    @dataclass
                    class Bad:
                        a: int = 0
                        def __getattribute__(self, name):
                            raise ZeroDivisionError('not now')
                    class Unhashable:
                        def __hash__(self):
                            raise ZeroDivisionError('no hash')
                    bad, unhashable = [Bad()], Unhashable()
                    """);
            PythonException failed = assertThrows(
                    PythonException.class, () -> PythonExecutioner.getVariable("bad", PythonTypes.LIST));
            assertTrue(failed.getMessage().contains("not now"), failed.getMessage());
            PythonObject key = PythonExecutioner.getVariable("unhashable");
            PythonException refused = assertThrows(
                    PythonException.class, () -> PythonExecutioner.setVariable("v", Map.of(key, 1)));
            assertTrue(refused.getMessage().contains("no hash"), refused.getMessage());
        }
    }

    @Test
    void aListThatCodeChangesMeanwhileComesOutWhole() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("""
                    from dataclasses import dataclass
                    @dataclass
                    class Sly:
                        a: int = 0
                        def __getattribute__(self, name):
                            shrinking.clear()
                            growing[len(growing)] = 1
                            return object.__getattribute__(self, name)
                    shrinking, growing = [1, Sly(), 2, 3], {}
                    growing[0] = Sly()
                    """);
            assertEquals(List.of(1L, Map.of("a", 0L)), Python.eval("shrinking").toJava());
            PythonException refused = assertThrows(PythonException.class, () -> Python.eval("growing").toJava());
            assertTrue(refused.getMessage().contains("a dict that changes while it is read"), refused.getMessage());
        }
    }

    @Test
    @Tag("B11")
    void whatIsRefusedLeavesNoReferenceBehind() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("import sys\nsentinel = object()\nvalue = {'a': [sentinel]}");
            PythonObject sentinel = PythonExecutioner.getVariable("sentinel");
            List<Object> refused = List.of(
                    Arrays.asList(sentinel, Locale.ROOT),
                    Map.of("a", sentinel, "b", Locale.ROOT),
                    Map.of(sentinel, Locale.ROOT),
                    Map.of(List.of(sentinel, Map.of()), 1),
                    Set.of(List.of(sentinel, Set.of(Map.of(1, 2)))),
                    new LinkedHashSet<>(Arrays.asList(sentinel, Locale.ROOT)),
                    Map.entry(sentinel, Locale.ROOT),
                    new Order("x", List.of(sentinel, "\ud800")),
                    new Object[] {sentinel, LocalDate.MAX},
                    pairs(List.of(sentinel, 1), List.of(sentinel, 1.0)),
                    List.of(Map.of(sentinel, pairs(1, 1.0))));
            long before = references("sentinel");
            for (int i = 0; i < 200; i++) {
                for (Object value : refused) {
                    assertThrows(PythonException.class, () -> PythonExecutioner.setVariable("v", value));
                }
            }
            assertEquals(before, references("sentinel"));
        }
    }

    @Test
    @Tag("B11")
    void whatIsReadLeavesNoReferenceBehind() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("""
                    import sys, datetime, collections
                    part = (datetime.date(2020, 1, 1), [])
                    value = {'a': [part, part], part[0]: {frozenset([1]): part},
                             'o': collections.OrderedDict(p=part), 'big': 1 << 100, 'f': len}
                    broken = [part, part, {'d': collections.deque([part, '\\ud800'])}]
                    """);
            long before = references("part") + references("part[0]") + references("part[1]");
            for (int i = 0; i < 500; i++) {
                try (PythonGC gc = PythonGC.watch()) {
                    Python.eval("value").toJava();
                    assertThrows(PythonException.class, () -> Python.eval("broken").toJava());
                }
            }
            assertEquals(before, references("part") + references("part[0]") + references("part[1]"));
        }
    }

    @Test
    @Tag("B11")
    void whatCrossesLeavesNoMemoryBehind() {
        Object value = List.of(new BigDecimal("1.25"), LocalDate.EPOCH, Duration.ofMillis(1_234_567),
                BigInteger.TWO.pow(90), Instant.EPOCH, UUID.randomUUID(), new Order("é".repeat(99), List.of(0.5)));
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("import sys, gc");
            long blocks = 0;
            for (int i = 0; i < 3_000; i++) {
                if (i == 500) {
                    blocks = blocks();
                }
                PythonExecutioner.setVariable("v", value);
                PythonExecutioner.getVariable("v", PythonTypes.LIST);
                assertThrows(PythonException.class, () -> PythonExecutioner.setVariable("v", LocalDate.MAX));
            }
            long more = blocks() - blocks;
            assertTrue(more < 500, () -> more + " more blocks of memory after 2,500 rounds");
        }
    }

    private static long blocks() {
        try (PythonGC gc = PythonGC.watch()) {
            return (Long) Python.eval("gc.collect() and None or sys.getallocatedblocks()").toJava();
        }
    }

    @Test
    void aMapThatChangesWhileItIsReadIsJavasOwnError() {
        Map<Object, Object> map = new HashMap<>();
        map.put("a", new ArrayList<Object>(List.of(1)) {
            private static final long serialVersionUID = 1L;

            @Override
            public Object[] toArray() {
                map.put("b" + map.size(), 1);
                return super.toArray();
            }
        });
        map.put("c", 1);
        try (PythonGIL gil = PythonGIL.lock()) {
            assertThrows(java.util.ConcurrentModificationException.class,
                    () -> PythonExecutioner.setVariable("v", map));
            assertEquals(2L, Python.eval("1 + 1").toJava());
        }
    }

    private static long references(String name) {
        try (PythonGC gc = PythonGC.watch()) {
            return (Long) Python.eval("sys.getrefcount(" + name + ")").toJava();
        }
    }
}
