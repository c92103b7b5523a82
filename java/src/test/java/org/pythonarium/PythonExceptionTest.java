package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pythonarium.PythonException.Kind;
import org.pythonarium.internal.Scripts;

class PythonExceptionTest {

    @Test
    @Tag("S45")
    @Tag("S46")
    @Tag("S51")
    void messageIsTypeAndMessage() {
        PythonException failure = Py.failure("1 / 0");
        assertEquals("ZeroDivisionError: division by zero", failure.getMessage());
        assertEquals("ZeroDivisionError", failure.typeName());
        assertEquals("division by zero", failure.pythonMessage());
        assertEquals(Kind.ERROR, failure.kind());
        assertInstanceOf(RuntimeException.class, failure);
    }

    @ParameterizedTest
    @Tag("B1")
    @Tag("S46")
    @ValueSource(strings = {
        "assert False", "raise ValueError", "raise StopIteration", "raise KeyboardInterrupt",
        "raise GeneratorExit", "class Own(BaseException): pass\nraise Own"})
    void exceptionWithoutMessageIsThrown(String code) {
        PythonException failure = Py.failure(code);
        assertEquals(failure.typeName(), failure.getMessage());
    }

    @Test
    @Tag("B2")
    void framesTellFileLineFunctionAndText() {
        PythonException failure = Py.failure("def divide(a):", "    return a / 0", "", "divide(1)");
        List<PythonException.Frame> frames = failure.frames();
        assertEquals(List.of("<module>", "divide"), frames.stream().map(PythonException.Frame::function).toList());
        assertEquals(List.of(4, 2), frames.stream().map(PythonException.Frame::line).toList());
        PythonException.Frame inner = frames.get(1);
        assertEquals("return a / 0", inner.text());
        assertEquals("a / 0", inner.text().substring(inner.start(), inner.end()));
        assertTrue(failure.traceback().startsWith("Traceback (most recent call last):\n"), failure.traceback());
        assertTrue(failure.traceback().endsWith("\nZeroDivisionError: division by zero\n"), failure.traceback());
    }

    @Test
    @Tag("B2")
    void stackTraceBeginsWithPythonsFramesAndGoesOnWithJavas() {
        PythonException failure = Py.failure("def divide(a):", "    return a / 0", "divide(1)");
        List<String> trace = Py.trace(failure);
        String file = failure.frames().get(0).file();
        assertEquals("<python>.divide(" + file + ":2)", trace.get(0));
        assertEquals("<python>.<module>(" + file + ":3)", trace.get(1));
        assertTrue(trace.stream().anyMatch(line -> line.contains("PythonExceptionTest.stackTraceBegins")), trace + "");
    }

    @Test
    @Tag("B2")
    void framesInTheMiddleOfARecursionAreCounted() {
        PythonException failure = Py.failure("def down(n):", "    down(n + 1)", "down(0)");
        assertEquals("RecursionError", failure.typeName());
        assertTrue(failure.frames().size() <= 200, failure.frames().size() + " frames");
        List<String> trace = Py.trace(failure);
        assertEquals(1, trace.stream().filter(line -> line.matches("<python>\\.\\d+ more\\(Unknown Source\\)")).count());
    }

    @Test
    @Tag("B2")
    void notesAreTold() {
        PythonException failure = Py.failure(
                "error = ValueError('bad')", "error.add_note('in row 3')", "error.add_note('of 7')", "raise error");
        assertEquals(List.of("in row 3", "of 7"), failure.notes());
    }

    @Test
    @Tag("B2")
    void causesAreCauses() {
        PythonException failure = Py.failure(
                "try:", "    {}['k']", "except KeyError as error:", "    raise ValueError('no k') from error");
        PythonException cause = assertInstanceOf(PythonException.class, failure.getCause());
        assertEquals("KeyError: 'k'", cause.getMessage());
        assertEquals(2, cause.frames().get(0).line());
        assertNull(cause.getCause());
    }

    @ParameterizedTest
    @Tag("B2")
    @CsvSource({"'', KeyError", "'from None', "})
    void whatWasBeingHandledIsTheCauseUnlessItIsSuppressed(String from, String type) {
        PythonException failure = Py.failure(
                "try:", "    {}['k']", "except KeyError:", "    raise ValueError('no k') " + from);
        assertEquals(type, failure.getCause() instanceof PythonException cause ? cause.typeName() : null);
    }

    @Test
    @Tag("B2")
    void membersOfAGroupAreTold() {
        PythonException failure = Py.failure("raise ExceptionGroup('two', [ValueError(1), TypeError('t')])");
        assertEquals("ExceptionGroup: two (2 sub-exceptions)", failure.getMessage());
        assertEquals(List.of("ValueError: 1", "TypeError: t"),
                failure.members().stream().map(Throwable::getMessage).toList());
    }

    @Test
    @Tag("B2")
    void classOfAModuleIsShownWithIt() {
        PythonException failure = Py.failure("import json", "json.loads('{')");
        assertTrue(failure.getMessage().startsWith("json.decoder.JSONDecodeError: "), failure.getMessage());
        assertEquals("JSONDecodeError", failure.typeName());
    }

    @Test
    @Tag("S47")
    @Tag("S52")
    @Tag("B3")
    void syntaxErrorTellsThePlace() {
        PythonException failure = Py.failure("y = 1", "if y:", "    x = = 1");
        String file = failure.position().orElseThrow().file();
        assertEquals("Execution failed, unable to retrieve python exception.\n"
                + "SyntaxError: invalid syntax\n"
                + "  File \"" + file + "\", line 3, column 9\n"
                + "    x = = 1\n"
                + "        ^", failure.getMessage());
        assertEquals(Kind.SYNTAX, failure.kind());
        assertEquals(new PythonException.Position(file, 3, 9, "    x = = 1"), failure.position().orElseThrow());
    }

    @Test
    @Tag("B3")
    void syntaxErrorOfAModuleIsAnOrdinaryError() {
        PythonException failure = Py.failure("compile('(', 'other.py', 'exec')");
        assertEquals(Kind.ERROR, failure.kind());
        assertEquals("other.py", failure.position().orElseThrow().file());
    }

    @ParameterizedTest
    @Tag("B4")
    @CsvSource({"'3', 3, SystemExit: 3", "'', 0, SystemExit: 0", "'\"too bad\"', 1, SystemExit: too bad"})
    void exitEndsTheScriptAlone(String argument, int code, String message) {
        PythonException failure = Py.failure("import sys", "sys.exit(" + argument + ")");
        assertEquals(Kind.EXIT, failure.kind());
        assertEquals(OptionalInt.of(code), failure.exitCode());
        assertEquals(message, failure.getMessage());
    }

    @Test
    @Tag("B9")
    void missingVariableIsNamed() {
        Py.run("threshold = 1");
        PythonException failure = assertThrows(
                PythonException.class, () -> Scripts.get("treshold"));
        assertEquals(Kind.MISSING, failure.kind());
        assertTrue(failure.getMessage().contains("did you mean 'threshold'"), failure.getMessage());
    }

    @Test
    @Tag("B2")
    void exceptionIsSerializable() throws Exception {
        PythonException failure = Py.failure(
                "try:", "    1 / 0", "except Exception as error:", "    raise ExceptionGroup('g', [KeyError('k')])");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(failure);
        PythonException copy = (PythonException) new ObjectInputStream(
                new ByteArrayInputStream(bytes.toByteArray())).readObject();
        assertEquals(failure.getMessage(), copy.getMessage());
        assertEquals(failure.frames(), copy.frames());
        assertEquals("KeyError", copy.members().get(0).typeName());
        assertEquals("ZeroDivisionError: division by zero", copy.getCause().getMessage());
        assertEquals(List.of(failure.getStackTrace()), List.of(copy.getStackTrace()));
    }

    @Test
    @Tag("S45")
    void exceptionsOfProgramsHaveTheDocumentedConstructors() {
        Throwable cause = new IllegalStateException("why");
        assertEquals("what", new PythonException("what").getMessage());
        assertSame(cause, new PythonException("what", cause).getCause());
        assertEquals(cause.toString(), new PythonException(cause).getMessage());
        assertNull(new PythonException((Throwable) null).getMessage());
        assertEquals(Kind.HOST, new PythonException("what").kind());
        assertEquals("", new PythonException("what").traceback());
    }
}
