package org.pythonarium;

import java.util.List;
import java.util.Map;
import org.pythonarium.internal.Objects;
import org.pythonarium.internal.Operator;
import org.pythonarium.internal.Scripts;

/**
 * Python's built-in functions, types and constants.
 *
 * <p>Arguments may be objects or any Java value that crosses. Whatever Python raises is thrown as
 * {@link PythonException}.
 */
public final class Python {

    private static final String BUILTINS = "builtins";

    private Python() {}

    // Running

    /**
     * Returns what an expression gives, in the calling thread's current context.
     *
     * <pre>{@code
     * PythonObject two = Python.eval("1 + 1");
     * }</pre>
     */
    public static PythonObject eval(String expression) {
        return new PythonObject(Scripts.evaluate(expression));
    }

    /** Runs a script; see {@link PythonExecutioner}. */
    public static void exec(String code) {
        PythonExecutioner.exec(code);
    }

    /** Sets inputs, runs a script, and fills the outputs; see {@link PythonExecutioner}. */
    @SuppressWarnings("rawtypes") // as Python4J declares them
    public static void exec(String code, List<PythonVariable> inputs, List<PythonVariable> outputs) {
        PythonExecutioner.exec(code, inputs, outputs);
    }

    /** Imports a module, packages and all, and returns it. */
    public static PythonObject importModule(String name) {
        return new PythonObject(Objects.importModule(name));
    }

    // Contexts

    /** Makes a context the calling thread's current one; adds it, if it is not there. */
    public static void setContext(String name) {
        PythonContextManager.setContext(name);
    }

    /** Returns the name of the calling thread's current context. */
    public static String getCurrentContext() {
        return PythonContextManager.getCurrentContext();
    }

    /** Deletes a context with its variables. */
    public static void deleteContext(String name) {
        PythonContextManager.deleteContext(name);
    }

    /** Deletes all variables of the current context. */
    public static void resetContext() {
        PythonContextManager.reset();
    }

    // Of objects

    /** Returns one of the built-in functions, types and constants. */
    public static PythonObject attr(String name) {
        return builtins().attr(name);
    }

    /** Returns the module of the built-in functions. */
    public static PythonObject builtins() {
        return importModule(BUILTINS);
    }

    /** Returns the namespace of the current context, a dict. */
    public static PythonObject globals() {
        return eval("globals()");
    }

    /** Returns the number of items. */
    public static PythonObject len(PythonObject object) {
        return builtin("len", object);
    }

    /** Returns the type of an object. */
    public static PythonObject type(PythonObject object) {
        return Objects.apply(Operator.TYPE, object.reference());
    }

    /** Returns the text that shows an object to a programmer. */
    public static String repr(PythonObject object) {
        return Objects.text(Operator.REPR, object.reference());
    }

    /** Returns the names of an object's attributes. */
    public static PythonObject dir(PythonObject object) {
        return Objects.apply(Operator.DIR, object.reference());
    }

    /** Tells whether an object can be called. */
    public static boolean callable(PythonObject object) {
        return Objects.isCallable(object.reference());
    }

    /** Tells whether an object is an instance of one of the types. */
    public static boolean isinstance(PythonObject object, PythonObject... types) {
        for (PythonObject type : types) {
            if (Objects.isInstance(object.reference(), type.reference())) {
                return true;
            }
        }
        return false;
    }

    // Making values

    /** Returns {@code str(value)}. */
    public static PythonObject str(Object value) {
        return builtin("str", value);
    }

    /** Returns an empty str. */
    public static PythonObject str() {
        return builtin("str");
    }

    /** Returns {@code float(value)}; text is parsed. */
    public static PythonObject float_(Object value) {
        return builtin("float", value);
    }

    /** Returns 0.0. */
    public static PythonObject float_() {
        return builtin("float");
    }

    /** Returns {@code int(value)}; text is parsed. */
    public static PythonObject int_(Object value) {
        return builtin("int", value);
    }

    /** Returns 0. */
    public static PythonObject int_() {
        return builtin("int");
    }

    /** Returns {@code bool(value)}. */
    public static PythonObject bool(Object value) {
        return builtin("bool", value);
    }

    /** Returns False. */
    public static PythonObject bool() {
        return builtin("bool");
    }

    /** Returns a list of an iterable's items. */
    public static PythonObject list(Object items) {
        return builtin("list", items);
    }

    /** Returns an empty list. */
    public static PythonObject list() {
        return builtin("list");
    }

    /** Returns a dict of a mapping's pairs. */
    public static PythonObject dict(Object pairs) {
        return builtin("dict", pairs);
    }

    /** Returns an empty dict. */
    public static PythonObject dict() {
        return builtin("dict");
    }

    /** Returns a set of an iterable's items. */
    public static PythonObject set(Object items) {
        return builtin("set", items);
    }

    /** Returns an empty set. */
    public static PythonObject set() {
        return builtin("set");
    }

    /** Returns a tuple of an iterable's items. */
    public static PythonObject tuple(Object items) {
        return builtin("tuple", items);
    }

    /** Returns an empty tuple. */
    public static PythonObject tuple() {
        return builtin("tuple");
    }

    /** Returns a bytearray of what Python makes one of. */
    public static PythonObject bytearray(Object source) {
        return builtin("bytearray", source);
    }

    /** Returns an empty bytearray. */
    public static PythonObject bytearray() {
        return builtin("bytearray");
    }

    /** Returns bytes of what Python makes them of. */
    public static PythonObject bytes(Object source) {
        return builtin("bytes", source);
    }

    /** Returns empty bytes. */
    public static PythonObject bytes() {
        return builtin("bytes");
    }

    /** Returns a memoryview of an object that has a buffer. */
    public static PythonObject memoryview(PythonObject object) {
        return builtin("memoryview", object);
    }

    /** Returns an exception, without raising it. */
    public static PythonObject Exception(Object message) {
        return builtin("Exception", message);
    }

    /** Returns an exception without a message, without raising it. */
    public static PythonObject Exception() {
        return builtin("Exception");
    }

    // Constants and types

    /** Returns None. */
    public static PythonObject None() {
        return attr("None");
    }

    /** Returns True. */
    public static PythonObject True() {
        return attr("True");
    }

    /** Returns False. */
    public static PythonObject False() {
        return attr("False");
    }

    /** Returns the type str. */
    public static PythonObject strType() {
        return attr("str");
    }

    /** Returns the type float. */
    public static PythonObject floatType() {
        return attr("float");
    }

    /** Returns the type bool. */
    public static PythonObject boolType() {
        return attr("bool");
    }

    /** Returns the type int. */
    public static PythonObject intType() {
        return attr("int");
    }

    /** Returns the type list. */
    public static PythonObject listType() {
        return attr("list");
    }

    /** Returns the type dict. */
    public static PythonObject dictType() {
        return attr("dict");
    }

    /** Returns the type set. */
    public static PythonObject setType() {
        return attr("set");
    }

    /** Returns the type bytearray. */
    public static PythonObject bytearrayType() {
        return attr("bytearray");
    }

    /** Returns the type memoryview. */
    public static PythonObject memoryviewType() {
        return attr("memoryview");
    }

    /** Returns the type bytes. */
    public static PythonObject bytesType() {
        return attr("bytes");
    }

    /** Returns the type tuple. */
    public static PythonObject tupleType() {
        return attr("tuple");
    }

    /** Returns the type Exception. */
    public static PythonObject ExceptionType() {
        return attr("Exception");
    }

    private static PythonObject builtin(String name, Object... arguments) {
        return Objects.call(BUILTINS, name, arguments);
    }

    /** Returns the items of a sequence. */
    static Object[] items(PythonObject sequence) {
        Object[] items = new Object[Math.toIntExact(sequence.length())];
        int index = 0;
        for (PythonObject item : sequence) {
            items[index++] = item;
        }
        return items;
    }

    /** Returns the pairs of a dict with names as keys. */
    static Map<String, Object> pairs(PythonObject dict) {
        Map<String, Object> pairs = new java.util.LinkedHashMap<>();
        for (PythonObject name : dict) {
            pairs.put(name.toString(), dict.get(name));
        }
        return pairs;
    }
}
