package org.pythonarium.life;

import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntBinaryOperator;
import java.util.function.UnaryOperator;
import org.pythonarium.NumpyArray;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGIL;
import org.pythonarium.PythonOutput;

/** Runs the scripts that lie in its folder, or what a test wants to know of; says "good" at the end. */
@SuppressWarnings("try") // scopes are there to be closed
public final class ScriptsProgram {

    private ScriptsProgram() {}

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "script" -> run(Files.readString(Path.of(arguments[1])));
            case "message" -> {
                PythonException failure = failureOf("pass");
                System.out.println(failure.getMessage());
            }
            case "loaders" -> twoLoaders(arguments);
            case "closed loader" -> closeLoader(arguments);
            case "kept gil" -> keepGil();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("good");
    }

    private static void run(String script) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec(script);
        }
    }

    private static PythonException failureOf(String script) {
        return failureOf(() -> PythonExecutioner.exec(script));
    }

    private static PythonException failureOf(Runnable use) {
        try {
            use.run();
        } catch (PythonException failure) {
            return failure;
        }
        throw new AssertionError("it has run");
    }

    /** The first thread has the GIL for good: another one is told so, or does not need it. */
    private static void keepGil() throws Exception {
        PythonExecutioner.exec("data = bytearray(8)\ndef twice(x): return 2 * x");
        UnaryOperator<?> twice = PythonExecutioner.getVariable("twice").as(UnaryOperator.class);
        NumpyArray array = PythonExecutioner.getVariable("data", NumpyArray.INSTANCE).getValue();
        CompletableFuture.runAsync(array::close).get(20, TimeUnit.SECONDS);
        for (Runnable use : List.<Runnable>of(
                () -> run("pass"), () -> twice.apply(null), PythonOutput::capture, PythonExecutioner::interrupt)) {
            String told = CompletableFuture.supplyAsync(() -> failureOf(use).getMessage()).get(20, TimeUnit.SECONDS);
            if (!told.contains("thread 'main' keeps the GIL")) {
                throw new AssertionError(told);
            }
        }
        PythonExecutioner.exec("data += b'!'"); // which closing the array has made possible
    }

    /** Python is to end when the product's class loader was closed, as servers do with that of a program. */
    private static void closeLoader(String[] arguments) throws Exception {
        URL[] urls = {Path.of(arguments[1]).toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            loader.loadClass(PythonExecutioner.class.getName()).getMethod("exec", String.class).invoke(null,
                    "import atexit; atexit.register(print, 'atexit'); print('started')");
        }
    }

    /** Two sets of the product's classes share one Python, also from the same thread, and from several. */
    private static void twoLoaders(String[] arguments) throws Exception {
        URL[] urls = {Path.of(arguments[1]).toUri().toURL(), Path.of(arguments[2]).toUri().toURL()};
        ClassLoader platform = ClassLoader.getPlatformClassLoader();
        Class<?> first = new URLClassLoader(urls, platform).loadClass(ScriptsProgram.class.getName());
        Class<?> second = new URLClassLoader(urls, platform).loadClass(ScriptsProgram.class.getName());
        if (first == second) {
            throw new AssertionError("one class loader");
        }
        Method one = first.getMethod("count", int.class);
        Method two = second.getMethod("count", int.class);
        one.invoke(null, 1);
        two.invoke(null, 1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Method method = i % 2 == 0 ? one : two;
            threads.add(new Thread(null, () -> {
                try {
                    method.invoke(null, 300);
                } catch (ReflectiveOperationException failure) {
                    throw new AssertionError(failure);
                }
            }, "caller", i < 3 ? 1L << 20 : 16L << 20));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        one.invoke(null, 0);
        first.getMethod("expect", int.class).invoke(null, 1802);
        callEachOther(first, second);
        first.getMethod("expect", int.class).invoke(null, 1810);
    }

    /** Scripts of the one call functions of the other, which call Python, and throw. */
    private static void callEachOther(Class<?> first, Class<?> second) throws ReflectiveOperationException {
        for (Class<?> host : List.of(first, second)) {
            Class<?> guest = host == first ? second : first;
            Method count = host.getMethod("count", int.class);
            Runnable back = () -> {
                try {
                    count.invoke(null, 1);
                } catch (ReflectiveOperationException failure) {
                    throw new AssertionError(failure);
                }
            };
            guest.getMethod("offer", Runnable.class).invoke(null, back);
            host.getMethod("callOffered").invoke(null);
            count.invoke(null, 1);
        }
    }

    /** Gives Python functions; called by reflection. */
    public static void offer(Runnable back) {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.setVariable("back", back);
            PythonExecutioner.setVariable("count", (Runnable) () -> count(1));
            PythonExecutioner.setVariable("add", (IntBinaryOperator) (a, b) -> {
                count(1);
                return a + b;
            });
            PythonExecutioner.setVariable("fail", (Runnable) () -> {
                throw new IllegalStateException("of the other");
            });
        }
    }

    /** Calls the functions of the other set of classes; called by reflection. */
    public static void callOffered() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("back(); count(); assert add(3, 4) == 7");
            PythonExecutioner.setVariable("own", (Runnable) () -> {
                throw new IllegalStateException("of its own");
            });
            PythonExecutioner.exec("""
                    errors = []
                    for _ in range(100):
                        try:
                            own()
                        except Exception as error:
                            errors.append(error)
                    """); // held here under numbers that the other one uses as well
            PythonException failure = failureOf("fail()");
            if (failure.getCause() != null || !failure.getMessage().endsWith("IllegalStateException: of the other")) {
                throw new AssertionError(failure);
            }
        }
    }

    /** Counts in Python; called by reflection. */
    public static void count(int times) {
        run("import sys; sys.count = getattr(sys, 'count', 0)");
        for (int i = 0; i < times; i++) {
            run("sys.count += 1");
        }
    }

    /** Checks the count; called by reflection. */
    public static void expect(int count) {
        run("import sys; assert sys.count == " + count + ", sys.count");
    }
}
