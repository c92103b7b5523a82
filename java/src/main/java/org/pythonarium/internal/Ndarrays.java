package org.pythonarium.internal;

import java.lang.foreign.ValueLayout;
import java.util.function.Function;
import org.pythonarium.NumpyArray;
import org.pythonarium.PythonException;

/**
 * Arrays, from one side to the other, by their memory.
 *
 * <p>Python's memory is held by its buffer protocol as long as a {@link Lease} lasts; Java's
 * memory is held by a capsule ({@link Lent}), the base of the array that numpy makes over it.
 */
public final class Ndarrays {

    private static final byte[] NAME = {'n', 'u', 'm', 'p', 'y', '.', 'n', 'd', 'a', 'r', 'r', 'a', 'y', 0};
    private static final long TP_NAME = 24;

    private static volatile Function<ArrayData, NumpyArray> wrap;
    private static volatile Function<NumpyArray, ArrayData> unwrap;

    private Ndarrays() {}

    /** Takes over how a NumpyArray is made and looked into, which only that class can do. */
    public static void connect(
            Function<ArrayData, NumpyArray> making, Function<NumpyArray, ArrayData> lookingInto) {
        unwrap = lookingInto;
        wrap = making;
    }

    private static NumpyArray wrap(ArrayData data) {
        if (wrap == null) {
            NumpyArray.INSTANCE.getName(); // initialises the class, which connects
        }
        return wrap.apply(data);
    }

    // For the public class

    /** Imports numpy. */
    public static void prepare() {
        Launcher.main().call(attachment -> attachment.interpreter.numpy(attachment));
    }

    /** Returns the folder that numpy is imported from. */
    public static String folder() {
        return Launcher.main().call(attachment -> {
            attachment.interpreter.numpy(attachment);
            long folder = attachment.interpreter.arrays(attachment).call(attachment, "folder");
            try {
                return Text.toJava(attachment, folder);
            } finally {
                CPython.Py_DecRef(folder);
            }
        });
    }

    /** Returns the array that a variable is; a confined one is for the calling thread alone. */
    public static NumpyArray get(String variable, boolean isConfined) {
        return Launcher.main().call(attachment -> {
            Object array = convert(attachment, Scripts.find(attachment, variable), isConfined);
            return array instanceof NumpyArray numpy ? numpy : refuse("variable '" + variable + "': ", array);
        });
    }

    /** Returns the array that an object is; a confined one is for the calling thread alone. */
    public static NumpyArray value(Reference reference, boolean isConfined) {
        return reference.use((attachment, object) -> {
            Object array = convert(attachment, object, isConfined);
            return array instanceof NumpyArray numpy ? numpy : refuse("", array);
        });
    }

    private static NumpyArray refuse(String where, Object reason) {
        throw new PythonException("Could not convert value to numpy.ndarray: " + where + reason);
    }

    /** Lets arrays cross wherever values do. */
    static final class Crossing implements Extension {

        @Override
        public long toPython(Attachment attachment, Object value) {
            return value instanceof NumpyArray array ? Ndarrays.toPython(attachment, array) : 0;
        }

        @Override
        public Object toJava(Attachment attachment, long object, String type) {
            return type.equals("numpy.ndarray") ? toJavaOrNull(attachment, object) : null;
        }
    }

    // To Java

    /** Tells whether an object is an array of numpy's, and not of a class derived from it. */
    static boolean isArray(long object) {
        long name = CPython.MEMORY.get(ValueLayout.JAVA_LONG, CPython.Py_TYPE(object) + TP_NAME);
        for (int i = 0; i < NAME.length; i++) {
            if (CPython.MEMORY.get(ValueLayout.JAVA_BYTE, name + i) != NAME[i]) {
                return false;
            }
        }
        return true;
    }

    /** Returns an array, or null where its elements are objects of Python's. */
    static NumpyArray toJavaOrNull(Attachment attachment, long object) {
        Object array = convert(attachment, object, false);
        return array instanceof NumpyArray numpy ? numpy : null;
    }

    /** Returns a NumpyArray, or the reason why there is none. */
    private static Object convert(Attachment attachment, long object, boolean isConfined) {
        if (isArray(object)) {
            BufferView view = BufferView.of(object);
            if (view == null) {
                CPython.PyErr_Clear(); // times have memory too, but the protocol has no letter for them
            } else if (view.hasObjects()) {
                view.release();
            } else {
                return wrap(view.lend(attachment, object, null, isConfined));
            }
        }
        return convertSource(attachment, object, isConfined);
    }

    private static Object convertSource(Attachment attachment, long object, boolean isConfined) {
        long source = attachment.interpreter.arrays(attachment).call(attachment, "source", object);
        try {
            if (Text.isText(source)) {
                return Text.toJava(attachment, source);
            }
            String typestr = Text.toJava(attachment, CPython.PyTuple_GetItem(source, 1));
            BufferView view = BufferView.of(CPython.PyTuple_GetItem(source, 0));
            if (view == null) {
                throw Failure.take(attachment);
            }
            if (view.hasObjects()) {
                view.release();
                return "its elements are Python objects";
            }
            long origin = isArray(object) ? object : 0;
            return wrap(view.lend(attachment, origin, typestr.isEmpty() ? null : typestr, isConfined));
        } finally {
            CPython.Py_DecRef(source);
        }
    }

    // To Python

    /**
     * Returns a new reference to an array; to the very one that it was, if it comes from Python.
     *
     * @throws Refusal if it was closed
     */
    static long toPython(Attachment attachment, NumpyArray array) {
        ArrayData data = unwrap.apply(array);
        if (data.lease() != null) {
            return ofLease(attachment, data);
        }
        if (Sharing.isLendable(data.segment())) {
            return lend(attachment, data, Tenants.of(data.segment().scope()));
        }
        ArrayData readable = data.over(Sharing.readable(attachment, data.segment()));
        try {
            return createsByPython()
                    ? lend(attachment, data.over(Sharing.copy(readable.segment())), null)
                    : attachment.interpreter.numpy(attachment).copy(attachment, readable);
        } catch (IllegalStateException closed) {
            throw new Refusal("an array whose memory was freed");
        } catch (WrongThreadException foreign) {
            throw new Refusal("an array whose memory belongs to the arena of another thread");
        }
    }

    private static long ofLease(Attachment attachment, ArrayData data) {
        Lease lease = data.lease();
        if (!lease.isOpen()) {
            throw new Refusal("an array that was closed");
        }
        if (lease.interpreter() != attachment.interpreter) {
            throw new Refusal("an array of another interpreter");
        }
        if (lease.origin() != 0) {
            CPython.Py_IncRef(lease.origin());
            return lease.origin();
        }
        BufferView another = BufferView.of(lease.exporter()); // for this lease may be closed
        if (another == null) {
            throw Failure.take(attachment);
        }
        return lend(attachment, another.lend(attachment, 0, data.type().typestr(), false), null);
    }

    /** Returns a new array over memory, which stays reachable, and its arena open, as long as it lives. */
    private static long lend(Attachment attachment, ArrayData data, Tenants tenants) {
        Numpy numpy = attachment.interpreter.numpy(attachment);
        if (tenants != null) {
            tenants.enter();
        }
        long owner = Lent.capsule(attachment, data.segment(), tenants);
        try {
            return createsByPython()
                    ? byPython(attachment, data, owner) : numpy.over(attachment, data, owner);
        } finally {
            CPython.Py_DecRef(owner);
        }
    }

    private static boolean createsByPython() {
        return Boolean.parseBoolean(Settings.ofProcess().get(Setting.CREATE_NPY_PYTHON));
    }

    private static long byPython(Attachment attachment, ArrayData data, long owner) {
        long[] made = new long[4];
        try {
            made[0] = Failure.check(attachment, CPython.PyLong_FromLongLong(
                    data.segment().address() + data.start()));
            made[1] = CPython.PyBool_FromLong(data.segment().isReadOnly() ? 1 : 0);
            made[2] = Text.toPython(attachment, data.type().typestr());
            made[3] = layout(attachment, data);
            return attachment.interpreter.arrays(attachment).call(
                    attachment, "from_interface", made[0], made[1], made[2], made[3], owner);
        } finally {
            for (long object : made) {
                CPython.Py_DecRef(object); // of NULL it does nothing
            }
        }
    }

    private static long layout(Attachment attachment, ArrayData data) {
        long layout = Failure.check(attachment, CPython.PyTuple_New(2));
        CPython.PyTuple_SetItem(layout, 0, tuple(attachment, data.shape()));
        CPython.PyTuple_SetItem(layout, 1, tuple(attachment, data.strides()));
        return layout;
    }

    private static long tuple(Attachment attachment, long[] numbers) {
        long tuple = Failure.check(attachment, CPython.PyTuple_New(numbers.length));
        for (int i = 0; i < numbers.length; i++) {
            CPython.PyTuple_SetItem(
                    tuple, i, Failure.check(attachment, CPython.PyLong_FromLongLong(numbers[i])));
        }
        return tuple;
    }
}
