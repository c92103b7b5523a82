package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pythonarium.internal.Views;

@Tag("B6")
@SuppressWarnings("try") // a scope need not be spoken of
class PythonOutputTest {

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    private static String printedBy(Runnable work) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, false, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    @Tag("S2")
    void pythonPrintsToWhateverSystemOutIs() {
        assertEquals("one\ntwo", printedBy(() -> Py.run("print('one'); print('two', end='', flush=True)")));
        assertEquals("3\n", printedBy(() -> Py.run("print(3)")));
    }

    @Test
    @Tag("S2")
    void runThatEndsOrFailsFlushes() {
        assertEquals("half", printedBy(() -> Py.run("print('half', end='')")));
        assertEquals("half", printedBy(() -> Py.failure("print('half', end='')", "1 / 0")));
    }

    @Test
    void anyTextAndBytesArePrinted() {
        assertEquals("\u00e9 \ud83d\ude00 \\udcff\nb\u00e9\n", printedBy(() -> Py.run(
                "import sys", "print('\u00e9 \ud83d\ude00 \\udcff')", "sys.stdout.buffer.write('b\u00e9\\n'.encode())")));
    }

    @Test
    void capturedOutputStaysApart() {
        String outside = printedBy(() -> {
            try (PythonOutput output = PythonOutput.capture()) {
                Py.run("import sys", "print('in')", "print('err', file=sys.stderr)", "print('end', end='')");
                assertEquals("in\n", output.stdout());
                assertEquals("err\n", output.stderr());
                output.close();
                assertEquals("in\nend", output.stdout());
            }
            Py.run("print('out')");
        });
        assertEquals("out\n", outside);
    }

    @Test
    void capturedOutputSaysWhatItCut() {
        try (PythonOutput output = PythonOutput.capture(10)) {
            Py.run("for _ in range(5): print('1234')");
            assertEquals("1234\n1234\n\n[pythonarium: 15 more characters were cut off]\n", output.stdout());
        }
        assertThrows(PythonException.class, () -> PythonOutput.capture(-1));
    }

    @Test
    void linesAreHandedOnOneByOne() {
        try (PythonOutput output = PythonOutput.to(lines::add, line -> lines.add("! " + line))) {
            Py.run("import sys", "print('a', 'b'); print('c\\nd')", "print('e', file=sys.stderr)", "print('f', end='')");
            assertEquals(List.of("a b", "c", "d", "! e"), lines);
            assertEquals("", output.stdout());
        }
        assertEquals("f", lines.getLast());
    }

    @Test
    void scopesNest() {
        try (PythonOutput outer = PythonOutput.capture()) {
            Py.run("print('before')");
            try (PythonOutput inner = PythonOutput.capture()) {
                Py.run("print('inside')");
                assertEquals("inside\n", inner.stdout());
            }
            Py.run("print('after')");
            assertEquals("before\nafter\n", outer.stdout());
        }
    }

    @Test
    void threadsOfAScriptPrintWhereItDoes() {
        try (PythonOutput output = PythonOutput.to(lines::add, lines::add)) {
            Py.run("import threading",
                    "def work(i):", "    for j in range(50): print(i, j)",
                    "threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]",
                    "for t in threads: t.start()", "for t in threads: t.join()");
        }
        assertEquals(200, lines.size());
        assertTrue(lines.stream().allMatch(line -> line.matches("\\d \\d+")), lines.toString());
    }

    @Test
    void threadThatOutlivesItsRunPrintsToTheScopeWhileItIsOpen() {
        try (PythonOutput output = PythonOutput.capture()) {
            Py.run("import threading", "go = threading.Event()",
                    "t = threading.Thread(target=lambda: (go.wait(), print('late')))", "t.start()");
            Py.run("go.set()", "t.join()");
            assertEquals("late\n", output.stdout());
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void threadsOfJavaPrintEachToItsOwn() throws Exception {
        Consumer<Object> print = Views.as(Consumer.class, Py.evaluate("print"));
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            List<Future<String>> texts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int n = i;
                texts.add(pool.submit(() -> {
                    try (PythonOutput output = PythonOutput.capture()) {
                        for (int j = 0; j < 20; j++) {
                            print.accept(n);
                        }
                        return output.stdout();
                    }
                }));
            }
            for (int i = 0; i < 4; i++) {
                assertEquals((i + "\n").repeat(20), texts.get(i).get());
            }
        }
    }

    @Test
    void consumerThatThrowsFailsTheScript() {
        IllegalStateException thrown = new IllegalStateException("full");
        try (PythonOutput output = PythonOutput.to(line -> {
            throw thrown;
        }, lines::add)) {
            PythonException failure = Py.failure("x = 1", "print('a')");
            assertSame(thrown, failure.getCause());
            assertEquals(2, failure.frames().getLast().line());
        }
    }

    @Test
    void consumerThatThrowsAtTheEndFailsTheClosing() {
        IllegalStateException thrown = new IllegalStateException("full");
        PythonOutput output = PythonOutput.to(line -> {
            throw thrown;
        }, lines::add);
        Py.run("print('a', end='')");
        assertSame(thrown, assertThrows(PythonException.class, output::close).getCause());
        output.close();
        assertEquals("b\n", printedBy(() -> Py.run("print('b')")));
    }

    @Test
    void whatAConsumerPrintsGoesOutside() {
        String outside = printedBy(() -> {
            try (PythonOutput output = PythonOutput.to(line -> Py.run("print('heard " + line + "')"), lines::add)) {
                Py.run("print('a')");
            }
        });
        assertEquals("heard a\n", outside);
    }

    @Test
    void scopeInAFunctionIsNotTheScripts() {
        Py.run("quietly", (Consumer<String>) code -> {
            try (PythonOutput output = PythonOutput.capture()) {
                Py.run(code);
            }
        });
        assertEquals("a\nc\n", printedBy(() -> Py.run("print('a'); quietly('print(\"b\")'); print('c')")));
    }

    @Test
    void threadClosesWhatItHasOpened() throws Exception {
        try (PythonOutput output = PythonOutput.capture();
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            PythonException failure = other.submit(
                    () -> assertThrows(PythonException.class, output::close)).get();
            assertTrue(failure.getMessage().contains("close it there"), failure.getMessage());
        }
    }
}
