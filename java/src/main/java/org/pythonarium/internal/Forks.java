package org.pythonarium.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
 *   <li>A script ends the child where it ends itself. Where Java has called something else, the
 *       child has written that it is one into memory of Java's, and ends as soon as it comes back
 *       ({@link #returned}): so that no code of the user's runs twice. Where the JVM was about to
 *       stop its threads when the process forked, the child is stopped there for good.
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

    /** Where a child writes a 1. */
    private static final MemorySegment IS_CHILD = Arena.global().allocate(1);

    private static final long IS_CHILD_ADDRESS = IS_CHILD.address();

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
        long isChild = view(attachment, IS_CHILD);
        kernel.run(attachment, "watch_forks", before, after, refusing, isChild);
        CPython.Py_DecRef(isChild);
        CPython.Py_DecRef(refusing);
        CPython.Py_DecRef(after);
        CPython.Py_DecRef(before);
    }

    private static long view(Attachment attachment, MemorySegment memory) {
        return Failure.check(attachment, CPython.PyMemoryView_FromMemory(
                memory.address(), memory.byteSize(), WRITABLE));
    }

    /** Returns the result of a call, or 0 if it has raised; does not return in a forked child. */
    static long returned(Attachment attachment, long result) {
        if (CPython.MEMORY.get(ValueLayout.JAVA_BYTE, IS_CHILD_ADDRESS) != 0) {
            endChild(attachment, result);
        }
        return result;
    }

    /** Has Python end the process: whatever else this did could wait for ever. */
    private static void endChild(Attachment attachment, long result) {
        long raised = result == 0 ? Failure.raised(attachment) : Converter.none();
        long arguments = attachment.scratch.take(Long.BYTES);
        CPython.MEMORY.set(ValueLayout.JAVA_LONG, arguments, raised);
        CPython.PyObject_Vectorcall(
                attachment.interpreter.kernel().function(attachment, "end_child"), arguments, 1, 0);
    }

    private static void prepare(Attachment attachment) {
        long definitions = attachment.interpreter.kernel().function(attachment, "definitions");
        for (MemorySegment piece : Definitions.from(known)) {
            long view = view(attachment, piece);
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
