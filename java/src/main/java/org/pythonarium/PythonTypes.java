package org.pythonarium;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.pythonarium.internal.Scripts;

/** The types of variables that are always there, and those that a program adds. */
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

    /** Floating-point numbers; a whole number is taken too. */
    public static final PythonType<Double> FLOAT = new PythonType<>("float", Double.class) {
        @Override
        public boolean accepts(Object value) {
            return value instanceof Double || value instanceof Float || INT.accepts(value);
        }

        @Override
        public Double adapt(Object value) {
            return value != null && accepts(value) ? (Double) ((Number) value).doubleValue() : super.adapt(value);
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
            return value instanceof Object[] array ? List.of(array) : super.adapt(value);
        }
    };

    /** Mappings. */
    public static final PythonType<Map> DICT = new PythonType<>("dict", Map.class) {};

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
            NONE, STR, INT, FLOAT, BOOL, BYTES, LIST, DICT, NumpyArrayType.INSTANCE, ArrowTableType.INSTANCE);

    private PythonTypes() {}

    /** Returns all types but {@link #ANY}: those that are always there, then those of the program. */
    public static List<PythonType> get() {
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
        return get().stream().filter(type -> type.accepts(value)).findFirst().orElse(ANY);
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

        private static List<PythonType> load() {
            List<PythonType> types = new ArrayList<>();
            ServiceLoader.load(PythonType.class).forEach(types::add);
            types.forEach(PythonType::init);
            return types;
        }
    }
}
