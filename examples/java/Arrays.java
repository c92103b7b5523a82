import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.pythonarium.ArrowTable;
import org.pythonarium.DType;
import org.pythonarium.NumpyArray;
import org.pythonarium.PythonArena;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonVariable;

/** Arrays of numpy, whose memory both sides have; and a DataFrame, read column by column. */
public final class Arrays {

    private Arrays() {}

    public static void main(String[] arguments) {
        NumpyArray matrix = NumpyArray.of(new double[][] {{2, 1}, {1, 3}});
        NumpyArray right = NumpyArray.of(new double[] {3, 5});
        PythonVariable<NumpyArray> solution = new PythonVariable<>("solution", NumpyArray.INSTANCE);
        PythonExecutioner.exec("import numpy\nsolution = numpy.linalg.solve(matrix, right)",
                List.of(new PythonVariable<>("matrix", NumpyArray.INSTANCE, matrix),
                        new PythonVariable<>("right", NumpyArray.INSTANCE, right)),
                List.of(solution));
        System.out.println(java.util.Arrays.toString(solution.getValue().toDoubleArray()));

        try (PythonArena arena = new PythonArena()) {
            MemorySegment samples = arena.allocate(ValueLayout.JAVA_DOUBLE, 1_000_000);
            for (long index = 0; index < 1_000_000; index++) {
                samples.setAtIndex(ValueLayout.JAVA_DOUBLE, index, index % 10);
            }
            PythonExecutioner.setVariable("samples", NumpyArray.of(samples, DType.FLOAT64, 1000, 1000));
            PythonExecutioner.exec("samples[0, 0] = samples.mean()\ndel samples");
            System.out.println(samples.getAtIndex(ValueLayout.JAVA_DOUBLE, 0) + " written by Python into Java's memory");
        }

        PythonExecutioner.exec("""
                import pandas
                sales = pandas.DataFrame({"month": ["May", "June"], "total": [117.0, 42.5]})
                """);
        try (ArrowTable sales = PythonExecutioner.getVariable("sales", ArrowTable.INSTANCE).getValue()) {
            System.out.println(sales.columnNames() + " " + sales.rowCount() + " rows");
            double[] totals = sales.column("total").toDoubleArray();
            String[] months = sales.column("month").toStringArray();
            System.out.println(months[1] + ": " + totals[1]);
        }
    }
}
