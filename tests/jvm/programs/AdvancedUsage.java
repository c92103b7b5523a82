import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pythonarium.Python;
import org.pythonarium.PythonContextManager;
import org.pythonarium.PythonException;
import org.pythonarium.PythonExecutioner;
import org.pythonarium.PythonGC;
import org.pythonarium.PythonGIL;
import org.pythonarium.PythonObject;
import org.pythonarium.PythonTypes;

/** The examples of Python4J's document "Advanced Usage", with other imports and what they give printed. */
public final class AdvancedUsage {

    public static void main(String[] arguments) {
        new Sections()
                .add("lock", AdvancedUsage::lock)
                .add("two threads", AdvancedUsage::twoThreads)
                .add("assertThreadSafe", AdvancedUsage::assertThreadSafe)
                .add("one namespace", AdvancedUsage::oneNamespace)
                .add("switching contexts", AdvancedUsage::switchingContexts)
                .add("context as a scope", AdvancedUsage::contextAsScope)
                .add("temporary context", AdvancedUsage::temporaryContext)
                .add("resetting and deleting", AdvancedUsage::resettingAndDeleting)
                .add("watch", AdvancedUsage::watch)
                .add("keep", AdvancedUsage::keep)
                .add("pause", AdvancedUsage::pause)
                .add("resume", AdvancedUsage::resume)
                .add("error", AdvancedUsage::error)
                .add("situations", AdvancedUsage::situations)
                .run();
    }

    /** Section "PythonGIL.lock()". */
    private static void lock() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("x = 42");
        }
        System.out.println(PythonExecutioner.getVariable("x", PythonTypes.INT).getValue());
        System.out.println("locked: " + PythonGIL.locked());
    }

    /** Section "Multi-threaded Usage". */
    private static void twoThreads() throws InterruptedException {
        long start = System.nanoTime();
        Runnable task = () -> {
            try (PythonGIL gil = PythonGIL.lock()) {
                PythonExecutioner.exec("import time; time.sleep(0.1)");
            }
        };

        Thread t1 = new Thread(task);
        Thread t2 = new Thread(task);
        t1.start();
        t2.start();
        t1.join();
        t2.join();
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        System.out.println(took >= 200 ? "one after the other" : "at once, in " + took + " ms");
    }

    /** Section "assertThreadSafe()". */
    private static void assertThreadSafe() throws InterruptedException {
        PythonGIL.assertThreadSafe();
        Thread other = new Thread(() -> {
            for (Sections.Part call : List.<Sections.Part>of(
                    PythonGIL::assertThreadSafe,
                    () -> PythonExecutioner.exec("x = 42"),
                    () -> PythonExecutioner.simpleExec("x = 42"),
                    () -> PythonExecutioner.exec("x = 42", null, null),
                    () -> PythonExecutioner.execAndReturnAllVariables("x = 42"),
                    () -> PythonExecutioner.getVariable("x"),
                    () -> PythonExecutioner.getVariable("x", PythonTypes.INT),
                    () -> PythonExecutioner.getAllVariables(),
                    () -> PythonExecutioner.setVariable("x", 42),
                    () -> PythonExecutioner.deleteVariable("x"))) {
                try {
                    call.run();
                    System.out.println("nothing was thrown");
                } catch (PythonException error) {
                    System.out.println(error.getMessage());
                } catch (Exception error) {
                    System.out.println("not expected: " + error);
                }
            }
        });
        other.start();
        other.join();
    }

    /** Section "The Problem Context Isolation Solves". */
    private static void oneNamespace() {
        PythonExecutioner.exec("model = 'first'");
        PythonExecutioner.exec("model = 'second'");
        System.out.println(PythonExecutioner.getVariable("model", PythonTypes.STR).getValue());
    }

    /** Section "Creating and Switching Contexts". */
    private static void switchingContexts() {
        try (PythonGIL gil = PythonGIL.lock()) {
            // Work in a named context
            PythonContextManager.setContext("inference_worker");
            PythonExecutioner.exec("model_name = 'resnet'");

            // Switch to another context
            PythonContextManager.setContext("preprocessing_worker");
            PythonExecutioner.exec("model_name = 'tokenizer'");

            // Variables are isolated
            PythonContextManager.setContext("inference_worker");
            System.out.println(
                PythonExecutioner.getVariable("model_name", PythonTypes.STR).getValue()
            ); // resnet
        }
        PythonContextManager.setMainContext();
    }

    /** Section "PythonContextManager.Context (AutoCloseable)", first example. */
    private static void contextAsScope() {
        try (PythonGIL gil = PythonGIL.lock()) {
            try (PythonContextManager.Context ctx = new PythonContextManager.Context("my_context")) {
                PythonExecutioner.exec("x = 100");
                System.out.println(PythonContextManager.getCurrentContext());
            } // automatically reverts to the previous context
        }
        System.out.println(PythonContextManager.getCurrentContext());
        System.out.println(PythonExecutioner.getVariable("x", PythonTypes.INT).getValue());
        System.out.println(PythonContextManager.hasContext("my_context"));
    }

    /** The same section, second example. */
    private static void temporaryContext() {
        String name;
        try (PythonContextManager.Context ctx = new PythonContextManager.Context()) {
            PythonExecutioner.exec("temp_var = 'ephemeral'");
            name = PythonContextManager.getCurrentContext();
        } // context deleted; temp_var is gone
        System.out.println(name.matches("temp_[0-9a-f_]{36}"));
        System.out.println(PythonContextManager.hasContext(name));
        PythonExecutioner.getVariable("temp_var", PythonTypes.STR);
    }

    /** Section "Resetting and Deleting Contexts". */
    private static void resettingAndDeleting() {
        PythonContextManager.addContext("old_context");
        PythonContextManager.setContext("new_context");
        PythonExecutioner.exec("left = 1");

        // Reset the current context (clear all its variables)
        PythonContextManager.reset();
        System.out.println(PythonExecutioner.getAllVariables());

        // Delete a specific non-current context
        PythonContextManager.deleteContext("old_context");
        System.out.println(PythonContextManager.hasContext("old_context"));

        // Delete all contexts except "main"
        PythonContextManager.deleteNonMainContexts();
        System.out.println(PythonContextManager.getContexts());
        PythonContextManager.deleteContext(PythonContextManager.getCurrentContext());
    }

    /** Section "PythonGC.watch()". */
    private static void watch() {
        PythonObject leaving;
        try (PythonGC gc = PythonGC.watch()) {
            PythonObject result = Python.eval("1 + 1");
            // use result...
            System.out.println(result);
            leaving = result;
        } // Py_DecRef called on result automatically
        System.out.println("address: " + leaving.getNativePythonObject());
        leaving.toInt();
    }

    /** Section "PythonGC.keep()". */
    private static void keep() {
        PythonExecutioner.exec("def compute_something(): return [1, 2, 3]");
        try (PythonGC enclosing = PythonGC.watch()) {
            PythonObject retained;
            try (PythonGC gc = PythonGC.watch()) {
                PythonObject temp = Python.eval("compute_something()");
                PythonGC.keep(temp);
                retained = temp;
            } // temp is NOT collected; it was promoted
            // use retained...
            System.out.println(retained);
        }
    }

    /** Section "PythonGC.pause() and resume()". */
    private static void pause() {
        PythonObject created;
        try (PythonGC outer = PythonGC.watch()) {
            try (PythonGC paused = PythonGC.pause()) {
                // PythonObjects created here are not tracked
                try (PythonGC nested = PythonGC.watch()) {
                    created = Python.eval("'not tracked'");
                }
            }
        }
        System.out.println(created);
    }

    /** The same section: `resume()`. */
    private static void resume() {
        PythonGC.pause();
        System.out.println(PythonGC.isWatching());
        PythonGC.resume();
        try (PythonGC outer = PythonGC.watch()) {
            System.out.println(PythonGC.isWatching());
            PythonGC.resume();
        }
    }

    /** Section "Error Handling", the example. */
    private static void error() {
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("1 / 0");
        } catch (PythonException e) {
            System.out.println("Caught: " + e.getMessage());
            // e.getMessage() contains the Python ZeroDivisionError message
        }
    }

    /** The same section: the list of situations, and what it says of syntax errors. */
    private static void situations() {
        for (Sections.Part situation : List.<Sections.Part>of(
                () -> PythonExecutioner.exec("raise ValueError()"),
                () -> PythonExecutioner.exec("assert False"),
                () -> PythonExecutioner.exec("import sys; sys.exit('over')"),
                () -> PythonExecutioner.simpleExec("x = ("),
                () -> {
                    PythonExecutioner.exec("text = 'five'");
                    PythonExecutioner.getVariable("text", PythonTypes.INT);
                })) {
            try {
                situation.run();
                System.out.println("nothing was thrown");
            } catch (PythonException thrown) {
                System.out.println(thrown.getMessage());
            } catch (Exception thrown) {
                System.out.println("not expected: " + thrown);
            }
        }
    }
}
