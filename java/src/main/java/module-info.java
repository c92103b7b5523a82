/** Runs Python in the process of a Java program; see {@link org.pythonarium}. */
module org.pythonarium {
    exports org.pythonarium;

    uses org.pythonarium.PythonType; // a program's own
}
