package org.pythonarium;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/** Starts numpy by the settings of its JVM, and prints what became of it. */
final class NumpyProgram {

    private NumpyProgram() {}

    /** Runs what the argument names. */
    public static void main(String[] arguments) {
        switch (arguments[0]) {
            case "init" -> init();
            case "create" -> create();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void init() {
        try {
            NumpyArray.INSTANCE.init();
            System.out.println(Python.eval("'numpy' in __import__('sys').modules"));
            PythonExecutioner.setVariable("a", NumpyArray.of(new double[] {1}));
            System.out.println(Python.eval("type(a).__name__"));
        } catch (PythonException failure) {
            System.out.println(failure.getMessage());
        }
    }

    private static void create() {
        NumpyArray whole = NumpyArray.of(Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, 1, 2, 3, 4),
                DType.INT64, new long[] {2, 2}, new long[] {-16, 8});
        PythonExecutioner.setVariable("a", whole);
        PythonExecutioner.setVariable("b", NumpyArray.of(new float[] {1.5f}));
        PythonExecutioner.setVariable("c", NumpyArray.of(
                Arena.ofAuto().allocate(8).asReadOnly(), "<M8[ns]", new long[] {1}, null));
        System.out.println(Python.eval("type(a.base).__name__"));
        PythonExecutioner.exec("a[0, 0] = 7");
        System.out.println(Python.eval("a.tolist(), b.tolist(), str(c.dtype), c.flags.writeable, a.dtype.str"));
        System.out.println(whole.getLong(0, 0));
    }
}
