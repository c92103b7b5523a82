package org.pythonarium.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pythonarium.PythonException;

/** What the thread of an interpreter may do itself. */
@Tag("B18")
@Timeout(60)
class SubInterpreterTest {

    @BeforeEach
    void assume() {
        assumeTrue(PythonHome.find().version().minor() >= 12, "needs Python 3.12");
    }

    @Test
    void itsThreadHasAWayOfItsOwnIntoTheMainInterpreter() {
        SubInterpreter interpreter = SubInterpreter.open();
        try {
            Scripts.start();
            Object seen = interpreter.call(own -> {
                Scripts.set(own, "here", "own");
                Guard guard = Guard.lock();
                try {
                    Scripts.set("here", "main");
                    assertThrows(PythonException.class, () -> Scripts.reference("nothing"));
                    return Scripts.get("here") + " and " + Scripts.get(own, "here");
                } finally {
                    Scripts.delete("here");
                    guard.close();
                }
            });
            assertEquals("main and own", seen);
        } finally {
            interpreter.close();
        }
        assertTrue(interpreter.isClosed());
    }

    @Test
    void itsThreadCannotCloseIt() {
        SubInterpreter interpreter = SubInterpreter.open();
        try {
            String message = interpreter.call(
                    own -> assertThrows(PythonException.class, interpreter::close).getMessage());
            assertTrue(message.contains("cannot be closed by what it has called"), message);
            assertFalse(interpreter.isClosed());
        } finally {
            interpreter.close();
        }
        assertFalse(SubInterpreter.isOpen(interpreter));
    }
}
