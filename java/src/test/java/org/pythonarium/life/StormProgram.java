package org.pythonarium.life;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGC;
import org.pythonarium.PythonGIL;
import org.pythonarium.PythonTypes;

/** Many calls from many threads; says "good" if Python has seen each of them, and nothing is left. */
@SuppressWarnings("try") // scopes are there to be closed
final class StormProgram {

    private static final long LARGE = 16L << 20;
    private static final long SMALL = 1L << 20;
    private static final AtomicLong CALLS = new AtomicLong();

    private StormProgram() {}

    public static void main(String[] arguments) throws Exception {
        run("""
                import gc, sys
                calls = 0
                class Node: pass
                def make_garbage():
                    node = Node()
                    node.other = Node()
                    node.other.other = node
                """);
        long number = Long.parseLong(arguments[1]);
        switch (arguments[0]) {
            case "threads" -> threads(number);
            case "virtual" -> virtual((int) number);
            case "waiting" -> waiting((int) number);
            case "finished" -> finished((int) number);
            case "calls" -> calls((int) number);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** Eight threads for some seconds, four of which have carriers; garbage on both sides. */
    private static void threads(long seconds) throws InterruptedException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(new Thread(null, () -> callUntil(end), "caller " + i, i % 2 == 0 ? LARGE : SMALL));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        expect(CALLS.get() > 1000, CALLS + " calls");
        expectAllCalls();
    }

    private static void callUntil(long end) {
        for (int i = 0; System.nanoTime() < end; i++) {
            try (PythonGIL gil = PythonGIL.lock(); PythonGC gc = PythonGC.watch()) {
                PythonExecutioner.exec("calls += 1; make_garbage(); numbers = list(range(100))");
                CALLS.incrementAndGet();
                PythonExecutioner.getVariable("numbers");
                PythonExecutioner.setVariable("text", "text " + i);
                expect(PythonExecutioner.getVariable("text", PythonTypes.STR).getValue().equals("text " + i),
                        "a variable of another thread");
            }
            if (i % 50 == 0) {
                try (PythonGIL gil = PythonGIL.lock()) {
                    PythonExecutioner.getVariable("numbers"); // left to the garbage collector
                }
            }
            if (i % 1000 == 0) {
                run("gc.collect()");
                System.gc();
            }
        }
    }

    /** A virtual thread each for many tasks of ten calls. */
    private static void virtual(int count) throws Exception {
        List<Future<?>> ends = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                ends.add(executor.submit(StormProgram::callTenTimes));
            }
        }
        for (Future<?> end : ends) {
            end.get();
        }
        expectAllCalls();
        expectThreadsToGo();
    }

    private static void callTenTimes() {
        for (int i = 0; i < 10; i++) {
            call();
        }
    }

    /** Virtual threads that call once, and all live at the same time. */
    private static void waiting(int count) throws Exception {
        CountDownLatch called = new CountDownLatch(count);
        CountDownLatch end = new CountDownLatch(1);
        for (int i = 0; i < count; i++) {
            Thread.startVirtualThread(() -> {
                call();
                called.countDown();
                try {
                    end.await();
                } catch (InterruptedException ignored) {
                    // nobody does it
                }
            });
        }
        called.await();
        end.countDown();
        expectAllCalls();
        expectThreadsToGo();
    }

    /** Threads one after the other, each of which has had the GIL between calls. */
    private static void finished(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(null, () -> {
                try (PythonGIL gil = PythonGIL.lock()) {
                    callInScope();
                    callInScope();
                    callInScope();
                }
            }, "short", i % 2 == 0 ? LARGE : SMALL);
            thread.start();
            thread.join();
        }
        expectAllCalls();
        expectThreadsToGo();
    }

    /** So many calls of each kind. Memory grows at first, and no more from then on. */
    private static void calls(int count) throws IOException {
        callEachKind(count / 2);
        long memory = memory();
        long references = references();
        callEachKind(count / 2);
        expect(references() <= references + 10, "references: " + references + ", then " + references());
        expect(memory() < memory + (16 << 10), "memory in KiB: " + memory + ", then " + memory());
        System.out.println("good");
    }

    private static void callEachKind(int count) {
        for (int i = 0; i < count; i++) {
            try (PythonGIL gil = PythonGIL.lock(); PythonGC gc = PythonGC.watch()) {
                PythonExecutioner.setVariable("text", "text " + i % 1000);
                PythonExecutioner.getVariable("text", PythonTypes.STR);
                PythonExecutioner.getVariable("make_garbage").attr("__name__");
            }
        }
    }

    private static long references() {
        run("gc.collect(); references = len(gc.get_objects()) + sys.getrefcount(make_garbage)");
        return read("references");
    }

    private static long memory() throws IOException {
        System.gc();
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no VmRSS");
    }

    private static void call() {
        try (PythonGIL gil = PythonGIL.lock()) {
            callInScope();
        }
    }

    private static void callInScope() {
        PythonExecutioner.exec("calls += 1");
        CALLS.incrementAndGet();
    }

    private static void expectAllCalls() {
        long seen = read("calls");
        expect(seen == CALLS.get(), CALLS + " calls, and Python has seen " + seen);
        System.out.println("good");
    }

    /** The threads of the system and Python's states of those that have ended go, soon. */
    private static void expectThreadsToGo() throws IOException, InterruptedException {
        long end = System.nanoTime() + 20_000_000_000L;
        while (threadsOfSystem() > 100 || threadStates() > 100) {
            expect(System.nanoTime() < end, threadsOfSystem() + " threads, " + threadStates() + " states");
            Thread.sleep(50); // what ends them looks now and then
        }
    }

    private static int threadsOfSystem() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path ignored : threads) {
                count++;
            }
        }
        return count;
    }

    private static long threadStates() {
        return org.pythonarium.internal.ThreadStates.count();
    }

    private static long read(String name) {
        try (PythonGIL gil = PythonGIL.lock()) {
            return ((Number) PythonExecutioner.getVariable(name, PythonTypes.INT).getValue()).longValue();
        }
    }

    private static void run(String script) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec(script);
        }
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
