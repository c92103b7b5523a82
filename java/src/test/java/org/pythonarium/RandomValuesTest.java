package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Values that nobody thought of, there and back from either side. */
@SuppressWarnings("try") // a lock scope has no use beyond its block
@Tag("B8")
class RandomValuesTest {

    private final Random random = new Random(20_240_229);

    @Test
    void javasValuesComeBackEqual() {
        try (PythonGIL gil = PythonGIL.lock()) {
            for (int i = 0; i < 2_000; i++) {
                Object value = value(5);
                PythonExecutioner.setVariable("v", value);
                assertEquals(value, PythonExecutioner.getVariable("v", PythonTypes.ANY).getValue());
            }
        }
    }

    @Test
    void pythonsValuesComeBackEqual() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("""
                    import random, datetime, decimal
                    r = random.Random(20240229)
                    def scalar():
                        return r.choice([
                            None, True, r.getrandbits(r.randrange(1, 90)), -r.getrandbits(40), r.random(),
                            r.uniform(-1e300, 1e300), float('inf'), b'\\0' * r.randrange(5),
                            ''.join(chr(r.choice([0, 65, 233, 0x4e00, 0x1f600])) for _ in range(r.randrange(9))),
                            datetime.timedelta(microseconds=r.getrandbits(50)), decimal.Decimal(r.getrandbits(70)) / 8])
                    def value(depth):
                        kind = r.randrange(6) if depth else 0
                        if kind < 3:
                            return scalar()
                        if kind == 3:
                            return [value(depth - 1) for _ in range(r.randrange(6))]
                        if kind == 4:
                            return {r.randrange(99) for _ in range(r.randrange(6))}
                        return {str(scalar()): value(depth - 1) for _ in range(r.randrange(6))}
                    def same(a, b):
                        if type(a) is list:
                            return len(a) == len(b) and all(map(same, a, b))
                        if type(a) is dict:
                            return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
                        return type(a) is type(b) and a == b and (type(a) is set or repr(a) == repr(b))
                    """);
            for (int i = 0; i < 2_000; i++) {
                PythonExecutioner.exec("v = value(5)");
                PythonExecutioner.setVariable("w", PythonExecutioner.getVariable("v", PythonTypes.ANY).getValue());
                assertEquals(true, Python.eval("same(v, w)").toJava(),
                        () -> Python.eval("repr((v, w))").toString());
            }
        }
    }

    private Object value(int depth) {
        int kind = depth == 0 ? 0 : random.nextInt(6);
        int size = random.nextInt(6);
        if (kind < 3) {
            return scalar();
        }
        if (kind == 3) {
            List<Object> list = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                list.add(value(depth - 1));
            }
            return list;
        }
        if (kind == 4) {
            Set<Object> set = new LinkedHashSet<>();
            for (int i = 0; i < size; i++) {
                set.add(random.nextLong());
            }
            return set;
        }
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            map.put(random.nextBoolean() ? text() : (Object) random.nextLong(), value(depth - 1));
        }
        return map;
    }

    private Object scalar() {
        return switch (random.nextInt(13)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong();
            case 3 -> (long) random.nextInt(-300, 300);
            case 4 -> new BigInteger(90, random).setBit(63);
            case 5 -> random.nextDouble();
            case 6 -> Double.longBitsToDouble(random.nextLong());
            case 7 -> new BigDecimal(new BigInteger(80, random), random.nextInt(-9, 30));
            case 8 -> new UUID(random.nextLong(), random.nextLong());
            case 9 -> LocalDate.ofEpochDay(random.nextInt(-700_000, 2_900_000));
            case 10 -> LocalDateTime.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000) * 1_000, ZoneOffset.UTC)
                    .atOffset(ZoneOffset.ofTotalSeconds(random.nextInt(-60_000, 60_000)));
            case 11 -> Duration.ofSeconds(random.nextInt(), random.nextInt(1_000_000) * 1_000L);
            default -> text();
        };
    }

    private String text() {
        int[] points = random.ints(random.nextInt(12), 0, 0x11000)
                .map(point -> Character.isSurrogate((char) point) && point < 0x10000 ? '?' : point).toArray();
        return new String(points, 0, points.length);
    }
}
