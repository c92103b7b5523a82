package org.pythonarium.life;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGIL;

/** Recurses without end in Python, or in Java down to the end of its stack; prints what that gave. */
@SuppressWarnings("try") // scopes are there to be closed
final class RecursionProgram {

    private static final Map<String, String> SCRIPTS = new LinkedHashMap<>();

    static {
        SCRIPTS.put("function", "def f(): return f()\nf()");
        SCRIPTS.put("repr of lists", nested("repr(it)"));
        SCRIPTS.put("sorted", "def f(x): return sorted([1, 2], key=f)\nf(1)");
        SCRIPTS.put("map", "def f(x): return list(map(f, [x]))\nf(1)");
        SCRIPTS.put("json", nested("import json\njson.dumps(it)"));
        SCRIPTS.put("pickle", nested("import pickle\npickle.dumps(it)"));
        SCRIPTS.put("getattr", "class A:\n  def __getattr__(self, n): return getattr(self, n + 'x')\nA().y");
        SCRIPTS.put("repr", "class B:\n  def __repr__(self): return repr(self)\nrepr(B())");
        SCRIPTS.put("equality", "class C:\n  def __eq__(self, other): return self == other\nC() == C()");
        SCRIPTS.put("missing key", "class D(dict):\n  def __missing__(self, k): return self[k]\nD()[1]");
        SCRIPTS.put("call", "class E:\n  def __call__(self): return self()\nE()()");
    }

    private RecursionProgram() {}

    private static String nested(String use) {
        return "it = []\nfor _ in range(100_000): it = [it]\n" + use;
    }

    public static void main(String[] arguments) throws InterruptedException {
        switch (arguments[0]) {
            case "python" -> recurseInPython();
            case "java" -> recurseInJava(arguments[1]);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("good");
    }

    // In Python

    private static void recurseInPython() throws InterruptedException {
        runAll();
        for (Thread.Builder kind : new Thread.Builder[] {
            Thread.ofPlatform(), Thread.ofPlatform().stackSize(16L << 20), Thread.ofVirtual()
        }) {
            kind.start(RecursionProgram::runAll).join();
        }
    }

    private static void runAll() {
        SCRIPTS.forEach((name, script) -> {
            try (PythonGIL gil = PythonGIL.lock()) {
                PythonExecutioner.exec(script);
                throw new AssertionError(name + " has ended");
            } catch (PythonException failure) {
                if (!failure.getMessage().contains("RecursionError")) {
                    throw failure;
                }
            }
        });
    }

    // In Java

    private static int calls;

    /** Several times, as the frames become smaller when they are compiled. */
    private static void recurseInJava(String what) throws InterruptedException {
        PythonExecutioner.exec("x = 1\ndef f(n): return sorted([n], key=lambda m: f(n - 1) if n else 0)\n");
        for (int i = 0; i < 10; i++) {
            try {
                recurse(what, 1);
            } catch (StackOverflowError expected) {
                expectOthersToGetIn();
            }
        }
    }

    private static long recurse(String what, long depth) {
        calls++;
        switch (what) {
            case "get" -> PythonExecutioner.getVariable("x");
            case "scope" -> {
                try (PythonGIL gil = PythonGIL.lock()) {
                    PythonExecutioner.setVariable("x", 1);
                    PythonExecutioner.setVariable("x", 2);
                    PythonExecutioner.setVariable("x", 3);
                }
            }
            case "recursion" -> {
                if (depth % 100 == 0) {
                    PythonExecutioner.exec("f(100)");
                }
            }
            default -> throw new IllegalArgumentException(what);
        }
        return recurse(what, depth + 1) + depth;
    }

    private static void expectOthersToGetIn() throws InterruptedException {
        int before = calls;
        Thread other = new Thread(() -> {
            try (PythonGIL gil = PythonGIL.lock()) {
                PythonExecutioner.exec("x = 1");
                calls++;
            }
        });
        other.setDaemon(true);
        other.start();
        other.join(20_000);
        if (calls != before + 1) {
            throw new AssertionError("a thread waits for ever");
        }
    }
}
