package org.pythonarium;

import java.lang.module.ModuleDescriptor;
import java.util.List;
import javax.script.ScriptEngine;
import javax.script.ScriptEngineFactory;
import org.pythonarium.internal.PythonHome;

/**
 * Python for programs that know script engines alone (JSR-223).
 *
 * <pre>{@code
 * ScriptEngine python = new ScriptEngineManager().getEngineByName("python");
 * python.put("x", 20);
 * Object answer = python.eval("2 * (x + 1)"); // 42L
 * }</pre>
 */
public final class PythonScriptEngineFactory implements ScriptEngineFactory {

    private static final List<String> NAMES = List.of("python", "pythonarium", "Python");

    /** For {@link javax.script.ScriptEngineManager}, which makes one. */
    public PythonScriptEngineFactory() {}

    @Override
    public String getEngineName() {
        return "Pythonarium";
    }

    /** Returns the version of this library; {@code development} where it is in no jar. */
    @Override
    public String getEngineVersion() {
        ModuleDescriptor module = getClass().getModule().getDescriptor();
        String version = module != null
                ? module.rawVersion().orElse(null) : getClass().getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public List<String> getExtensions() {
        return List.of("py");
    }

    @Override
    public List<String> getMimeTypes() {
        return List.of("text/x-python", "application/x-python");
    }

    @Override
    public List<String> getNames() {
        return NAMES;
    }

    @Override
    public String getLanguageName() {
        return "python";
    }

    /** Returns the version of the Python that scripts run in, or {@code 3} where there is none. */
    @Override
    public String getLanguageVersion() {
        try {
            return PythonHome.find().version().toString();
        } catch (PythonException none) {
            return "3"; // who asks for an engine is told
        }
    }

    /**
     * Returns what an engine says of itself, or null.
     *
     * <p>{@code THREADING} is {@code MULTITHREADED}: any thread may use an engine, one script runs
     * at a time, and all threads see its variables.
     */
    @Override
    public Object getParameter(String key) {
        return switch (key) {
            case ScriptEngine.ENGINE -> getEngineName();
            case ScriptEngine.ENGINE_VERSION -> getEngineVersion();
            case ScriptEngine.LANGUAGE -> getLanguageName();
            case ScriptEngine.LANGUAGE_VERSION -> getLanguageVersion();
            case ScriptEngine.NAME -> NAMES.getFirst();
            case "THREADING" -> "MULTITHREADED";
            default -> null;
        };
    }

    @Override
    public String getMethodCallSyntax(String object, String method, String... arguments) {
        return object + "." + method + "(" + String.join(", ", arguments) + ")";
    }

    @Override
    public String getOutputStatement(String text) {
        StringBuilder literal = new StringBuilder();
        text.codePoints().forEach(c -> literal.append(switch (c) {
            case '\\' -> "\\\\";
            case '"' -> "\\\"";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case 0 -> "\\0";
            default -> Character.toString(c);
        }));
        return "print(\"" + literal + "\")";
    }

    @Override
    public String getProgram(String... statements) {
        return String.join("\n", statements) + "\n";
    }

    @Override
    public ScriptEngine getScriptEngine() {
        return new PythonScriptEngine(this);
    }
}
