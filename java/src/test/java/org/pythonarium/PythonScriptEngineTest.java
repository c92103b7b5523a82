package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedWriter;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import javax.script.Bindings;
import javax.script.Compilable;
import javax.script.CompiledScript;
import javax.script.Invocable;
import javax.script.ScriptContext;
import javax.script.ScriptEngine;
import javax.script.ScriptEngineFactory;
import javax.script.ScriptEngineManager;
import javax.script.ScriptException;
import javax.script.SimpleBindings;
import javax.script.SimpleScriptContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Python as JSR-223 has it: found by name, with bindings, contexts, compiled scripts and calls. */
@Tag("B22")
class PythonScriptEngineTest {

    private final ScriptEngineManager manager = new ScriptEngineManager();
    private ScriptEngine engine;

    @BeforeEach
    void find() {
        engine = manager.getEngineByName("python");
        assertNotNull(engine);
    }

    private ScriptException failureOf(String script) {
        return assertThrows(ScriptException.class, () -> engine.eval(script));
    }

    @Test
    void itIsFoundByNameExtensionAndType() {
        assertNotNull(manager.getEngineByName("pythonarium"));
        assertNotNull(manager.getEngineByExtension("py"));
        assertNotNull(manager.getEngineByMimeType("text/x-python"));
        ScriptEngineFactory factory = engine.getFactory();
        assertEquals("Pythonarium", factory.getEngineName());
        assertEquals("python", factory.getParameter(ScriptEngine.NAME));
        assertEquals("MULTITHREADED", factory.getParameter("THREADING"));
        assertNull(factory.getParameter("unknown"));
        assertTrue(factory.getEngineVersion().matches("development|\\d+\\.\\d+.*"), factory.getEngineVersion());
        assertTrue(factory.getLanguageVersion().startsWith("3."));
        assertEquals(factory.getLanguageVersion(), factory.getParameter(ScriptEngine.LANGUAGE_VERSION));
    }

    @Test
    void theFactoryWritesPython() throws ScriptException {
        ScriptEngineFactory factory = engine.getFactory();
        assertEquals("o.m(a, b)", factory.getMethodCallSyntax("o", "m", "a", "b"));
        StringWriter out = new StringWriter();
        engine.getContext().setWriter(out);
        String text = "a \"quoted\"\n\\line\u0000 \ud83d\ude00";
        engine.eval(factory.getProgram("x = 1", factory.getOutputStatement(text)));
        assertEquals(text + "\n", out.toString());
    }

    @Test
    void theLastExpressionIsTheValue() throws ScriptException {
        engine.put("x", 20);
        assertEquals(42L, engine.eval("2 * (x + 1)"));
        assertNull(engine.eval("y = x"));
        assertEquals(20L, engine.get("y"));
        assertEquals("text", engine.eval(new StringReader("'text'")));
        assertInstanceOf(PythonObject.class, engine.eval("object()"));
    }

    @Test
    void eachEngineHasVariablesOfItsOwn() throws ScriptException {
        ScriptEngine other = manager.getEngineByName("python");
        engine.eval("of_an_engine = 1");
        other.eval("of_an_engine = 2");
        assertEquals(1L, engine.get("of_an_engine"));
        try (PythonGIL gil = PythonGIL.lock()) {
            assertFalse(PythonExecutioner.getAllVariables().names().contains("of_an_engine"));
        }
    }

    @Test
    void globalsAreSeenWhereTheEngineHasNone() throws ScriptException {
        manager.put("shared", 5);
        manager.put("print", "ours");
        manager.put("odd", new Object());
        assertEquals(6L, engine.eval("def more(): return shared + 1\nmore()"));
        assertEquals("ours", engine.eval("print"));
        assertEquals(7L, engine.eval("shared = 7\nshared"));
        assertEquals(7L, engine.get("shared"));
        assertEquals(5, manager.get("shared"));
        assertTrue(failureOf("odd").getMessage().startsWith("NameError"));
        manager.getBindings().clear();
        assertEquals("builtin_function_or_method", engine.eval("type(print).__name__"));
    }

    @Test
    void bindingsAreAViewOfTheVariables() throws ScriptException {
        Bindings bindings = engine.getBindings(ScriptContext.ENGINE_SCOPE);
        engine.eval("a = 1\nb = 'text'\nnothing = None");
        assertEquals(Set.of("a", "b", "nothing"), bindings.keySet());
        assertTrue(bindings.containsKey("nothing"));
        assertFalse(bindings.containsKey("c"));
        assertEquals(1L, bindings.put("a", 2));
        bindings.putAll(Map.of("c", true));
        bindings.entrySet().forEach(entry -> {
            if (entry.getKey().equals("b")) {
                entry.setValue("changed");
            }
        });
        assertEquals("changed", engine.eval("b if c and a == 2 else None"));
        assertEquals("changed", bindings.remove("b"));
        assertTrue(failureOf("b").getMessage().startsWith("NameError"));
        bindings.clear();
        assertEquals(0, bindings.size());
        assertThrows(IllegalArgumentException.class, () -> bindings.put("", 1));
        assertThrows(NullPointerException.class, () -> bindings.put(null, 1));
        assertThrows(ClassCastException.class, () -> bindings.get(1));
        String refusal = assertThrows(
                IllegalArgumentException.class, () -> bindings.put("x", new Object())).getMessage();
        assertTrue(refusal.startsWith("x: a java.lang.Object cannot cross to Python"), refusal);
    }

    @Test
    void foreignBindingsAreFilledAndKeepTheirFunctions() throws ScriptException {
        Bindings bindings = new SimpleBindings();
        bindings.put("k", 1);
        bindings.put("gone", 2);
        engine.eval("def plus_k(z): return z + k\nk += 1\ndel gone", bindings);
        assertEquals(2L, bindings.get("k"));
        assertFalse(bindings.containsKey("gone"));
        assertInstanceOf(PythonObject.class, bindings.get("plus_k"));
        assertEquals(11L, engine.eval("k = 10\nplus_k(1)", bindings));
        bindings.put("k", 100);
        assertEquals(101L, engine.eval("plus_k(1)", bindings));
        assertNull(engine.get("k"));
        bindings.put("odd", new Object());
        assertInstanceOf(PythonException.class, assertThrows(
                ScriptException.class, () -> engine.eval("1", bindings)).getCause());
    }

    @Test
    void aContextHasStreams() throws ScriptException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        ScriptContext context = new SimpleScriptContext();
        context.setWriter(out);
        context.setErrorWriter(err);
        context.setReader(new StringReader("one\ntwo\n"));
        engine.eval("import sys\nprint('got', input())\nprint('wrong', file=sys.stderr)", context);
        assertThrows(ScriptException.class, () -> engine.eval("print(input())\n1 / 0", context));
        assertEquals("got one\ntwo\n", out.toString());
        assertEquals("wrong\n", err.toString());
    }

    @Test
    void whatIsPrintedComesWhileTheScriptRuns() throws ScriptException {
        StringWriter out = new StringWriter();
        engine.getContext().setWriter(new BufferedWriter(out));
        engine.put("seen", (Supplier<String>) out::toString);
        assertEquals(List.of("one\n", "one\ntwo"), engine.eval("""
                print("one")
                first = seen()
                print("two", end="", flush=True)
                [first, seen()]
                """));
    }

    @Test
    void whatAWriterThrowsIsTheScriptsFailure() {
        engine.getContext().setWriter(new FilterWriter(new StringWriter()) {
            @Override
            public void write(String text, int start, int length) throws IOException {
                throw new IOException("the disk is full");
            }
        });
        ScriptException raised = failureOf("print('one')");
        assertInstanceOf(IOException.class, raised.getCause().getCause());
    }

    @Test
    void anErrorHasFileLineAndColumn() {
        engine.put(ScriptEngine.FILENAME, "calc.py");
        ScriptException raised = failureOf("a = 1\ndef f():\n    return a / 0\nf()");
        assertEquals("calc.py", raised.getFileName());
        assertEquals(3, raised.getLineNumber());
        assertEquals(12, raised.getColumnNumber());
        assertTrue(raised.getMessage().startsWith("ZeroDivisionError: division by zero"));
        assertInstanceOf(PythonException.class, raised.getCause());
        ScriptException invalid = failureOf("a = 1\nb = = 2");
        assertEquals("calc.py", invalid.getFileName());
        assertEquals(2, invalid.getLineNumber());
        assertEquals(5, invalid.getColumnNumber());
        assertEquals(1, failureOf("import json; json.loads('{')").getLineNumber());
        assertTrue(failureOf("import sys; sys.exit(3)").getMessage().startsWith("SystemExit"));
        assertThrows(NullPointerException.class, () -> engine.eval((String) null));
    }

    @Test
    void aCompiledScriptRunsWithAnyBindings() throws ScriptException {
        CompiledScript script = ((Compilable) engine).compile("x = x + 1\nx");
        engine.put("x", 1);
        assertEquals(2L, script.eval());
        assertEquals(3L, script.eval());
        Bindings bindings = engine.createBindings();
        bindings.put("x", 10);
        assertEquals(11L, script.eval(bindings));
        assertEquals(3L, engine.get("x"));
        assertSame(engine, script.getEngine());
        assertThrows(ScriptException.class, () -> ((Compilable) engine).compile("x ="));
        assertEquals(4L, ((Compilable) engine).compile(new StringReader("2 + 2")).eval());
    }

    /** What scripts implement. */
    interface Calculator {
        int add(int left, int right);

        double half(int value);

        String name();

        default int three() {
            return add(1, 2);
        }
    }

    private static final String CALCULATOR = """
            def add(left, right=1): return left + right
            def half(value): return value / 2
            def name(): return 'functions'
            class Calculator:
                def add(self, left, right): return left * right
                def half(self, value): return 'half'
                def name(self): raise LookupError('no name')
            calculator = Calculator()
            """;

    @Test
    void functionsAndMethodsAreInvoked() throws Exception {
        engine.eval(CALCULATOR);
        Invocable functions = (Invocable) engine;
        assertEquals(3L, functions.invokeFunction("add", 1, 2));
        assertEquals(6L, functions.invokeFunction("add", 5));
        assertEquals(12L, functions.invokeMethod(engine.get("calculator"), "add", 3, 4));
        assertThrows(NoSuchMethodException.class, () -> functions.invokeFunction("missing"));
        assertThrows(NoSuchMethodException.class, () -> functions.invokeFunction("calculator"));
        assertThrows(NoSuchMethodException.class, () -> functions.invokeMethod(engine.get("calculator"), "missing"));
        assertThrows(IllegalArgumentException.class, () -> functions.invokeMethod("text", "upper"));
        assertThrows(NullPointerException.class, () -> functions.invokeFunction(null));
        assertTrue(assertThrows(ScriptException.class, () -> functions.invokeFunction("add", "a", 1))
                .getMessage().startsWith("TypeError"));
    }

    @Test
    void anInterfaceIsImplementedByFunctionsOrMethods() throws ScriptException {
        Invocable functions = (Invocable) engine;
        assertNull(functions.getInterface(Calculator.class));
        engine.eval(CALCULATOR);
        Calculator byFunctions = functions.getInterface(Calculator.class);
        assertEquals(3, byFunctions.add(1, 2));
        assertEquals(1.5, byFunctions.half(3));
        assertEquals("functions", byFunctions.name());
        assertEquals(3, byFunctions.three());
        assertEquals(byFunctions, byFunctions);
        assertEquals(byFunctions.hashCode(), byFunctions.hashCode());
        assertTrue(byFunctions.toString().contains("Calculator"));
        Calculator byMethods = functions.getInterface(engine.get("calculator"), Calculator.class);
        assertEquals(30, byMethods.add(5, 6));
        assertThrows(ClassCastException.class, () -> byMethods.half(1));
        assertTrue(assertThrows(PythonException.class, byMethods::name).getMessage().contains("no name"));
        assertNull(functions.getInterface(Comparator.class));
        assertThrows(IllegalArgumentException.class, () -> functions.getInterface(String.class));
        assertThrows(IllegalArgumentException.class, () -> functions.getInterface("text", Calculator.class));
    }

    @Test
    void anyThreadMayUseIt() throws Exception {
        engine.eval("n = 0");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?>[] runs = new Future<?>[20];
            for (int i = 0; i < runs.length; i++) {
                runs[i] = threads.submit(() -> engine.eval("before = n\nn = before + 1"));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }
        assertEquals(20L, engine.get("n"));
    }
}
