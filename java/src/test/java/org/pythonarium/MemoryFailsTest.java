package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Conversion where Python gets no memory, for each of the places where it asks for some. */
@SuppressWarnings("try") // a lock scope has no use beyond its block
@Tag("B8")
@Tag("B11")
class MemoryFailsTest {

    private static final int PLACES = 150;

    @Test
    void everyFailureIsAnExceptionAndLeavesNothingBehind() {
        Packages.require("_testcapi"); // which a Python may be built without
        try (PythonGIL gil = PythonGIL.lock()) {
            PythonExecutioner.exec("""
                    import _testcapi, sys, datetime, gc
                    sentinel = 'sentinel \\u00e9'
                    value = [sentinel, {'a': (sentinel, 1 << 70)}, {sentinel}, datetime.date(2020, 1, 1), 0.5]
                    """);
            PythonObject sentinel = PythonExecutioner.getVariable("sentinel");
            Object value = List.of(sentinel, Map.of("a", new Object[] {sentinel, "é".repeat(40)}),
                    Set.of(List.of(sentinel)), LocalDate.EPOCH, new BigDecimal("1.5"), 0.5);
            long before = references();
            int failed = failures(() -> PythonExecutioner.setVariable("w", value))
                    + failures(() -> PythonExecutioner.getVariable("value", PythonTypes.ANY));
            PythonExecutioner.exec("w = None\ngc.collect()");
            assertTrue(failed > 10, "only so many have failed: " + failed);
            assertEquals(before, references());
        }
    }

    private static long references() {
        return (Long) Python.eval("sys.getrefcount(sentinel)").toJava();
    }

    private static int failures(Runnable conversion) {
        PythonObject setNoMemory = Python.eval("_testcapi.set_nomemory");
        PythonObject removeHooks = Python.eval("_testcapi.remove_mem_hooks");
        int failed = 0;
        for (int i = 1; i <= PLACES; i++) {
            setNoMemory.call(i, i + 1);
            try {
                conversion.run();
            } catch (PythonException expected) {
                failed++;
            } finally {
                removeHooks.call();
            }
        }
        return failed;
    }
}
