package org.pythonarium;

import java.io.File;
import org.pythonarium.internal.Ndarrays;

/** The type of numpy's arrays. */
final class NumpyArrayType extends PythonType<NumpyArray> {

    /** The type; without the class of its values, which not every program needs. */
    static final NumpyArrayType INSTANCE = new NumpyArrayType(false);

    /** The same, of arrays for the thread alone that reads them. */
    static final NumpyArrayType CONFINED = new NumpyArrayType(true);

    private final boolean isConfined;

    private NumpyArrayType(boolean isConfined) {
        super("numpy.ndarray", NumpyArray.class);
        this.isConfined = isConfined;
    }

    /** Takes also an array of Java's numbers. */
    @Override
    public NumpyArray adapt(Object value) {
        return switch (value) {
            case double[] values -> NumpyArray.of(values);
            case double[][] rows -> NumpyArray.of(rows);
            case float[] values -> NumpyArray.of(values);
            case long[] values -> NumpyArray.of(values);
            case int[] values -> NumpyArray.of(values);
            case short[] values -> NumpyArray.of(values);
            case boolean[] values -> NumpyArray.of(values);
            case null, default -> super.adapt(value);
        };
    }

    /** Returns the array that an object is, or whose memory it has. */
    @Override
    public NumpyArray toJava(PythonObject object) {
        return Ndarrays.value(object.reference(), isConfined);
    }

    @Override
    NumpyArray read(String variable) {
        return Ndarrays.get(variable, isConfined);
    }

    /** Returns Python's {@code numpy.ndarray}. */
    @Override
    public PythonObject pythonType() {
        return Python.importModule("numpy").attr("ndarray");
    }

    /** Returns the folder that numpy is imported from. */
    @Override
    public File[] packages() {
        return new File[] {new File(Ndarrays.folder())};
    }

    /**
     * Imports numpy, unless the setting {@code org.eclipse.python4j.numpyimport} is false; then it
     * is imported with the first array that needs it.
     *
     * @throws PythonException if numpy is not there; the message has the command that mends it
     */
    @Override
    public void init() {
        if (PythonConstants.importNumpyArray()) {
            Ndarrays.prepare();
        }
    }
}
