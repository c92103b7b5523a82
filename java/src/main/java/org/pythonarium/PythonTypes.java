package org.pythonarium;

import java.math.BigDecimal;
import java.math.BigInteger;
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
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.pythonarium.internal.Scripts;

/**
 * The types of variables that are always there, and those that a program adds.
 *
 * <p>What a value is on the other side does not depend on the type that it is read as. It crosses
 * exactly, or is refused with the place inside of it.
 *
 * <table>
 * <caption>Values on both sides</caption>
 * <tr><th>Java</th><th>Python</th><th>and back in Java</th></tr>
 * <tr><td>null, Boolean, String</td><td>None, bool, str</td><td>the same</td></tr>
 * <tr><td>Byte to Long, BigInteger</td><td>int</td><td>Long, or BigInteger beyond 64 bits</td></tr>
 * <tr><td>Float, Double</td><td>float</td><td>Double</td></tr>
 * <tr><td>BigDecimal</td><td>Decimal</td><td>BigDecimal; NaN, infinities and -0 stay objects</td></tr>
 * <tr><td>byte[], ByteBuffer</td><td>bytes</td><td>byte[]; so are bytearray and memoryview</td></tr>
 * <tr><td>Collection, other arrays</td><td>list</td><td>ArrayList; a tuple or range is a list that
 *     cannot be changed</td></tr>
 * <tr><td>Set</td><td>set</td><td>LinkedHashSet; so is a frozenset</td></tr>
 * <tr><td>Map, record</td><td>dict</td><td>LinkedHashMap; so are a dataclass and a namedtuple</td></tr>
 * <tr><td>Map.Entry</td><td>tuple of two</td><td>List</td></tr>
 * <tr><td>Optional</td><td>the value, or None</td><td>the value, or null</td></tr>
 * <tr><td>an enum's constant</td><td>its name, a str</td><td>String; so is a member of an Enum, but
 *     of an IntEnum or StrEnum its value</td></tr>
 * <tr><td>LocalDate, LocalTime, LocalDateTime</td><td>date, time, datetime</td><td>the same</td></tr>
 * <tr><td>OffsetTime, OffsetDateTime, Instant, Date</td><td>with a timezone</td><td>OffsetTime,
 *     OffsetDateTime</td></tr>
 * <tr><td>ZonedDateTime, ZoneId</td><td>with a ZoneInfo</td><td>the same</td></tr>
 * <tr><td>Duration, UUID, Path, File</td><td>timedelta, UUID, Path</td><td>Duration, UUID, Path</td></tr>
 * <tr><td>PythonObject</td><td>the object</td><td>what is no value is a PythonObject</td></tr>
 * </table>
 *
 * <p>Keys of a map and members of a set become tuples and frozensets where they are lists and sets.
 */
@SuppressWarnings("rawtypes") // as Python4J declares them
public final class PythonTypes {

    /** Text. */
    public static final PythonType<String> STR = new PythonType<>("str", String.class) {
        @Override
        public boolean accepts(Object value) {
            return value instanceof String || value instanceof Character;
        }

        @Override
        public String adapt(Object value) {
            return value instanceof Character ? value.toString() : super.adapt(value);
        }
    };

    /** Whole numbers that fit in 64 bits; {@link #BIG_INT} has no bound. */
    public static final PythonType<Long> INT = new PythonType<>("int", Long.class) {
        @Override
        public boolean accepts(Object value) {
            return value instanceof Long || value instanceof Integer || value instanceof Short
                    || value instanceof Byte;
        }

        @Override
        public Long adapt(Object value) {
            return value != null && accepts(value) ? (Long) ((Number) value).longValue() : super.adapt(value);
        }

        @Override
        String hint(Object value) {
            return value instanceof BigInteger ? " does not fit in 64 bits; use PythonTypes.BIG_INT" : "";
        }
    };

    /** Whole numbers of any size. */
    public static final PythonType<BigInteger> BIG_INT = new PythonType<>("int", BigInteger.class) {
        @Override
        public boolean accepts(Object value) {
            return value instanceof BigInteger || INT.accepts(value);
        }

        @Override
        public BigInteger adapt(Object value) {
            return INT.accepts(value) ? BigInteger.valueOf(INT.adapt(value)) : super.adapt(value);
        }
    };

    /** Floating-point numbers; a whole number is taken too, where one is equal to it. */
    public static final PythonType<Double> FLOAT = new PythonType<>("float", Double.class) {
        @Override
        public boolean accepts(Object value) {
            return value instanceof Double || value instanceof Float || INT.accepts(value);
        }

        @Override
        public Double adapt(Object value) {
            if (value instanceof Float number) {
                return number.doubleValue();
            }
            Double number = INT.accepts(value) ? Numbers.exactly(INT.adapt(value)) : null;
            return number != null ? number : super.adapt(value);
        }

        @Override
        Double fromValue(Object value) {
            return value instanceof BigInteger ? (Double) fit(value) : super.fromValue(value);
        }

        @Override
        String hint(Object value) {
            return INT.accepts(value) ? " has no float that is equal to it; use PythonTypes.INT" : "";
        }
    };

    /** Truth. */
    public static final PythonType<Boolean> BOOL = new PythonType<>("bool", Boolean.class) {};

    /** Bytes. */
    public static final PythonType<byte[]> BYTES = new PythonType<>("bytes", byte[].class) {};

    /** Lists, and what Java has for tuples. */
    public static final PythonType<List> LIST = new PythonType<>("list", List.class) {
        @Override
        public boolean accepts(Object value) {
            return value instanceof List || value instanceof Object[];
        }

        @Override
        public List adapt(Object value) {
            return value instanceof Object[] array ? new ArrayList<>(Arrays.asList(array)) : super.adapt(value);
        }
    };

    /** Mappings. */
    public static final PythonType<Map> DICT = new PythonType<>("dict", Map.class) {};

    /** Sets, and frozen ones. */
    public static final PythonType<Set> SET = new PythonType<>("set", Set.class) {};

    /** No value. */
    public static final PythonType<Void> NONE = new NoneType();

    /** Any value that crosses. */
    public static final PythonType<Object> ANY = new PythonType<>("object", Object.class) {
        @Override
        public boolean accepts(Object value) {
            return true;
        }

        @Override
        Object fromValue(Object value) {
            return value;
        }
    };

    private static final List<PythonType> BUILT_IN = List.of(
            NONE, STR, INT, FLOAT, BOOL, BYTES, LIST, DICT, SET, NumpyArrayType.INSTANCE, ArrowTableType.INSTANCE);

    /** What Java has for one class of Python's, and how that is named there. */
    private static final Map<Class<?>, String> NAMES = Map.ofEntries(
            Map.entry(String.class, "str"), Map.entry(Long.class, "int"), Map.entry(Integer.class, "int"),
            Map.entry(Short.class, "int"), Map.entry(Byte.class, "int"), Map.entry(BigInteger.class, "int"),
            Map.entry(Double.class, "float"), Map.entry(Float.class, "float"), Map.entry(Boolean.class, "bool"),
            Map.entry(Character.class, "str"), Map.entry(BigDecimal.class, "Decimal"),
            Map.entry(UUID.class, "UUID"), Map.entry(Path.class, "Path"),
            Map.entry(LocalDate.class, "date"), Map.entry(LocalTime.class, "time"),
            Map.entry(OffsetTime.class, "time"), Map.entry(LocalDateTime.class, "datetime"),
            Map.entry(OffsetDateTime.class, "datetime"), Map.entry(ZonedDateTime.class, "datetime"),
            Map.entry(Instant.class, "datetime"), Map.entry(Duration.class, "timedelta"),
            Map.entry(ZoneOffset.class, "timezone"));

    private PythonTypes() {}

    /**
     * Returns the type of values of a Java class.
     *
     * <p>Beyond what has a type here: numbers of any class, {@code java.time}, enums by the names
     * of their constants, arrays of these, and records, which are dicts with just their components
     * as keys, whatever generic types those have; an {@code Optional} component may be missing. A
     * value that is not exactly of the class is refused, with the place inside of it.
     */
    @SuppressWarnings("unchecked")
    public static <T> PythonType<T> of(Class<T> javaClass) {
        Class<?> boxed = Numbers.boxed(javaClass);
        for (PythonType type : List.of(STR, INT, BIG_INT, FLOAT, BOOL, BYTES, LIST, DICT, SET, ANY)) {
            if (type.getJavaClass() == boxed) {
                return type;
            }
        }
        return new TypedType<>(nameOf(boxed), (Class<T>) boxed, boxed);
    }

    /** Returns the type of lists whose items are all of one type. */
    @SuppressWarnings("unchecked")
    public static <E> PythonType<List<E>> listOf(PythonType<E> item) {
        return new TypedType<>("list[" + item + "]", (Class<List<E>>) (Class<?>) List.class,
                Typed.generic(List.class, item.javaType()));
    }

    /** Returns the type of dicts whose keys, and whose values, are all of one type. */
    @SuppressWarnings("unchecked")
    public static <K, V> PythonType<Map<K, V>> mapOf(PythonType<K> key, PythonType<V> value) {
        return new TypedType<>("dict[" + key + ", " + value + "]", (Class<Map<K, V>>) (Class<?>) Map.class,
                Typed.generic(Map.class, key.javaType(), value.javaType()));
    }

    /** Returns the name that a class of values has in Python, or else its own. */
    static String nameOf(Class<?> javaClass) {
        String name = NAMES.get(javaClass);
        if (name == null && Path.class.isAssignableFrom(javaClass)) {
            return "Path";
        }
        if (name == null && ZoneId.class.isAssignableFrom(javaClass)) {
            return "ZoneInfo";
        }
        return name != null ? name : javaClass.getSimpleName();
    }

    /** Returns all types but {@link #ANY}: those that are always there, then those of the program. */
    public static List<PythonType> get() {
        if (Added.ARE_NEW.compareAndSet(true, false)) {
            Added.TYPES.forEach(PythonType::init); // not in the initializer: they may wait for Python
        }
        List<PythonType> all = new ArrayList<>(BUILT_IN);
        all.addAll(Added.TYPES);
        return all;
    }

    /**
     * Returns the type of that name.
     *
     * @throws PythonException if there is none
     */
    @SuppressWarnings("unchecked")
    public static <T> PythonType<T> get(String name) {
        return (PythonType<T>) get().stream()
                .filter(type -> type.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new PythonException("Unknown python type: " + name + "; known are "
                        + get().stream().map(PythonType::getName).toList()));
    }

    /** Returns the type of a Java value; {@link #ANY} where only the conversion knows it. */
    public static PythonType getPythonTypeForJavaObject(Object value) {
        for (PythonType type : get()) {
            if (type.accepts(value)) {
                return type;
            }
        }
        return NAMES.containsKey(value.getClass()) ? of(value.getClass()) : ANY;
    }

    /** Returns the type of an object of Python's; {@link #ANY} where none has its name. */
    public static PythonType getPythonTypeForPythonObject(PythonObject object) {
        String name = Scripts.typeName(object.reference());
        return get().stream().filter(type -> isNamed(type, name)).findFirst().orElse(ANY);
    }

    private static boolean isNamed(PythonType type, String name) {
        return type.getName().equals(name) || type.getName().endsWith("." + name); // as numpy.ndarray
    }

    /** Returns what a Java value is in Python. */
    public static PythonObject convert(Object value) {
        return new PythonObject(value);
    }

    /** Found when the first type is looked for, once. */
    private static final class Added {

        private static final List<PythonType> TYPES = load();
        private static final AtomicBoolean ARE_NEW = new AtomicBoolean(true);

        /** Those of the thread's class loader, unless that knows another {@code PythonType}. */
        private static ServiceLoader<PythonType> loader() {
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            try {
                boolean isOurs = context != null
                        && Class.forName(PythonType.class.getName(), false, context) == PythonType.class;
                if (isOurs) {
                    return ServiceLoader.load(PythonType.class, context);
                }
            } catch (ClassNotFoundException ignored) {
                // it knows none
            }
            return ServiceLoader.load(PythonType.class, PythonType.class.getClassLoader());
        }

        private static List<PythonType> load() {
            List<PythonType> types = new ArrayList<>();
            loader().forEach(types::add);
            return types;
        }
    }
}
