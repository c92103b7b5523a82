package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.pythonarium.internal.ChildProcess;
import org.pythonarium.internal.Setting;

/** In a JVM of their own: settings hold for the life of the process, and the tests of this one start Python. */
class PythonConstantsTest {

    @Test
    @Tag("S53") @Tag("S54") @Tag("S55") @Tag("S56") @Tag("S57") @Tag("S58") @Tag("S59") @Tag("S19")
    void settings_takeEffectUntilPythonStarts() throws Exception {
        ChildProcess.Ended ended = ChildJvm.run(ChildJvm.builder(SettingsProgram.class, Map.of()));
        assertEquals("", ended.stderr());
        assertEquals(List.of(
                "null null BEFORE true true true false",
                "some folder NONE false false false true",
                "org.eclipse.python4j.release_gil_automatically cannot be changed from 'false' to 'true': Python has"
                        + " started; next: set it before the first use of Python",
                "org.eclipse.python4j.path cannot be changed from nothing to 'late': Python has started; next: set it"
                        + " before the first use of Python"), ended.stdout().lines().toList());
    }

    @Test
    void constants_nameTheProperties() {
        assertEquals(PythonConstants.PYTHON_PROPERTY, Setting.PYTHON.property());
        assertEquals(PythonConstants.DEFAULT_PYTHON_PATH_PROPERTY, Setting.PATH.property());
        assertEquals(PythonConstants.JAVACPP_PYTHON_APPEND_TYPE, Setting.PATH_APPEND.property());
        assertEquals(PythonConstants.RELEASE_GIL_AUTOMATICALLY, Setting.RELEASE_GIL_AUTOMATICALLY.property());
        assertEquals(PythonConstants.INITIALIZE_PYTHON, Setting.INITIALIZE.property());
        assertEquals(PythonConstants.IMPORT_NUMPY_ARRAY, Setting.NUMPY_IMPORT.property());
        assertEquals(PythonConstants.CREATE_NPY_VIA_PYTHON, Setting.CREATE_NPY_PYTHON.property());
    }
}
