package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Python's built-in functions, types and constants. */
class PythonTest extends LockedTest {

    @Test
    @Tag("S31")
    void anExpressionGivesAnObject() {
        assertEquals(2, Python.eval("1 + 1").toInt());
        assertEquals(8, Python.eval("(y := 3) + 5").toInt());
        assertEquals(3L, PythonExecutioner.getVariable("y", PythonTypes.INT).getValue());
    }

    @Test
    @Tag("B1")
    void aBrokenExpressionIsAnError() {
        assertTrue(assertThrows(PythonException.class, () -> Python.eval("1 +"))
                .getMessage().contains("SyntaxError"));
        assertTrue(assertThrows(PythonException.class, () -> Python.eval("1 / 0"))
                .getMessage().contains("ZeroDivisionError"));
        assertThrows(PythonException.class, () -> Python.eval("x = 1"));
    }

    @Test
    void aModuleIsImported() {
        assertEquals("a/b", Python.importModule("posixpath").attr("join").call("a", "b").toString());
        assertEquals("os.path", Python.importModule("os.path").equals(Python.importModule("posixpath"))
                ? "os.path" : "another");
        PythonException missing =
                assertThrows(PythonException.class, () -> Python.importModule("no_such_module"));
        assertTrue(missing.getMessage().contains("no_such_module"), missing.getMessage());
    }

    @Test
    void makesValuesAsPythonDoes() {
        assertEquals("5", Python.str(5).toString());
        assertEquals(42, Python.int_("42").toInt());
        assertEquals(2.5, Python.float_("2.5").toDouble());
        assertEquals(3, Python.int_(3.7).toInt());
        assertFalse(Python.bool(0).toBoolean());
        assertEquals("(1, 2)", Python.tuple(List.of(1, 2)).toString());
        assertEquals("{1}", Python.set(List.of(1, 1)).toString());
        assertEquals(Map.of("a", 1L), Python.dict(Map.of("a", 1)).toMap());
        assertEquals("b'\\x00\\x00'", Python.bytes(2).toString());
        assertEquals("bytearray(b'')", Python.bytearray().toString());
        assertEquals(3, Python.memoryview(Python.eval("b'abc'")).length());
        assertEquals("broken", Python.Exception("broken").toString());
        assertThrows(PythonException.class, () -> Python.int_("no number"));
    }

    @Test
    void emptyValuesAreFresh() {
        for (PythonObject empty : List.of(Python.str(), Python.list(), Python.dict(), Python.set(),
                Python.tuple(), Python.bytes(), Python.bytearray())) {
            assertEquals(0, empty.length());
        }
        PythonObject list = Python.list();
        list.attr("append").call(1);
        assertEquals(0, Python.list().length());
    }

    @Test
    void knowsTypes() {
        assertTrue(Python.isinstance(Python.eval("5"), Python.strType(), Python.intType()));
        assertFalse(Python.isinstance(Python.eval("5"), Python.strType()));
        assertThrows(PythonException.class, () -> Python.isinstance(Python.eval("5"), Python.eval("6")));
        assertEquals(Python.listType(), Python.type(Python.list()));
        assertTrue(Python.callable(Python.attr("print")));
        assertFalse(Python.callable(Python.None()));
        assertEquals(3, Python.len(Python.eval("'abc'")).toInt());
        assertThrows(PythonException.class, () -> Python.len(Python.eval("5")));
        assertEquals("'a'", Python.repr(Python.eval("'a'")));
        assertTrue(Python.dir(Python.eval("[]")).contains("append"));
        assertTrue(Python.True().toBoolean() && !Python.False().toBoolean());
    }

    @Test
    @Tag("S23")
    void worksInTheCurrentContext() {
        Python.setContext("other");
        Python.exec("here = 'other'");
        assertEquals("other", Python.globals().get("here").toString());
        assertEquals("other", Python.getCurrentContext());
        Python.resetContext();
        assertFalse(Python.globals().contains("here"));
        Python.setContext("main");
        Python.deleteContext("other");
        assertFalse(PythonContextManager.hasContext("other"));
    }
}
