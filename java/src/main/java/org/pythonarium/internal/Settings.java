package org.pythonarium.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import org.pythonarium.PythonException;

/**
 * The settings of the process; may be used by any thread.
 *
 * <p>What was set here counts before the system property, that before the environment variable, and that before the
 * default; an empty property or variable is as good as none. {@link #freeze()} ends all change: Python reads its
 * settings once, when it starts.
 */
public class Settings {

    private static final Settings PROCESS = new Settings();

    // no EnumMap: its reflection costs a cold JVM milliseconds
    private final Map<Setting, String> set = new HashMap<>();
    private volatile Frozen frozen;

    /** What was in force when Python started, and the properties as they stood then. */
    private record Frozen(Map<Setting, String> values, Map<Setting, String> properties) {}

    Settings() {}

    /** The settings of this JVM. */
    public static Settings ofProcess() {
        return PROCESS;
    }

    /**
     * The value in force, or null where there is none.
     *
     * @throws PythonException the value is none of the choices, or the property was changed after Python started
     */
    public String get(Setting setting) {
        Frozen then = frozen;
        if (then == null) {
            return read(setting);
        }
        check(setting, then);
        return then.values.get(setting);
    }

    /**
     * Sets a value, or with null takes back what was set.
     *
     * @throws PythonException the value is none of the choices, or Python has started
     */
    public synchronized void set(Setting setting, String value) {
        if (frozen != null) {
            throw late(setting, frozen.values.get(setting), value);
        }
        if (value == null) {
            set.remove(setting);
        } else {
            set.put(setting, setting.checked(value, setting.property()));
        }
    }

    /**
     * Refuses every change from now on; a second call does nothing.
     *
     * @throws PythonException a value is none of its choices; then nothing is frozen
     */
    public synchronized void freeze() {
        if (frozen != null) {
            return;
        }
        Map<Setting, String> values = new HashMap<>();
        Map<Setting, String> raw = new HashMap<>();
        for (Setting setting : Setting.values()) {
            values.put(setting, read(setting));
            raw.put(setting, property(setting.property()));
        }
        frozen = new Frozen(values, raw);
    }

    /** Allows changes again: Python could not be started by what was frozen. */
    synchronized void thaw() {
        frozen = null;
    }

    /**
     * Does nothing before {@link #freeze()}, and after it compares every property with what it was then.
     *
     * @throws PythonException a property was changed; the message names it
     */
    public void check() {
        Frozen then = frozen;
        if (then != null) {
            for (Setting setting : Setting.values()) {
                check(setting, then);
            }
        }
    }

    /** The text of a system property, or null. */
    String property(String name) {
        return System.getProperty(name);
    }

    /** The text of an environment variable, or null. */
    String environment(String name) {
        return System.getenv(name);
    }

    /** The value of an environment variable that is no setting, or null where it is absent or empty. */
    String variable(String name) {
        return filled(environment(name));
    }

    /** The name of what holds the value in force: a property, or an environment variable. */
    synchronized String source(Setting setting) {
        boolean property = set.containsKey(setting) || filled(property(setting.property())) != null;
        return property ? setting.property() : setting.variable();
    }

    private synchronized String read(Setting setting) {
        if (set.containsKey(setting)) {
            return set.get(setting);
        }
        String property = filled(property(setting.property()));
        if (property != null) {
            return setting.checked(property, setting.property());
        }
        String variable = variable(setting.variable());
        return variable != null ? setting.checked(variable, setting.variable()) : setting.fallback();
    }

    private void check(Setting setting, Frozen then) {
        String was = then.properties.get(setting);
        String is = property(setting.property());
        if (!Objects.equals(was, is)) {
            throw late(setting, was, is);
        }
    }

    private static PythonException late(Setting setting, String was, String is) {
        return new PythonException(
                "%s cannot be changed from %s to %s: Python has started; next: set it before the first use of Python"
                        .formatted(setting.property(), quoted(was), quoted(is)));
    }

    private static String quoted(String value) {
        return value == null ? "nothing" : "'" + value + "'";
    }

    private static String filled(String value) {
        return value == null || value.isEmpty() ? null : value;
    }
}
