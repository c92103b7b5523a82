package org.pythonarium.internal;

import java.util.List;
import java.util.function.Function;
import org.pythonarium.ArrowTable;
import org.pythonarium.PythonException;
import org.pythonarium.PythonObject;

/** Tables, from one side to the other, by the Arrow C data interface. */
public final class Tables {

    private static volatile Function<ArrowTable, Lease> leaseOf;

    private Tables() {}

    /**
     * A table of Python's that Java may read as long as its lease lasts.
     *
     * @param schema the address of an ArrowSchema
     * @param arrays the addresses of an ArrowArray for each batch
     */
    public record Imported(Lease lease, long schema, List<Long> arrays) {}

    /** Takes over how an ArrowTable is looked into, which only that class can do. */
    public static void connect(Function<ArrowTable, Lease> lookingInto) {
        leaseOf = lookingInto;
    }

    /** Returns the table that a variable is. */
    public static Imported get(String variable) {
        return Launcher.main().call(attachment ->
                toJava(attachment, "variable '" + variable + "': ", Scripts.find(attachment, variable)));
    }

    /** Returns the table that an object is. */
    public static Imported value(Reference reference) {
        return reference.use((attachment, table) -> toJava(attachment, "", table));
    }

    private static Imported toJava(Attachment attachment, String where, long table) {
        CPython.Py_IncRef(table); // other threads may run meanwhile, and drop it
        ArrowStructs structs;
        try {
            structs = read(attachment, where, table);
        } catch (RuntimeException | Error failure) {
            CPython.Py_DecRef(table);
            throw failure;
        }
        Lease lease = new Lease(attachment.interpreter, table, 0, () -> {
            structs.release();
            CPython.Py_DecRef(table);
        });
        lease.weigh(structs.schema, structs.bytes());
        return new Imported(lease, structs.schema, List.copyOf(structs.arrays));
    }

    private static ArrowStructs read(Attachment attachment, String where, long table) {
        ArrowStream stream = ArrowStream.of(attachment, where, table);
        try {
            return ArrowStructs.of(stream);
        } finally {
            stream.release();
        }
    }

    /** Lets tables cross wherever values do; Python's own come as objects. */
    static final class Crossing implements Extension {

        @Override
        public long toPython(Attachment attachment, Object value) {
            return value instanceof ArrowTable table ? Tables.toPython(attachment, table) : 0;
        }

        @Override
        public Object toJava(Attachment attachment, long object, String type) {
            return null;
        }
    }

    /**
     * Returns a new reference to the table that it was in Python.
     *
     * @throws Refusal if it was closed
     */
    static long toPython(Attachment attachment, ArrowTable table) {
        Lease lease = leaseOf.apply(table);
        if (!lease.isOpen()) {
            throw new Refusal("a table that was closed");
        }
        if (lease.interpreter() != attachment.interpreter) {
            throw new Refusal("a table of another interpreter");
        }
        CPython.Py_IncRef(lease.origin());
        return lease.origin();
    }

    /** Moves the stream of a table to a place in memory, whose owner releases it. */
    public static void export(Reference table, long address) {
        checkAddress(address);
        table.use((attachment, object) -> {
            ArrowStream.move(attachment, "", object, address);
            return null;
        });
    }

    /** Returns the table of the structures at addresses, which are moved out of their places. */
    public static PythonObject take(String function, long... addresses) {
        for (long address : addresses) {
            checkAddress(address);
        }
        return Launcher.main().call(attachment -> {
            long[] numbers = new long[addresses.length];
            try {
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = Failure.check(attachment, CPython.PyLong_FromLongLong(addresses[i]));
                }
                return Wrapping.of(Reference.adopt(attachment, attachment.interpreter.tables(attachment)
                        .call(attachment, function, numbers)));
            } finally {
                for (long number : numbers) {
                    CPython.Py_DecRef(number); // of NULL it does nothing
                }
            }
        });
    }

    private static void checkAddress(long address) {
        if (address == 0) {
            throw new PythonException("expected the address of a structure of the Arrow C data interface, got 0");
        }
    }
}
