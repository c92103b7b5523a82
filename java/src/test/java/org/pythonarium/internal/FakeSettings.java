package org.pythonarium.internal;

import java.util.HashMap;
import java.util.Map;

/** Settings over a map of properties and one of environment variables. */
final class FakeSettings extends Settings {
    final Map<String, String> properties = new HashMap<>();
    final Map<String, String> environment = new HashMap<>();

    @Override
    String property(String name) {
        return properties.get(name);
    }

    @Override
    String environment(String name) {
        return environment.get(name);
    }

    /** With a property. */
    FakeSettings property(String name, Object value) {
        properties.put(name, value.toString());
        return this;
    }

    /** With an environment variable. */
    FakeSettings variable(String name, Object value) {
        environment.put(name, value.toString());
        return this;
    }
}
