import java.util.Map;
import javax.script.Bindings;
import javax.script.Compilable;
import javax.script.CompiledScript;
import javax.script.Invocable;
import javax.script.ScriptEngine;
import javax.script.ScriptEngineManager;
import javax.script.ScriptException;
import javax.script.SimpleBindings;

/** Rules of a shop as scripts, by the script engine of the JDK (JSR-223): no class of Pythonarium is named. */
public final class Scripting {

    private Scripting() {}

    public static void main(String[] arguments) throws ScriptException, NoSuchMethodException {
        ScriptEngine python = new ScriptEngineManager().getEngineByName("python");
        CompiledScript discount = ((Compilable) python).compile("""
                years = 2026 - since
                min(years, 10) * 0.01
                """);
        for (Map<String, Object> customer : java.util.List.<Map<String, Object>>of(
                Map.of("name", "Ada", "since", 2001), Map.of("name", "Alan", "since", 2023))) {
            Bindings bindings = new SimpleBindings(new java.util.HashMap<>(customer));
            System.out.println(customer.get("name") + " " + discount.eval(bindings) + " after " + bindings.get("years"));
        }

        python.eval("def greeting(name, *, polite=True): return f'Dear {name}' if polite else f'Hi {name}'");
        System.out.println(((Invocable) python).invokeFunction("greeting", "Ada"));

        try {
            python.eval("price = 1\nprice / 0");
        } catch (ScriptException failed) {
            System.out.println("line " + failed.getLineNumber() + ": " + failed.getCause().getMessage());
        }
    }
}
