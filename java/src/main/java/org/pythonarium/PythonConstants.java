package org.pythonarium;

import java.util.Locale;

import org.pythonarium.internal.Setting;
import org.pythonarium.internal.Settings;

/**
 * The settings that Python starts with.
 *
 * <p>Each is a setter here, a system property and an environment variable; the first of these that is given counts,
 * then the default. An empty property or variable counts as not given; case does not matter in {@code true},
 * {@code false}, {@code before}, {@code after} and {@code none}. All are read when Python starts; after that a setter
 * throws {@link PythonException}, and so does a getter whose property was changed. Any thread may call all of them.
 *
 * <table class="striped">
 * <caption>Names and defaults</caption>
 * <thead><tr><th>Property</th><th>Environment variable</th><th>Default</th></tr></thead>
 * <tbody>
 * <tr><td>{@code org.pythonarium.python}</td><td>{@code PYTHONARIUM_PYTHON}</td>
 *     <td>the active virtual environment, then {@code python3}</td></tr>
 * <tr><td>{@code org.eclipse.python4j.path}</td><td>{@code PYTHONARIUM_PATH}</td><td>none</td></tr>
 * <tr><td>{@code org.eclipse.python4j.path.append}</td><td>{@code PYTHONARIUM_PATH_APPEND}</td>
 *     <td>{@code before}</td></tr>
 * <tr><td>{@code org.eclipse.python4j.python.initialize}</td><td>{@code PYTHONARIUM_INITIALIZE}</td>
 *     <td>{@code true}</td></tr>
 * <tr><td>{@code org.eclipse.python4j.numpyimport}</td><td>{@code PYTHONARIUM_NUMPY_IMPORT}</td>
 *     <td>{@code true}</td></tr>
 * <tr><td>{@code org.eclipse.python4j.release_gil_automatically}</td>
 *     <td>{@code PYTHONARIUM_RELEASE_GIL_AUTOMATICALLY}</td><td>{@code true}</td></tr>
 * <tr><td>{@code org.eclipse.python4j.create_npy_python}</td><td>{@code PYTHONARIUM_CREATE_NPY_PYTHON}</td>
 *     <td>{@code false}</td></tr>
 * </tbody>
 * </table>
 */
public final class PythonConstants {

    /** The property that names the Python to run. */
    public static final String PYTHON_PROPERTY = "org.pythonarium.python";
    /** The property that holds folders to import from. */
    public static final String DEFAULT_PYTHON_PATH_PROPERTY = "org.eclipse.python4j.path";
    /** The property that says where these folders stand on {@code sys.path}. */
    public static final String JAVACPP_PYTHON_APPEND_TYPE = "org.eclipse.python4j.path.append";
    /** The default of {@link #JAVACPP_PYTHON_APPEND_TYPE}. */
    public static final String DEFAULT_APPEND_TYPE = "before";
    /** The property that says whether the GIL is free after the start. */
    public static final String RELEASE_GIL_AUTOMATICALLY = "org.eclipse.python4j.release_gil_automatically";
    /** The default of {@link #RELEASE_GIL_AUTOMATICALLY}. */
    public static final String DEFAULT_RELEASE_GIL_AUTOMATICALLY = "true";
    /** The property that says whether the first use starts Python. */
    public static final String INITIALIZE_PYTHON = "org.eclipse.python4j.python.initialize";
    /** The default of {@link #INITIALIZE_PYTHON}. */
    public static final String DEFAULT_INITIALIZE_PYTHON = "true";
    /** The property that says whether numpy is imported. */
    public static final String IMPORT_NUMPY_ARRAY = "org.eclipse.python4j.numpyimport";
    /** The default of {@link #IMPORT_NUMPY_ARRAY}. */
    public static final String DEFAULT_IMPORT_NUMPY_ARRAY = "true";
    /** The property that says how numpy arrays are made. */
    public static final String CREATE_NPY_VIA_PYTHON = "org.eclipse.python4j.create_npy_python";
    /** The default of {@link #CREATE_NPY_VIA_PYTHON}. */
    public static final String DEFAULT_CREATE_NPY_VIA_PYTHON = "false";

    /** Where the folders of the path setting stand on {@code sys.path}. */
    public enum JavaCppPathType {
        /** In front of the interpreter's own folders. */
        BEFORE,
        /** Behind the interpreter's own folders. */
        AFTER,
        /** Instead of the interpreter's own folders; the standard library stays. */
        NONE
    }

    private PythonConstants() {}

    /** The executable, virtual environment or name on PATH that was asked for, or null. */
    public static String python() {
        return Settings.ofProcess().get(Setting.PYTHON);
    }

    /** Asks for a Python by executable, folder of a virtual environment, or name on PATH; null takes it back. */
    public static void setPython(String python) {
        Settings.ofProcess().set(Setting.PYTHON, python);
    }

    /** The folders to import from, separated as in PATH, or null. */
    public static String defaultPythonPath() {
        return Settings.ofProcess().get(Setting.PATH);
    }

    /** Sets the folders to import from, separated as in PATH; null takes it back. */
    public static void setDefaultPythonPath(String newPythonPath) {
        Settings.ofProcess().set(Setting.PATH, newPythonPath);
    }

    /** Where the folders to import from stand on {@code sys.path}. */
    public static JavaCppPathType javaCppPythonAppendType() {
        return JavaCppPathType.valueOf(Settings.ofProcess().get(Setting.PATH_APPEND).toUpperCase(Locale.ROOT));
    }

    /** Sets where the folders to import from stand on {@code sys.path}; null takes it back. */
    public static void setJavacppPythonAppendType(JavaCppPathType appendType) {
        Settings.ofProcess().set(Setting.PATH_APPEND, appendType == null ? null : appendType.name());
    }

    /** Whether the thread that starts Python lets go of the GIL afterwards. */
    public static boolean releaseGilAutomatically() {
        return isTrue(Setting.RELEASE_GIL_AUTOMATICALLY);
    }

    /** Sets whether the thread that starts Python lets go of the GIL afterwards. */
    public static void setReleaseGilAutomatically(boolean releaseGilAutomatically) {
        set(Setting.RELEASE_GIL_AUTOMATICALLY, releaseGilAutomatically);
    }

    /** Whether the first use starts Python. */
    public static boolean initializePython() {
        return isTrue(Setting.INITIALIZE);
    }

    /** Sets whether the first use starts Python. */
    public static void setInitializePython(boolean initializePython) {
        set(Setting.INITIALIZE, initializePython);
    }

    /** Whether numpy is imported when {@code NumpyArray} is first used. */
    public static boolean importNumpyArray() {
        return isTrue(Setting.NUMPY_IMPORT);
    }

    /** Sets whether numpy is imported when {@code NumpyArray} is first used. */
    public static void setImportNumpyArray(boolean importNumpyArray) {
        set(Setting.NUMPY_IMPORT, importNumpyArray);
    }

    /** Whether numpy arrays are made by Python code with ctypes, and not by the C API. */
    public static boolean createNpyViaPython() {
        return isTrue(Setting.CREATE_NPY_PYTHON);
    }

    /** Sets whether numpy arrays are made by Python code with ctypes, and not by the C API. */
    public static void setCreateNpyViaPython(boolean createNpyViaPython) {
        set(Setting.CREATE_NPY_PYTHON, createNpyViaPython);
    }

    /** Refuses every change from now on; for whoever starts Python, who calls it just before. */
    static void freeze() {
        Settings.ofProcess().freeze();
    }

    /** Throws, once Python has started, where a property was changed since; costs about a tenth of a microsecond. */
    static void checkUnchanged() {
        Settings.ofProcess().check();
    }

    private static boolean isTrue(Setting setting) {
        return Boolean.parseBoolean(Settings.ofProcess().get(setting));
    }

    private static void set(Setting setting, boolean value) {
        Settings.ofProcess().set(setting, String.valueOf(value));
    }
}
