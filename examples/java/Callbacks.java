import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;
import org.pythonarium.Python;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonFunction;

/** Python calls Java, Java calls Python, and exceptions go through both. */
public final class Callbacks {

    /** What Python has as `def describe(item, *, currency)` is here called by position. */
    interface Describer {
        String describe(String item, double price);
    }

    private static final Map<String, Double> PRICES = Map.of("tea", 2.5, "cake", 4.0);

    private Callbacks() {}

    public static void main(String[] arguments) {
        PythonFunction price = (items, options) -> {
            Double found = PRICES.get(items.get(0));
            if (found == null) {
                throw new IllegalArgumentException("no price for " + items.get(0));
            }
            return found * (Long) options.getOrDefault("count", 1L);
        };
        IntBinaryOperator add = Integer::sum; // a computation: called several times as fast
        PythonExecutioner.setVariable("price", price.named("price"));
        PythonExecutioner.setVariable("add", add);
        PythonExecutioner.exec("print(price('tea', count=3), add(40, 2))");

        PythonExecutioner.exec("def describe(item, price): return f'{item} at {price:.2f}'");
        Describer describer = Python.eval("describe").as(Describer.class);
        System.out.println(describer.describe("cake", 4));

        PythonExecutioner.exec("""
                try:
                    price("coffee")
                except Exception as error:
                    print(type(error).__name__, error)
                """);
        try {
            PythonExecutioner.exec("total = sum(map(price, ['tea', 'coffee']))");
        } catch (PythonException failed) {
            System.out.println("caused by " + failed.getCause());
        }
        System.out.println(List.of("sorted by Java's rule:", Python.eval("sorted")
                .callWithArgsAndKwargs(List.of(PRICES.keySet()), Map.of("key", (PythonFunction) (item, none) ->
                        PRICES.get(item.get(0))))));
    }
}
