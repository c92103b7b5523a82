package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Python 3.11 has no interpreters with their own GIL. */
class PythonSubInterpreterOldPythonTest {

    @Test
    @Tag("B18")
    void anOldPythonIsRefusedWithTheReason() {
        assumeFalse(OwnGil.isThere(), "needs Python 3.11");
        String message = assertThrows(PythonException.class, PythonSubInterpreter::new).getMessage();
        assertTrue(message.contains("needs Python 3.12 or newer, this is 3.11"), message);
        assertTrue(message.contains("PythonProcess"), message);
    }
}
