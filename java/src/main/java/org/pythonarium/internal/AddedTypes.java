package org.pythonarium.internal;

import java.util.List;
import org.pythonarium.ArrowTable;
import org.pythonarium.NumpyArray;
import org.pythonarium.PythonObject;
import org.pythonarium.PythonType;
import org.pythonarium.PythonTypes;

/** Conversions by the types that a program adds, where such a type has its own way to convert. */
@SuppressWarnings("rawtypes") // as Python4J declares them
public final class AddedTypes implements Extension {

    private static final ClassValue<Boolean> READS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return overrides(type, "toJava", PythonObject.class);
        }
    };

    private static final ClassValue<Boolean> WRITES = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return overrides(type, "toPython", Object.class);
        }
    };

    AddedTypes() {}

    /** Looked for when the first value comes that nothing else knows. */
    private static final class Found {

        private static final List<PythonType> ADDED = PythonTypes.get().stream()
                .filter(type -> type != NumpyArray.INSTANCE && type != ArrowTable.INSTANCE) // which cross by themselves
                .toList();
        static final List<PythonType> READERS = ADDED.stream().filter(AddedTypes::reads).toList();
        static final List<PythonType> WRITERS = ADDED.stream().filter(AddedTypes::writes).toList();
    }

    /** Tells whether a type makes its values out of objects by code of its own. */
    public static boolean reads(PythonType type) {
        return READS.get(type.getClass());
    }

    /** Tells whether a type makes objects out of its values by code of its own. */
    public static boolean writes(PythonType type) {
        return WRITES.get(type.getClass());
    }

    private static boolean overrides(Class<?> type, String method, Class<?> parameter) {
        try {
            return type.getMethod(method, parameter).getDeclaringClass() != PythonType.class;
        } catch (NoSuchMethodException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public long toPython(Attachment attachment, Object value) {
        for (PythonType type : Found.WRITERS) {
            if (type.getJavaClass().isInstance(value)) {
                return written(attachment, type, value);
            }
        }
        return 0;
    }

    @SuppressWarnings("unchecked")
    private static long written(Attachment attachment, PythonType type, Object value) {
        PythonObject made = type.toPython(value);
        if (made == null) {
            throw new Refusal("a " + value.getClass().getName() + ", of which the type " + type
                    + " makes null,");
        }
        return ToPython.ofObject(attachment, made);
    }

    @Override
    public Object toJava(Attachment attachment, long object, String name) {
        if (Found.READERS.isEmpty()) {
            return null;
        }
        PythonObject whole = Wrapping.of(Reference.to(attachment, object));
        for (PythonType type : Found.READERS) {
            if (isOf(type, whole, name)) {
                return type.toJava(whole);
            }
        }
        return null;
    }

    private static boolean isOf(PythonType type, PythonObject object, String name) {
        PythonObject python = type.pythonType();
        if (python != null && Wrapping.in(python).interpreter() == Wrapping.in(object).interpreter()) {
            return Objects.isInstance(Wrapping.in(object), Wrapping.in(python));
        }
        return name.equals(type.getName()) || name.endsWith("." + type.getName());
    }
}
