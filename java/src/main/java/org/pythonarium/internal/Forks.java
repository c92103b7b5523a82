package org.pythonarium.internal;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.pythonarium.PythonFunction;

/**
 * What Java does where a script forks the process.
 *
 * <p>The child has one thread, and no other of the JVM's. Python may go on in it, but must not enter
 * Java: sooner or later that waits for a lock which another thread had, and does so for ever. A
 * capsule that is dropped enters Java by its destructor. So all of them have one more reference
 * while the process forks. The parent takes it back, the child never does.
 */
final class Forks {

    /** Of the capsules that the calling thread holds while it forks. */
    private static final ThreadLocal<long[]> CAPSULES = new ThreadLocal<>();

    private Forks() {}

    /** Has Python tell when it forks; attached, once. */
    static void watch(Attachment attachment, Kernel kernel) {
        Interpreter interpreter = attachment.interpreter;
        PythonFunction fork = (arguments, keywords) ->
                interpreter.callLocked(own -> (Boolean) arguments.getFirst() ? hold() : letGo());
        long told = Functions.toPython(attachment, fork);
        kernel.run(attachment, "watch_forks", told);
        CPython.Py_DecRef(told);
    }

    private static Void hold() {
        long[] capsules = LongStream.concat(
                Arrays.stream(Held.capsules()), Arrays.stream(Lent.capsules())).toArray();
        for (long capsule : capsules) {
            CPython.Py_IncRef(capsule);
        }
        CAPSULES.set(capsules);
        return null;
    }

    private static Void letGo() {
        long[] capsules = CAPSULES.get();
        CAPSULES.remove();
        if (capsules != null) { // else the JVM was about to end, and refused to hold them
            for (long capsule : capsules) {
                CPython.Py_DecRef(capsule);
            }
        }
        return null;
    }
}
