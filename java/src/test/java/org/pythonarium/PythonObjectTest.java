package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Objects that stay in Python. */
class PythonObjectTest extends LockedTest {

    @BeforeEach
    void definePoint() {
        PythonExecutioner.exec("""
                class Point:
                    def __init__(self, x=0, y=0):
                        self.x, self.y = x, y
                    def moved(self, *by, **named):
                        return Point(self.x + sum(by), self.y + named.get('dy', 0))
                    def fail(self):
                        raise LookupError('no such point')
                """);
    }

    private static PythonObject point() {
        return PythonExecutioner.getVariable("Point").call(3, 4);
    }

    @Test
    @Tag("B17")
    void isCalledByPositionAndKeyword() {
        PythonObject moved = point().attr("moved");
        assertEquals(13, moved.call(10).attr("x").toInt());
        assertEquals(9, moved.callWithKwargs(Map.of("dy", 5)).attr("y").toInt());
        PythonObject both = moved.callWithArgsAndKwargs(List.of(1, 2), Map.of("dy", 1));
        assertEquals(6, both.attr("x").toInt());
        assertEquals(5, both.attr("y").toInt());
        assertEquals(6, moved.callWithArgs(Python.eval("(1, 2)")).attr("x").toInt());
        assertEquals(7, moved.callWithKwargs(Python.eval("{'dy': 3}")).attr("y").toInt());
    }

    @Test
    @Tag("B1")
    void whatACallRaisesIsThrown() {
        PythonObject fail = point().attr("fail");
        assertTrue(assertThrows(PythonException.class, fail::call).getMessage().contains("no such point"));
        PythonException noFunction = assertThrows(PythonException.class, () -> Python.eval("5").call());
        assertTrue(noFunction.getMessage().contains("not callable"));
    }

    @Test
    @Tag("B1")
    void aMissingAttributeOrItemIsAnError() {
        PythonException attribute = assertThrows(PythonException.class, () -> point().attr("z"));
        assertTrue(attribute.getMessage().contains("'z'"), attribute.getMessage());
        assertThrows(PythonException.class, () -> Python.eval("[1]").get(1));
        assertThrows(PythonException.class, () -> Python.eval("{}").get("key"));
        assertEquals("5", Python.eval("5").toString()); // nothing was left pending
    }

    @Test
    @Tag("B17")
    void hasAttributesAndItemsThatCanBeChanged() {
        PythonObject point = point();
        point.setAttr("x", "new");
        assertEquals("new", point.attr("x").toString());
        point.delAttr("x");
        assertFalse(point.hasAttr("x"));
        PythonObject dict = Python.dict();
        dict.set("a", 1);
        dict.set(PythonTypes.convert("b"), PythonTypes.convert(2));
        assertTrue(dict.contains("a"));
        assertEquals(2, dict.length());
        dict.delItem("a");
        assertFalse(dict.contains("a"));
        assertEquals(2, dict.get("b").toInt());
    }

    @Test
    @Tag("B17")
    void isIterated() {
        List<Integer> items = new ArrayList<>();
        for (PythonObject item : Python.eval("(i * i for i in range(4))")) {
            items.add(item.toInt());
        }
        assertEquals(List.of(0, 1, 4, 9), items);
        assertThrows(NoSuchElementException.class, () -> Python.eval("()").iterator().next());
        assertThrows(PythonException.class, () -> Python.eval("5").iterator());
        assertThrows(PythonException.class, () -> Python.eval("(1 / i for i in (0,))").iterator());
    }

    @Test
    @Tag("B17")
    void hasPythonsOperators() {
        PythonObject seven = Python.eval("7");
        assertEquals(9, seven.add(2).toInt());
        assertEquals(5, seven.sub(2).toInt());
        assertEquals(14, seven.mul(2).toInt());
        assertEquals(3.5, seven.trueDiv(2).toDouble());
        assertEquals(3, seven.floorDiv(2).toInt());
        assertEquals(1, seven.mod(2).toInt());
        assertEquals(49, seven.pow(2).toInt());
        assertEquals(-7, seven.neg().toInt());
        assertEquals(7, seven.neg().abs().toInt());
        assertEquals(-8, seven.invert().toInt());
        assertThrows(PythonException.class, () -> seven.add("text"));
        assertThrows(PythonException.class, () -> seven.matMul(1));
    }

    @Test
    @Tag("B17")
    void anInPlaceOperatorChangesWhatCanBeChanged() {
        PythonObject list = Python.eval("[1]");
        assertEquals(list, list.addi(List.of(2)));
        assertEquals(List.of(1L, 2L), list.toList());
        PythonObject number = Python.eval("1000");
        assertEquals(1001, number.addi(1).toInt());
        assertEquals(1000, number.toInt());
    }

    @Test
    @Tag("B17")
    void isComparedByPython() {
        PythonObject five = Python.eval("5");
        assertTrue(five.isEqualTo(5.0));
        assertTrue(five.isLessThan(6));
        assertTrue(five.isAtMost(5));
        assertTrue(five.isGreaterThan(4));
        assertFalse(five.isAtLeast(6));
        assertThrows(PythonException.class, () -> five.isLessThan("text"));
        assertTrue(five.isTrue());
        assertFalse(Python.eval("''").isTrue());
        assertEquals(Python.eval("hash('a')").toLong(), Python.eval("'a'").hash());
        assertThrows(PythonException.class, () -> Python.list().hash());
    }

    @Test
    void isEqualWhereItIsTheSameObject() {
        PythonObject type = PythonExecutioner.getVariable("Point");
        assertEquals(type, PythonExecutioner.getVariable("Point"));
        assertEquals(type.hashCode(), PythonExecutioner.getVariable("Point").hashCode());
        assertNotEquals(Python.list(), Python.list());
    }

    @Test
    @Tag("S48")
    void givesItsValueOrRefuses() {
        assertEquals(5, Python.eval("5").toLong());
        assertEquals(2.0, Python.eval("2").toDouble());
        assertEquals(0.5f, Python.eval("0.5").toFloat());
        assertTrue(Python.eval("True").toBoolean());
        assertEquals(List.of(1L, "a"), Python.eval("[1, 'a']").toList());
        assertEquals(Map.of("k", 1L), Python.eval("{'k': 1}").toMap());
        assertThrows(PythonException.class, () -> Python.eval("2 ** 40").toInt());
        assertThrows(PythonException.class, () -> Python.eval("2 ** 70").toLong());
        assertThrows(PythonException.class, () -> Python.eval("'5'").toInt());
        assertThrows(PythonException.class, () -> Python.eval("1").toBoolean());
        assertEquals("1267650600228229401496703205376", Python.eval("2 ** 100").toBigInteger().toString());
    }

    @Test
    @Tag("S29")
    void noneIsNoneAndCostsNoReference() {
        assertTrue(Python.None().isNone());
        assertFalse(Python.eval("0").isNone());
        PythonObject list = PythonTypes.convert(List.of(1));
        PythonExecutioner.setVariable("kept", list);
        long before = Python.eval("__import__('sys').getrefcount(kept)").toLong();
        for (int i = 0; i < 1000; i++) {
            list.isNone();
            list.isTrue();
            list.toString();
        }
        assertEquals(before, Python.eval("__import__('sys').getrefcount(kept)").toLong());
    }

    @Test
    @Tag("S11")
    void ofAnotherThreadNeedsTheLock() throws InterruptedException {
        PythonObject point = point();
        PythonException[] refused = new PythonException[1];
        Thread other = new Thread(() -> {
            refused[0] = assertThrows(PythonException.class, point::toString);
        });
        other.start();
        other.join();
        assertTrue(refused[0].getMessage().contains("without acquiring GIL"));
    }

    @Test
    @Tag("S29")
    void whatWasReleasedIsRefused() {
        PythonObject point = point();
        point.del();
        point.del();
        PythonException refused = assertThrows(PythonException.class, () -> point.attr("x"));
        assertTrue(refused.getMessage().contains("released"), refused.getMessage());
        assertThrows(PythonException.class, () -> PythonExecutioner.setVariable("p", point));
    }

    @Test
    void aTextThatPythonCannotShowIsAnError() {
        PythonExecutioner.exec("class Shy:\n    def __str__(self): raise ValueError('shy')\nshy = Shy()");
        PythonObject shy = PythonExecutioner.getVariable("shy");
        assertTrue(assertThrows(PythonException.class, shy::toString).getMessage().contains("shy"));
        assertThrows(PythonException.class, () -> Python.eval("'\\ud800'").toString());
        assertEquals("a\0b", Python.eval("'a\\0b'").toString());
    }
}
