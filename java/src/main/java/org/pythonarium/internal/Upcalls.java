package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Where Python enters Java.
 *
 * <p>One native function serves all functions of Java's: it is the {@code ml_meth} of a
 * {@code PyMethodDef}, so that Python calls it as it calls its own. Whose it is, a capsule says:
 * its pointer is the number of a {@link JavaFunction} among {@link Held}. When Python drops the
 * function it drops the capsule, and the capsule's destructor lets the Java function go.
 *
 * <p>The {@code self} of the Python function is a method of the capsule, which refuses to be
 * called. In a forked child {@code PyObject_Vectorcall} stands as {@code ml_meth}, which has the
 * same shape and calls the self ({@link Forks}).
 *
 * <p>An exception that left one of these methods would end the JVM. So each of them catches
 * everything, and the last thing it does is prepared beforehand.
 */
final class Upcalls {

    private static final ValueLayout.OfLong J = ValueLayout.JAVA_LONG;

    /** METH_FASTCALL | METH_KEYWORDS. */
    private static final int FLAGS = 0x80 | 0x02;

    // PyMethodDef: name, function, flags, doc
    static final long DEF_SIZE = 32;
    private static final long DEF_FUNCTION = 8;
    private static final long DEF_FLAGS = 16;
    private static final long DEF_DOC = 24;

    // PyCapsule: pointer; PyMethodObject: function, self; PyCFunctionObject: definition, self
    private static final long CAPSULE_POINTER = 16;
    private static final long METHOD_SELF = 24;
    private static final long FUNCTION_DEF = 16;
    private static final long FUNCTION_SELF = 24;

    private static final long CFUNCTION = CPython.address("PyCFunction_Type");

    private static final long RUNTIME_ERROR =
            CPython.MEMORY.get(J, CPython.address("PyExc_RuntimeError"));
    private static final long LAST_WORDS = Arena.global().allocateFrom(
            "a function of Java's has failed, and so has the attempt to say how").address();

    private static final long CALL = stub("call");
    private static final long DROP = stub("drop");

    /** Differs from that of another class loader: all code made by the JVM lies within 4 GiB. */
    private static final long OWN = DROP & 0xFFFF_FFFFL;

    private Upcalls() {}

    /** Links what Python calls, which takes some time; any thread may do it beforehand. */
    static void prepare() {
        // done by the initialisation of this class
    }

    /** Returns a new Python function that calls a function of Java's. */
    static long functionOf(Attachment attachment, JavaFunction function) {
        long capsule = hold(attachment, function);
        long self = 0;
        try {
            self = Failure.check(attachment, CPython.PyMethod_New(
                    attachment.interpreter.kernel().function(attachment, "refuse"), capsule));
            return Failure.check(attachment, CPython.PyCFunction_NewEx(
                    Definitions.put((int) number(capsule), function.definition), self, 0));
        } finally {
            CPython.Py_DecRef(self); // of NULL it does nothing
            CPython.Py_DecRef(capsule);
        }
    }

    /** Returns a new capsule that holds an object of Java's as long as it lives. */
    static long hold(Attachment attachment, Object object) {
        int number = Held.add(object);
        long capsule = CPython.PyCapsule_New(number, 0, DROP);
        if (capsule == 0) {
            Held.remove(number);
            throw Failure.take(attachment);
        }
        if (attachment.interpreter.mayFork()) {
            Held.isIn(number, capsule);
        }
        return capsule;
    }

    /** Returns the number of the object that a capsule holds. */
    static long number(long capsule) {
        return CPython.MEMORY.get(J, capsule + CAPSULE_POINTER);
    }

    /** Returns the number of the object that a capsule holds, with what tells whose number it is. */
    static long mark(long capsule) {
        return OWN << Integer.SIZE - 1 | number(capsule);
    }

    /** Returns the object of a mark, or null if it is of another class loader. */
    static Object marked(long mark) {
        return mark >>> Integer.SIZE - 1 == OWN ? Held.get(mark & Integer.MAX_VALUE) : null;
    }

    /** Returns the function of Java's that an object of Python's is, or null if it is none. */
    static JavaFunction javaFunction(long object) {
        if (CPython.Py_TYPE(object) != CFUNCTION) {
            return null;
        }
        long definition = CPython.MEMORY.get(J, object + FUNCTION_DEF);
        if (CPython.MEMORY.get(J, definition + DEF_FUNCTION) != CALL) {
            return null;
        }
        return called(CPython.MEMORY.get(J, object + FUNCTION_SELF));
    }

    /** Returns the function whose self this is. */
    private static JavaFunction called(long self) {
        return (JavaFunction) Held.get(number(CPython.MEMORY.get(J, self + METHOD_SELF)));
    }

    /** Returns a definition of a Python function; what it names stays as long as it is reachable. */
    static MemorySegment define(String name, String doc) {
        Arena arena = Arena.ofAuto();
        MemorySegment definition = arena.allocate(DEF_SIZE, 8);
        definition.set(J, 0, arena.allocateFrom(name).address());
        definition.set(J, DEF_FUNCTION, CALL);
        definition.set(ValueLayout.JAVA_INT, DEF_FLAGS, FLAGS);
        definition.set(J, DEF_DOC, arena.allocateFrom(doc).address());
        return definition;
    }

    /** Python calls this, attached; returns a new reference, or 0 with an error set. */
    private static long call(long self, long arguments, long count, long names) {
        try {
            return called(self).enter(arguments, count, names);
        } catch (Throwable failure) {
            CPython.PyErr_SetString(RUNTIME_ERROR, LAST_WORDS);
            return 0;
        }
    }

    /**
     * Python calls this when a capsule ends, attached, wherever it collects garbage.
     *
     * <p>It passes the capsule alone; what else there seems to be is what registers held. For one
     * shape is linked in a fraction of the time that two take.
     */
    private static long drop(long capsule, long a, long b, long c) {
        try {
            Held.remove(number(capsule));
        } catch (Throwable failure) {
            // the object stays held; there is nobody to tell
        }
        return 0;
    }

    private static long stub(String name) {
        try {
            MethodHandle method = MethodHandles.lookup().findStatic(Upcalls.class, name, MethodType.methodType(
                    long.class, long.class, long.class, long.class, long.class));
            FunctionDescriptor shape = FunctionDescriptor.of(J, J, J, J, J);
            return Linker.nativeLinker().upcallStub(method, shape, Arena.global()).address();
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
