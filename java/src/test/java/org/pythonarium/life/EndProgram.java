package org.pythonarium.life;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntUnaryOperator;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonFunction;
import org.pythonarium.PythonGIL;

/** Ends in one of many ways; Python tells what it still came to do. */
@SuppressWarnings("try") // scopes are there to be closed
final class EndProgram {

    /** A file is flushed when Python is finalized, and a variable's object tells of its end. */
    private static final String START = """
            import atexit, sys, threading, time
            class Object:
                def __del__(self):
                    print("finalized")
            it = Object()
            file = open("file.txt", "w")
            file.write("data")
            atexit.register(lambda: print("atexit"))
            sys.stdout.write("unflushed ")
            """;

    private static final CountDownLatch BEGAN = new CountDownLatch(1);

    private EndProgram() {}

    public static void main(String[] arguments) throws Exception {
        run(START);
        end(arguments[0]);
    }

    private static void end(String how) throws Exception {
        switch (how) {
            case "return" -> { }
            case "exit" -> System.exit(3);
            case "exit in scope" -> inScope(() -> System.exit(3));
            case "scope left open" -> callSeveral(PythonGIL.lock());
            case "exit in a callback" -> exitIn("end(0)");
            case "exit in a computation" -> exitIn("end_computing(0)");
            case "exit in a callback of a python thread" ->
                    exitIn("thread = threading.Thread(target=end, args=[0]); thread.start(); thread.join()");
            case "exit in a computation of a python thread" ->
                    exitIn("thread = threading.Thread(target=end_computing, args=[0]); thread.start(); thread.join()");
            case "throw" -> inScope(() -> {
                throw new IllegalStateException("of the test");
            });
            case "loop" -> exitWhile("while True: pass");
            case "loop that catches all" -> exitWhile("""
                    while True:
                        try:
                            while True: pass
                        except BaseException: pass
                    """);
            case "loop for ever" -> run("open('running', 'w').close()\nwhile True: pass");
            case "sleep" -> exitWhile("time.sleep(1000)");
            case "many calls" -> exitWhileMany();
            case "busy in scope" -> exitWhileInScope();
            case "atexit that hangs" -> run("atexit.register(time.sleep, 1000)");
            case "python threads" -> run("""
                    from concurrent.futures import ThreadPoolExecutor
                    pool = ThreadPoolExecutor(2)
                    results = [pool.submit(abs, -number) for number in range(10)]
                    """);
            case "daemon threads" -> run("""
                    def work():
                        while True: sum(range(100))
                    for _ in range(3): threading.Thread(target=work, daemon=True).start()
                    """);
            case "use in a hook" -> {
                Runtime.getRuntime().addShutdownHook(new Thread(EndProgram::useInHook));
                System.exit(3);
            }
            default -> throw new IllegalArgumentException(how);
        }
    }

    private static void exitIn(String script) {
        try (PythonGIL gil = PythonGIL.lock()) {
            IntUnaryOperator end = code -> {
                System.exit(3);
                return code;
            };
            PythonExecutioner.setVariable("end", PythonFunction.of(IntUnaryOperator.class, end).waiting());
            PythonExecutioner.setVariable("end_computing", end);
            PythonExecutioner.exec(script);
        }
    }

    private static void run(String script) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec(script);
        }
    }

    private static void inScope(Runnable end) {
        try (PythonGIL gil = PythonGIL.lock()) {
            callSeveral(gil);
            end.run();
        }
    }

    /** So that the thread has the GIL between its calls. */
    private static void callSeveral(PythonGIL gil) {
        for (int i = 0; i < 5; i++) {
            PythonExecutioner.setVariable("number", i);
        }
    }

    private static void exitWhile(String script) {
        daemon(() -> run("open('running', 'w').close()\n" + script));
        while (!Files.exists(Path.of("running"))) {
            Thread.onSpinWait();
        }
        System.exit(3);
    }

    private static void exitWhileMany() throws InterruptedException {
        CountDownLatch began = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            daemon(() -> {
                run("pass");
                began.countDown();
                while (true) {
                    run("number = [1] * 10");
                }
            });
        }
        began.await();
        System.exit(3);
    }

    private static void exitWhileInScope() throws InterruptedException {
        daemon(() -> inScope(() -> {
            BEGAN.countDown();
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException ignored) {
                // nobody does it
            }
        }));
        BEGAN.await();
        System.exit(3);
    }

    /** Whether it still may or not: it is told, and Python ends. */
    private static void useInHook() {
        try {
            run("number = 1");
        } catch (PythonException refused) {
            System.err.println(refused.getMessage());
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (PythonException refused) {
                System.err.println(refused.getMessage());
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
