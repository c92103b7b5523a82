import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonType;
import org.pythonarium.PythonTypes;

/** Typed values: records go in as dicts, and dicts come out as records, exactly or not at all. */
public final class Orders {

    record Line(String product, int pieces, BigDecimal price) {}

    record Order(long number, LocalDate placed, List<Line> lines) {}

    record Invoice(long order, BigDecimal total, LocalDate due, Map<String, Integer> pieces, Optional<String> note) {}

    private static final String SCRIPT = """
            from datetime import timedelta

            def invoice(order):
                lines = order["lines"]
                return {
                    "order": order["number"],
                    "total": sum(line["price"] * line["pieces"] for line in lines),
                    "due": order["placed"] + timedelta(days=30),
                    "pieces": {line["product"]: line["pieces"] for line in lines},
                }

            invoices = [invoice(order) for order in orders]
            """;

    private Orders() {}

    public static void main(String[] arguments) {
        Line kettles = new Line("kettle", 4, new BigDecimal("18.75"));
        Line cups = new Line("cup", 10, new BigDecimal("4.20"));
        List<Order> orders = List.of(
                new Order(1, LocalDate.of(2026, 3, 1), List.of(kettles, cups)),
                new Order(2, LocalDate.of(2026, 3, 2), List.of(cups)));
        PythonExecutioner.setVariable("orders", orders);
        PythonExecutioner.exec(SCRIPT);

        PythonType<List<Invoice>> type = PythonTypes.listOf(PythonTypes.of(Invoice.class));
        for (Invoice invoice : PythonExecutioner.getVariable("invoices", type).getValue()) {
            System.out.println(invoice);
        }

        PythonExecutioner.exec("invoices[1]['total'] = float(invoices[1]['total'])");
        try {
            PythonExecutioner.getVariable("invoices", type);
        } catch (PythonException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
