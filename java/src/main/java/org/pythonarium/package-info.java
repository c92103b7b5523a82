/**
 * Runs CPython in the process of a Java program, with typed variables in and out.
 *
 * <pre>{@code
 * PythonVariable<String> name = new PythonVariable<>("name", PythonTypes.STR, "World");
 * PythonVariable<String> greeting = new PythonVariable<>("greeting", PythonTypes.STR);
 * try (PythonGIL gil = PythonGIL.lock()) {
 *     PythonExecutioner.exec("greeting = f'Hello {name}'", List.of(name), List.of(greeting));
 * }
 * System.out.println(greeting.getValue());
 * }</pre>
 *
 * <p>The names are those of Eclipse Python4J: a program moves over by its imports.
 *
 * <p>Python is a CPython 3.11 or newer with a shared library, which {@link
 * org.pythonarium.PythonConstants} names, or the active virtual environment, or {@code python3}. It
 * starts at the first call that needs it, once, and ends with the JVM.
 *
 * <p>Java is started with {@code --enable-native-access=ALL-UNNAMED} (on the module path {@code
 * =org.pythonarium}), and best with {@code -Xss16m}: threads with that much stack run Python
 * themselves, all others by a thread that has it.
 *
 * <p>The thread that first uses Python needs no lock, any other one takes {@link
 * org.pythonarium.PythonGIL}. Whatever fails throws {@link org.pythonarium.PythonException}.
 */
package org.pythonarium;
