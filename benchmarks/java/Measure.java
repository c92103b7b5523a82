import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * Runs batches of one contender's rows, as the driver asks for them.
 *
 * <p>Each contender is a process; the driver has their batches take turns, warms them up and
 * takes the medians, so that whatever slows the machine down meets all of them alike.
 * A request is a line {@code COUNT ROW} on stdin, its answer a line of JSON on stdout:
 * {@code {"row": ROW, "count": COUNT, "nanoseconds": N}} or {@code {"row": ROW, "error": TEXT}}.
 * The end of stdin ends the process.
 */
final class Measure {
    /** What every contender finds in Python before its first row. */
    static final String SCRIPT =
            """
            from itertools import repeat

            number = 41
            text = "0123456789"
            numbers = list(range(1_000))
            table = {f"key{i}": i for i in range(100)}

            def nothing():
                pass

            def call_add(count):
                for _ in repeat(None, count):
                    add(1, 2)
            """;

    /** Something that is timed, or checks what was timed. */
    interface Action {
        void run() throws Exception;
    }

    /** Does so many calls; returns the nanoseconds that they took together. */
    interface Batch {
        long run(int count) throws Exception;
    }

    private final Map<String, Callable<Batch>> rows = new HashMap<>();
    private final Map<String, Batch> prepared = new HashMap<>();

    /** Adds a row of calls, the first of which must pass the check. */
    void row(String name, Action call, Action check) {
        batch(
                name,
                () -> {
                    call.run();
                    check.run();
                    return calls(call);
                });
    }

    /** Adds a row that is prepared when it is first asked for. */
    void batch(String name, Callable<Batch> prepare) {
        rows.put(name, prepare);
    }

    /** Adds a row that this contender cannot do. */
    void lacks(String name, String why) {
        batch(
                name,
                () -> {
                    throw new UnsupportedOperationException(why);
                });
    }

    /** Answers requests until stdin ends. */
    void serve() throws IOException {
        PrintStream answers = System.out;
        BufferedReader requests =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = requests.readLine()) != null; ) {
            String[] request = line.split(" ", 2);
            answers.println(answer(request[1], Integer.parseInt(request[0])));
            answers.flush();
        }
    }

    private String answer(String row, int count) {
        try {
            long nanoseconds = prepared(row).run(count);
            return "{\"row\": %s, \"count\": %d, \"nanoseconds\": %d}"
                    .formatted(quoted(row), count, nanoseconds);
        } catch (Exception | LinkageError e) {
            return "{\"row\": %s, \"error\": %s}".formatted(quoted(row), quoted(described(e)));
        }
    }

    private Batch prepared(String row) throws Exception {
        Batch batch = prepared.get(row);
        if (batch == null) {
            Callable<Batch> prepare = rows.get(row);
            if (prepare == null) {
                throw new UnsupportedOperationException("has no such row");
            }
            batch = prepare.call();
            prepared.put(row, batch);
        }
        return batch;
    }

    /** Returns a batch that makes the same call again and again. */
    static Batch calls(Action call) {
        return count ->
                nanoseconds(
                        () -> {
                            for (int i = 0; i < count; i++) {
                                call.run();
                            }
                        });
    }

    /** Returns how long it takes. */
    static long nanoseconds(Action action) throws Exception {
        long begin = System.nanoTime();
        action.run();
        return System.nanoTime() - begin;
    }

    /** Refuses a value that is not the expected one. */
    static void expect(Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new IllegalStateException("expected " + expected + ", got " + actual);
        }
    }

    private static String described(Throwable error) {
        return error instanceof UnsupportedOperationException
                ? error.getMessage()
                : error.toString();
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            boolean plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
            quoted.append(plain ? String.valueOf(c) : "\\u%04x".formatted((int) c));
        }
        return quoted.append('"').toString();
    }
}
