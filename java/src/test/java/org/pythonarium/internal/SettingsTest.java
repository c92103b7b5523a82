package org.pythonarium.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.pythonarium.PythonException;

class SettingsTest {

    private final FakeSettings settings = new FakeSettings();

    @ParameterizedTest
    @Tag("S53") @Tag("S54") @Tag("S55") @Tag("S56") @Tag("S57") @Tag("S58")
    @CsvSource({
        "PATH, org.eclipse.python4j.path, PYTHONARIUM_PATH,",
        "PATH_APPEND, org.eclipse.python4j.path.append, PYTHONARIUM_PATH_APPEND, before",
        "RELEASE_GIL_AUTOMATICALLY, org.eclipse.python4j.release_gil_automatically,"
                + " PYTHONARIUM_RELEASE_GIL_AUTOMATICALLY, true",
        "INITIALIZE, org.eclipse.python4j.python.initialize, PYTHONARIUM_INITIALIZE, true",
        "NUMPY_IMPORT, org.eclipse.python4j.numpyimport, PYTHONARIUM_NUMPY_IMPORT, true",
        "CREATE_NPY_PYTHON, org.eclipse.python4j.create_npy_python, PYTHONARIUM_CREATE_NPY_PYTHON, false",
        "PYTHON, org.pythonarium.python, PYTHONARIUM_PYTHON,",
    })
    void setting_hasItsNamesAndDefault(Setting setting, String property, String variable, String fallback) {
        assertEquals(fallback, settings.get(setting));
        assertEquals(property, setting.property());
        assertEquals(variable, setting.variable());
    }

    @Test
    void value_comesFromSetterThenPropertyThenVariable() {
        settings.variable("PYTHONARIUM_PATH", "variable");
        assertEquals("variable", settings.get(Setting.PATH));
        settings.property("org.eclipse.python4j.path", "property");
        assertEquals("property", settings.get(Setting.PATH));
        settings.set(Setting.PATH, "set");
        assertEquals("set", settings.get(Setting.PATH));
        settings.set(Setting.PATH, null);
        assertEquals("property", settings.get(Setting.PATH));
    }

    @Test
    void emptyText_isAsGoodAsNone() {
        settings.property("org.pythonarium.python", "").variable("PYTHONARIUM_PATH_APPEND", "");
        assertNull(settings.get(Setting.PYTHON));
        assertEquals("before", settings.get(Setting.PATH_APPEND));
    }

    @Test
    void value_isReadInAnyCase() {
        settings.property("org.eclipse.python4j.path.append", "NONE");
        assertEquals("none", settings.get(Setting.PATH_APPEND));
    }

    @Test
    void badValue_isRefusedWithItsSourceAndTheChoices() {
        settings.property("org.eclipse.python4j.path.append", "behind").variable("PYTHONARIUM_INITIALIZE", "1");
        assertMessage("org.eclipse.python4j.path.append: expected one of before, after, none, got 'behind'",
                () -> settings.get(Setting.PATH_APPEND));
        assertMessage("PYTHONARIUM_INITIALIZE: expected one of true, false, got '1'",
                () -> settings.get(Setting.INITIALIZE));
        assertMessage("org.eclipse.python4j.numpyimport: expected one of true, false, got 'yes'",
                () -> settings.set(Setting.NUMPY_IMPORT, "yes"));
    }

    @Test
    @Tag("S59")
    void setter_isRefusedAfterTheStart() {
        settings.set(Setting.PATH, "a");
        settings.freeze();
        assertMessage("org.eclipse.python4j.path cannot be changed from 'a' to 'b'",
                () -> settings.set(Setting.PATH, "b"));
        assertEquals("a", settings.get(Setting.PATH));
    }

    @Test
    @Tag("S59")
    void property_isRefusedWhenItWasChangedAfterTheStart() {
        settings.freeze();
        settings.check();
        settings.property("org.eclipse.python4j.path", "late");
        assertMessage("org.eclipse.python4j.path cannot be changed from nothing to 'late'", settings::check);
        assertMessage("org.eclipse.python4j.path cannot be changed", () -> settings.get(Setting.PATH));
        assertEquals("true", settings.get(Setting.INITIALIZE));
    }

    @Test
    @Tag("S59")
    void freeze_refusesABadValueAndThenFreezesNothing() {
        settings.property("org.eclipse.python4j.path.append", "behind");
        assertMessage("expected one of before, after, none", settings::freeze);
        settings.set(Setting.PATH_APPEND, "after");
        settings.freeze();
        assertEquals("after", settings.get(Setting.PATH_APPEND));
    }

    private static void assertMessage(String part, Runnable call) {
        String message = assertThrows(PythonException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
        assertTrue(message.contains("; next: "), message);
    }
}
