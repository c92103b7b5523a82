/** Runs Python in the process of a Java program; see {@link org.pythonarium}. */
module org.pythonarium {
    requires transitive java.scripting;

    exports org.pythonarium;

    uses org.pythonarium.PythonType; // a program's own

    provides javax.script.ScriptEngineFactory with org.pythonarium.PythonScriptEngineFactory;
}
