package org.pythonarium.internal;

/** The threads that Python knows of, as CPython lists them. */
public final class ThreadStates {

    private ThreadStates() {}

    /** Counts those of the main interpreter. */
    public static int count() {
        return Launcher.main().callUnlocked(attachment -> {
            int count = 0;
            long state = CPython.PyInterpreterState_ThreadHead(CPython.PyInterpreterState_Main());
            for (; state != 0; state = CPython.PyThreadState_Next(state)) {
                count++;
            }
            return count;
        });
    }
}
