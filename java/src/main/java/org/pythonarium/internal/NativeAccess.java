package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import org.pythonarium.PythonException;

/** The right of this module to call functions that are not Java's. */
final class NativeAccess {

    private NativeAccess() {}

    /**
     * Checks that the JVM grants it; where it only warns, it warns here.
     *
     * @throws PythonException if it does not, with the option that grants it
     */
    static void require() {
        try {
            MemorySegment.NULL.reinterpret(0); // the cheapest call of those that need it
        } catch (IllegalCallerException denied) {
            Module module = NativeAccess.class.getModule();
            String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
            throw new PythonException("native access is denied to Pythonarium, which calls CPython by it;"
                    + " next: start java with --enable-native-access=" + name, denied);
        }
    }
}
