import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Two threads, each with an interpreter of its own, that do the same pure Python work.
 *
 * <p>An interpreter is opened on the thread that uses it, and goes when the process ends.
 */
final class Jobs {
    /** Defines {@code job()}: some milliseconds of bytecode, on objects of its own. */
    static final String SCRIPT =
            """
            def job():
                total = 0
                for number in range(200_000):
                    total += number & 7
                return total
            """;

    private static final long STACK_BYTES = 16 << 20;

    private final ExecutorService[] workers = {worker(), worker()};
    private final Measure.Action[] jobs = new Measure.Action[workers.length];

    /** Opens an interpreter on each thread; what {@code open} returns does one job there. */
    Jobs(Callable<Measure.Action> open) throws InterruptedException, ExecutionException {
        for (int i = 0; i < workers.length; i++) {
            jobs[i] = workers[i].submit(open).get();
        }
    }

    /** Does twice so many jobs on one thread. */
    long inTurn(int count) throws Exception {
        return Measure.nanoseconds(() -> start(0, 2 * count).get());
    }

    /** Does so many jobs on each of the two threads. */
    long atOnce(int count) throws Exception {
        return Measure.nanoseconds(
                () -> {
                    for (Future<?> running : List.of(start(0, count), start(1, count))) {
                        running.get();
                    }
                });
    }

    private Future<?> start(int worker, int count) {
        return workers[worker].submit(() -> {
            for (int i = 0; i < count; i++) {
                jobs[worker].run();
            }
            return null;
        });
    }

    private static ExecutorService worker() {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(null, task, "job", STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        });
    }
}
