package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * What Java does where a script forks the process.
 *
 * <p>The child has one thread, and no other of the JVM's. Python may go on in it, but must not enter
 * Java: sooner or later that waits for a lock which another thread had, and does so for ever.
 *
 * <ul>
 *   <li>A capsule that is dropped enters Java by its destructor. So all of them have one more
 *       reference while the process forks. The parent takes it back, the child never does.
 *   <li>A function of Java's enters it when it is called. So Python knows the memory of all their
 *       definitions, and the child writes another C function there, which has Python refuse the call
 *       ({@link Upcalls}).
 * </ul>
 *
 * <p>Python calls what is here from C, the last thing before the fork and the first after it, and it
 * keeps the GIL: so no other thread makes a capsule in between. Where Python runs already when Java
 * joins it, another library may have been first; what is made meanwhile is not held in the child.
 *
 * <p>Interpreters with a GIL of their own cannot fork, and their capsules are not touched here.
 */
final class Forks {

    private static final int WRITABLE = 0x200; // PyBUF_WRITE

    /** Of the capsules that the calling thread holds while it forks. */
    private static final ThreadLocal<long[]> CAPSULES = new ThreadLocal<>();

    private static int known; // pieces of the definitions that Python knows; the GIL guards it

    private Forks() {}

    /** Called by Python, keeps the GIL. */
    private static final class Hook extends JavaFunction {

        private final Consumer<Attachment> work;

        Hook(Interpreter interpreter, String name, Consumer<Attachment> work) {
            super(interpreter, work, Upcalls.define(name, name + "()\n--\n\nFor os.register_at_fork."));
            this.work = work;
        }

        @Override
        long call(Attachment attachment, long arguments, int count, long names) {
            work.accept(attachment);
            return Converter.toPython(attachment, (Object) null);
        }
    }

    /** Has Python tell when it forks; attached, once, before anything else may ask for that. */
    static void watch(Attachment attachment, Kernel kernel) {
        Interpreter interpreter = attachment.interpreter;
        long before = Upcalls.functionOf(attachment, new Hook(interpreter, "before_fork", Forks::prepare));
        long after = Upcalls.functionOf(attachment, new Hook(interpreter, "after_fork", Forks::letGo));
        long refusing = Converter.toPython(attachment, CPython.address("PyObject_Vectorcall"));
        kernel.run(attachment, "watch_forks", before, after, refusing);
        CPython.Py_DecRef(refusing);
        CPython.Py_DecRef(after);
        CPython.Py_DecRef(before);
    }

    private static void prepare(Attachment attachment) {
        long definitions = attachment.interpreter.kernel().function(attachment, "definitions");
        for (MemorySegment piece : Definitions.from(known)) {
            long view = Failure.check(attachment, CPython.PyMemoryView_FromMemory(
                    piece.address(), piece.byteSize(), WRITABLE));
            Failure.check(attachment, CPython.PyList_Append(definitions, view));
            CPython.Py_DecRef(view);
            known++;
        }
        long[] capsules = LongStream.concat(
                Arrays.stream(Held.capsules()), Arrays.stream(Lent.capsules())).toArray();
        for (long capsule : capsules) {
            CPython.Py_IncRef(capsule);
        }
        CAPSULES.set(capsules);
    }

    private static void letGo(Attachment attachment) {
        long[] capsules = CAPSULES.get();
        CAPSULES.remove();
        if (capsules != null) { // else there was no memory for them
            for (long capsule : capsules) {
                CPython.Py_DecRef(capsule);
            }
        }
    }
}
