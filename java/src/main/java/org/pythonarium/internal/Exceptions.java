package org.pythonarium.internal;

import java.util.Map;
import org.pythonarium.PythonException;

/** What the kernel tells of a failure, as an exception. */
final class Exceptions {

    private Exceptions() {}

    static PythonException of(Map<?, ?> described) {
        return new PythonException(String.valueOf(described.get("message")));
    }
}
