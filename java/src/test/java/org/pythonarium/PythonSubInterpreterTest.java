package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Interpreters with their own GIL: variables, threads, interrupts and ends. */
@Timeout(120)
class PythonSubInterpreterTest {

    private static final String LOOP = "open(marker, 'w').close()\nwhile True: pass";

    private PythonSubInterpreter python;

    @TempDir
    private Path folder;

    @BeforeEach
    void open() {
        OwnGil.assume();
        python = new PythonSubInterpreter();
    }

    @AfterEach
    void close() {
        if (python != null) {
            python.close();
        }
    }

    private static String messageOf(Runnable call) {
        return assertThrows(PythonException.class, call::run).getMessage();
    }

    private long get(String name) {
        return python.getVariable(name, PythonTypes.INT).getValue();
    }

    /** Starts a script that says when it has, and waits for that. */
    private Future<?> started(ExecutorService threads, String code) {
        Path marker = folder.resolve("started");
        python.setVariable("marker", marker.toString());
        Future<?> run = threads.submit(() -> python.exec(code));
        while (!Files.exists(marker)) {
            assertFalse(run.isDone(), "it has ended before");
            Thread.onSpinWait();
        }
        return run;
    }

    private static String failureOf(Future<?> run) {
        return assertInstanceOf(PythonException.class,
                assertThrows(ExecutionException.class, run::get).getCause()).getMessage();
    }

    @Test
    @Tag("S10") @Tag("B18")
    void variablesAndModulesAreItsOwn() {
        try (PythonSubInterpreter other = new PythonSubInterpreter()) {
            python.exec("import json\nx = 1\njson.mine = True");
            other.exec("import json\nx = 2\nis_mine = hasattr(json, 'mine')");
            assertEquals(1, get("x"));
            assertEquals(2, other.getVariable("x", PythonTypes.INT).getValue());
            assertFalse(other.getVariable("is_mine", PythonTypes.BOOL).getValue());
        }
    }

    @Test
    @Tag("B18")
    @SuppressWarnings("rawtypes")
    void inputsGoInAndOutputsComeOut() {
        PythonVariable<String> z = new PythonVariable<>("z", PythonTypes.STR);
        List<PythonVariable> outputs = List.of(z);
        python.exec("z = x + y", List.of(
                new PythonVariable<>("x", PythonTypes.STR, "Hello "),
                new PythonVariable<>("y", PythonTypes.STR, "World")), outputs);
        assertEquals("Hello World", z.getValue());
        assertEquals(List.of("x", "y", "z", "w"), python.execAndReturnAllVariables("w = [1, 2.5]").names());
        python.deleteVariable("z");
        assertEquals("variable 'z' is not set in context 'main'", messageOf(() -> python.getVariable("z")));
        assertTrue(messageOf(() -> python.setVariable("1x", 1)).startsWith("Invalid identifier"));
    }

    @Test
    @Tag("S10")
    void contextsAreItsOwn() {
        python.exec("x = 1");
        python.setContext("inner");
        assertEquals("inner", python.getCurrentContext());
        assertEquals(List.of(), python.getAllVariables().names());
        python.exec("x = 2");
        python.resetContext();
        assertEquals(List.of(), python.getAllVariables().names());
        python.setContext("main");
        assertEquals(1, get("x"));
        python.deleteContext("inner");
        assertTrue(messageOf(() -> python.deleteContext("inner")).contains("inner"));
    }

    @Test
    @Tag("B18")
    void anyThreadMayUseItAndItsObjects() throws Exception {
        python.exec("n = 0\ndef more(by): \n    global n\n    before = n\n    n = before + by\n    return n");
        PythonObject more = python.eval("more");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<PythonObject>> calls = java.util.stream.IntStream.range(0, 200)
                    .mapToObj(i -> threads.submit(() -> more.call(1))).toList();
            for (Future<PythonObject> call : calls) {
                call.get();
            }
        }
        assertEquals(200, get("n"));
        assertEquals("module", python.importModule("string").attr("__class__").attr("__name__").toString());
    }

    @Test
    @Tag("B18")
    void oneRunsWhileAnotherHoldsItsGil() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(1);
                PythonSubInterpreter other = new PythonSubInterpreter()) {
            Future<?> busy = started(threads, "open(marker, 'w').close()\nsum(range(60_000_000))");
            for (int i = 0; i < 20; i++) {
                other.exec("x = 1");
            }
            assertFalse(busy.isDone(), "sum() keeps the GIL to its end");
            busy.get();
        }
    }

    @Test
    @Tag("B18") @Tag("B17")
    void objectsOfAnotherInterpreterAreRefused() {
        PythonObject mine = python.eval("object()");
        try (PythonSubInterpreter other = new PythonSubInterpreter(); PythonGIL gil = PythonGIL.lock()) {
            String refusal = "o: a PythonObject of another interpreter cannot cross to Python";
            assertEquals(refusal, messageOf(() -> other.setVariable("o", mine)));
            assertEquals(refusal, messageOf(() -> PythonExecutioner.setVariable("o", mine)));
            assertTrue(messageOf(() -> Python.isinstance(mine, Python.listType())).contains("two interpreters"));
            python.setVariable("o", mine);
            assertEquals(mine, python.getVariable("o"));
        }
    }

    @Test
    @Tag("B18") @Tag("B1")
    void whatPythonRaisesIsThrown() {
        assertEquals("ZeroDivisionError: division by zero", messageOf(() -> python.exec("1 / 0")));
        assertTrue(messageOf(() -> python.exec("1 +")).contains("SyntaxError"));
        assertTrue(messageOf(() -> python.exec("def f(): f()\nf()")).contains("RecursionError"));
        assertTrue(messageOf(() -> python.exec("raise SystemExit(3)")).contains("SystemExit"));
        assertTrue(messageOf(() -> python.eval("nope")).contains("NameError"));
        assertTrue(messageOf(() -> python.exec(null)).contains("got null"));
        assertTrue(messageOf(() -> python.exec(
                "import threading\nthreading.Thread(target=print, daemon=True).start()")).contains("daemon"));
        python.exec("x = 1");
        assertEquals(1, get("x"));
    }

    @Test
    @Tag("B18")
    void aModuleThatItCannotLoadIsRefusedWithTheReason() {
        String refused = messageOf(() -> python.exec("import readline"));
        assertTrue(refused.contains("module readline does not support loading in subinterpreters"), refused);
        assertTrue(refused.contains("use it in the main interpreter, or in a process"), refused);
        python.exec("import decimal, datetime\nx = int(decimal.Decimal(4)) + datetime.date(2020, 1, 1).year");
        assertEquals(2024, get("x"));
    }

    @Test
    @Tag("B7")
    void aTimeoutEndsAScriptThatCatchesEverything() {
        String code = """
                while True:
                    try:
                        while True: pass
                    except BaseException: pass
                """;
        String ended = messageOf(() -> python.exec(code, Duration.ofMillis(200)));
        assertEquals("TimeoutError: the script ran past its timeout of 0.2 s", ended);
        python.exec("x = 1", Duration.ofSeconds(60));
        assertEquals(1, get("x"));
    }

    @Test
    @Tag("B7")
    void anInterruptEndsTheScriptThatRuns() throws Exception {
        assertFalse(python.interrupt());
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<?> run = started(threads, LOOP);
            assertTrue(python.interrupt());
            assertTrue(failureOf(run).contains("KeyboardInterrupt"));
        }
        python.exec("x = 1");
        assertEquals(1, get("x"));
    }

    @Test
    @Tag("B18") @Tag("B7")
    void closeEndsTheScriptThatRuns() throws Exception {
        PythonObject object = python.eval("[1]");
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> run = started(threads, LOOP);
            Future<?> waits = threads.submit(() -> python.exec("x = 1"));
            python.close();
            python.close();
            assertTrue(failureOf(run).startsWith("this PythonSubInterpreter was closed while it ran"));
            assertThrows(ExecutionException.class, waits::get);
        }
        assertTrue(python.isClosed());
        String closed = "this PythonSubInterpreter is closed; open another one";
        assertEquals(closed, messageOf(() -> python.exec("x = 1")));
        assertEquals(closed, messageOf(python::interrupt));
        assertEquals(closed, messageOf(() -> object.call()));
    }

    @Test
    @Tag("B18")
    void idleThreadsOfScriptsEndWithIt() {
        python.exec("""
                from concurrent.futures import ThreadPoolExecutor
                pool = ThreadPoolExecutor(2)
                pool.submit(pow, 2, 3).result()
                """);
        python.close();
    }

    @Test
    @Tag("B18")
    void threadsOfScriptsEndBeforeIt() throws Exception {
        Path pipe = folder.resolve("pipe");
        python.setVariable("pipe", pipe.toString());
        python.exec("""
                import os, threading
                os.mkfifo(pipe)
                threading.Thread(target=lambda: open(pipe).read(), name='lasting').start()
                """);
        String refused = messageOf(python::close);
        assertTrue(refused.contains("threads that a script has started still run: lasting"), refused);
        assertTrue(python.isClosed());
        Files.writeString(pipe, "the thread may end", StandardOpenOption.WRITE);
        python.close();
    }

    @Test
    @Tag("B18") @Tag("S15")
    void aThreadThatHoldsTheLockMayWaitForIt() throws Exception {
        try (PythonGIL gil = PythonGIL.lock(); ExecutorService threads = Executors.newFixedThreadPool(1)) {
            PythonExecutioner.exec("x = 1");
            CountDownLatch used = new CountDownLatch(1);
            threads.submit(() -> {
                python.exec("import sqlite3, bz2, lzma"); // extension modules take the main GIL at times
                used.countDown();
            });
            used.await();
            assertEquals(1, PythonExecutioner.getVariable("x", PythonTypes.INT).getValue());
        }
    }
}
