import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.pythonarium.Python;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;

/**
 * A web server of the JDK that scores with numpy, one virtual thread for each request.
 *
 * <p>POST a line of two numbers for each row; the answer has a score a line.
 */
public final class ScoringServer {

    /** The model, as Java sees it. */
    interface Model {
        List<Double> score(List<double[]> rows);
    }

    private static final String SCRIPT = """
            import numpy

            rows = numpy.random.default_rng(seed=1).normal(size=(500, 2))
            truth = (rows @ [1.5, -2.0] + 0.5 > 0).astype(float)

            def with_bias(rows):
                return numpy.column_stack([rows, numpy.ones(len(rows))])

            weights, *_ = numpy.linalg.lstsq(with_bias(rows), truth, rcond=None)

            def score(rows):
                return numpy.clip(with_bias(numpy.array(rows)) @ weights, 0, 1).tolist()
            """;

    private ScoringServer() {}

    public static void main(String[] arguments) throws IOException {
        int port = arguments.length == 0 ? 0 : Integer.parseInt(arguments[0]);
        PythonExecutioner.exec(SCRIPT);
        Model model = Python.eval("score").as(Model.class); // takes the lock for each call
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(exchange, model));
        server.start();
        System.out.println("http://localhost:" + server.getAddress().getPort() + "/");
    }

    private static void answer(HttpExchange exchange, Model model) throws IOException {
        try (exchange) {
            String posted = new String(exchange.getRequestBody().readAllBytes());
            String reply;
            int status = 200;
            try {
                List<double[]> rows = posted.lines().map(ScoringServer::numbers).toList();
                reply = model.score(rows).stream().map("%.4f\n"::formatted).collect(Collectors.joining());
            } catch (NumberFormatException | PythonException wrong) {
                status = 400;
                reply = wrong.getMessage() + "\n";
            }
            exchange.sendResponseHeaders(status, reply.getBytes().length);
            exchange.getResponseBody().write(reply.getBytes());
        }
    }

    private static double[] numbers(String line) {
        return Arrays.stream(line.trim().split("[ ,]+")).mapToDouble(Double::parseDouble).toArray();
    }
}
