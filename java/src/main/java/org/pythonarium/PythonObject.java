package org.pythonarium;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.pythonarium.internal.Objects;
import org.pythonarium.internal.Operator;
import org.pythonarium.internal.Reference;
import org.pythonarium.internal.Scripts;
import org.pythonarium.internal.Views;
import org.pythonarium.internal.Wrapping;

/**
 * An object that lives in Python.
 *
 * <p>It is made by a call, released when the {@link PythonGC} scope that it was made in closes,
 * by {@link #del}, or, outside of every scope, some time after Java has let go of it. Every thread
 * that may use Python may use it. Whatever Python raises is thrown as {@link PythonException}, and
 * so is the use of a released object. Arguments may be any Java value that crosses, or objects.
 *
 * <p>Two of them are {@link #equals equal} when they are the same object in Python;
 * {@link #isEqualTo} asks Python.
 */
public class PythonObject implements Iterable<PythonObject> {

    static {
        Wrapping.is(new Wrapping() {
            @Override
            protected PythonObject wrap(Reference reference) {
                return new PythonObject(reference);
            }

            @Override
            protected Reference unwrap(PythonObject object) {
                return object.reference;
            }
        });
    }

    private final Reference reference;

    PythonObject(Reference reference) {
        this.reference = reference;
    }

    /**
     * What a Java value is in Python.
     *
     * @throws PythonException if it cannot cross
     */
    public PythonObject(Object value) {
        this(Scripts.object(value));
    }

    Reference reference() {
        return reference;
    }

    /** Returns the address of the {@code PyObject}; 0 once it was released. */
    public long getNativePythonObject() {
        return reference.address();
    }

    /** Releases the object now; the second time it does nothing. */
    public void del() {
        reference.release();
    }

    // Calls

    /** Calls it by position. */
    public PythonObject call(Object... arguments) {
        return Objects.call(reference, arguments);
    }

    /** Calls it with the items of a tuple or list. */
    public PythonObject callWithArgs(PythonObject arguments) {
        return callWithArgsAndKwargs(arguments, null);
    }

    /** Calls it by position. */
    public PythonObject callWithArgs(List<?> arguments) {
        return Objects.call(reference, arguments.toArray());
    }

    /** Calls it with the pairs of a dict as keywords. */
    public PythonObject callWithKwargs(PythonObject keywords) {
        return callWithArgsAndKwargs(null, keywords);
    }

    /** Calls it by keyword. */
    public PythonObject callWithKwargs(Map<?, ?> keywords) {
        return Objects.call(reference, new Object[0], keywords);
    }

    /** Calls it with the items of a tuple or list, and the pairs of a dict as keywords. */
    public PythonObject callWithArgsAndKwargs(PythonObject arguments, PythonObject keywords) {
        if (arguments != null && !Python.isinstance(arguments, Python.tupleType(), Python.listType())) {
            throw new PythonException("Expected args to be tuple or list. Received: " + arguments);
        }
        if (keywords != null && !Python.isinstance(keywords, Python.dictType())) {
            throw new PythonException("Expected kwargs to be dict. Received: " + keywords);
        }
        Object[] positional = arguments == null ? new Object[0] : Python.items(arguments);
        return Objects.call(
                reference, positional, keywords == null ? Map.of() : Python.pairs(keywords));
    }

    /** Calls it by position and keyword. */
    public PythonObject callWithArgsAndKwargs(List<?> arguments, Map<?, ?> keywords) {
        return Objects.call(reference, arguments.toArray(), keywords);
    }

    /**
     * Returns the object, which Python can call, as one of Java's functional interfaces.
     *
     * <p>Any thread may call it; one that has not taken {@link PythonGIL} takes it for the call.
     *
     * @throws PythonException if it cannot be called, or the interface is no functional one
     */
    public <T> T as(Class<T> functionalInterface) {
        return Views.as(functionalInterface, reference);
    }

    // Attributes and items

    /** Returns an attribute. */
    public PythonObject attr(String name) {
        return new PythonObject(Objects.attribute(reference, name));
    }

    /** Sets an attribute. */
    public void setAttr(String name, Object value) {
        Objects.setAttribute(reference, name, value);
    }

    /** Deletes an attribute. */
    public void delAttr(String name) {
        Objects.deleteAttribute(reference, name);
    }

    /** Tells whether it has an attribute. */
    public boolean hasAttr(String name) {
        return Objects.hasAttribute(reference, name);
    }

    /** Returns the item at an index. */
    public PythonObject get(int index) {
        return get((Object) index);
    }

    /** Returns the item of a key. */
    public PythonObject get(String key) {
        return get((Object) key);
    }

    /** Returns the item of a key. */
    public PythonObject get(PythonObject key) {
        return get((Object) key);
    }

    /** Returns the item of a key. */
    public PythonObject get(Object key) {
        return Objects.apply(Operator.GET_ITEM, reference, key);
    }

    /** Sets an item. */
    public void set(PythonObject key, PythonObject value) {
        Objects.setItem(reference, key, value);
    }

    /** Sets an item. */
    public void set(Object key, Object value) {
        Objects.setItem(reference, key, value);
    }

    /** Deletes an item. */
    public void delItem(Object key) {
        Objects.deleteItem(reference, key);
    }

    /** Returns the number of items. */
    public long length() {
        return Objects.size(reference);
    }

    /** Tells whether it holds a value, as Python's {@code in} does. */
    public boolean contains(Object value) {
        return Objects.contains(reference, value);
    }

    /** Iterates over what Python's {@code for} would. */
    @Override
    public Iterator<PythonObject> iterator() {
        PythonObject iterator = Objects.apply(Operator.ITER, reference);
        return new Iterator<>() {

            private PythonObject next = Objects.next(iterator.reference);

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public PythonObject next() {
                PythonObject item = next;
                if (item == null) {
                    throw new NoSuchElementException();
                }
                next = Objects.next(iterator.reference);
                return item;
            }
        };
    }

    // Values

    /** Returns what it is in Java; itself where it is no value. */
    public Object toJava() {
        Object value = Scripts.value(reference);
        return value instanceof PythonObject ? this : value;
    }

    /** Returns its value as an {@code int}; a number that does not fit is refused. */
    public int toInt() {
        long value = toLong();
        if (value != (int) value) {
            throw new PythonException("Could not convert value to int: " + value
                    + " does not fit in 32 bits; use toLong()");
        }
        return (int) value;
    }

    /** Returns its value as a {@code long}; a number that does not fit is refused. */
    public long toLong() {
        return PythonTypes.INT.toJava(this);
    }

    /** Returns its value as a whole number. */
    public BigInteger toBigInteger() {
        return PythonTypes.BIG_INT.toJava(this);
    }

    /** Returns its value as the nearest {@code float}. */
    public float toFloat() {
        return (float) toDouble();
    }

    /** Returns its value as a {@code double}. */
    public double toDouble() {
        return PythonTypes.FLOAT.toJava(this);
    }

    /** Returns its value, True or False. */
    public boolean toBoolean() {
        return PythonTypes.BOOL.toJava(this);
    }

    /** Returns its items as values. */
    public List<?> toList() {
        return PythonTypes.LIST.toJava(this);
    }

    /** Returns its pairs as values. */
    public Map<?, ?> toMap() {
        return PythonTypes.DICT.toJava(this);
    }

    /** Tells whether it is None. */
    public boolean isNone() {
        return Objects.isNone(reference);
    }

    /** Tells whether Python takes it for true. */
    public boolean isTrue() {
        return Objects.isTrue(reference);
    }

    /** Returns the name of its type. */
    public String typeName() {
        return Scripts.typeName(reference);
    }

    // Comparison

    /** Tells whether Python's {@code ==} does. */
    public boolean isEqualTo(Object other) {
        return Objects.compare(reference, other, 2);
    }

    /** Tells whether Python's {@code <} does. */
    public boolean isLessThan(Object other) {
        return Objects.compare(reference, other, 0);
    }

    /** Tells whether Python's {@code <=} does. */
    public boolean isAtMost(Object other) {
        return Objects.compare(reference, other, 1);
    }

    /** Tells whether Python's {@code >} does. */
    public boolean isGreaterThan(Object other) {
        return Objects.compare(reference, other, 4);
    }

    /** Tells whether Python's {@code >=} does. */
    public boolean isAtLeast(Object other) {
        return Objects.compare(reference, other, 5);
    }

    /** Returns Python's {@code hash()} of it. */
    public long hash() {
        return Objects.call("builtins", "hash", this).toLong();
    }

    /** Tells whether the other one is the same object in Python. */
    @Override
    public boolean equals(Object other) {
        return other instanceof PythonObject object && reference.equals(object.reference);
    }

    @Override
    public int hashCode() {
        return reference.hashCode();
    }

    /** Returns the text that Python's str() gives. */
    @Override
    public String toString() {
        return Objects.text(Operator.STR, reference);
    }

    // Operators

    /** Returns {@code abs(this)}. */
    public PythonObject abs() {
        return Objects.apply(Operator.ABSOLUTE, reference);
    }

    /** Returns {@code -this}. */
    public PythonObject neg() {
        return Objects.apply(Operator.NEGATIVE, reference);
    }

    /** Returns {@code ~this}. */
    public PythonObject invert() {
        return Objects.apply(Operator.INVERT, reference);
    }

    /** Returns {@code this + other}. */
    public PythonObject add(Object other) {
        return Objects.apply(Operator.ADD, reference, other);
    }

    /** Returns {@code this - other}. */
    public PythonObject sub(Object other) {
        return Objects.apply(Operator.SUBTRACT, reference, other);
    }

    /** Returns {@code this * other}. */
    public PythonObject mul(Object other) {
        return Objects.apply(Operator.MULTIPLY, reference, other);
    }

    /** Returns {@code this / other}. */
    public PythonObject trueDiv(Object other) {
        return Objects.apply(Operator.TRUE_DIVIDE, reference, other);
    }

    /** Returns {@code this // other}. */
    public PythonObject floorDiv(Object other) {
        return Objects.apply(Operator.FLOOR_DIVIDE, reference, other);
    }

    /** Returns {@code this @ other}. */
    public PythonObject matMul(Object other) {
        return Objects.apply(Operator.MATRIX_MULTIPLY, reference, other);
    }

    /** Returns {@code this % other}. */
    public PythonObject mod(Object other) {
        return Objects.apply(Operator.REMAINDER, reference, other);
    }

    /** Returns {@code this ** exponent}. */
    public PythonObject pow(Object exponent) {
        return Objects.power(reference, exponent);
    }

    /** Does {@code this += other}; returns the result, which is this where it can be changed. */
    public PythonObject addi(Object other) {
        return Objects.apply(Operator.ADD_IN_PLACE, reference, other);
    }

    /** Does {@code this -= other}; returns the result, which is this where it can be changed. */
    public PythonObject subi(Object other) {
        return Objects.apply(Operator.SUBTRACT_IN_PLACE, reference, other);
    }

    /** Does {@code this *= other}; returns the result, which is this where it can be changed. */
    public PythonObject muli(Object other) {
        return Objects.apply(Operator.MULTIPLY_IN_PLACE, reference, other);
    }

    /** Does {@code this /= other}; returns the result, which is this where it can be changed. */
    public PythonObject trueDivi(Object other) {
        return Objects.apply(Operator.TRUE_DIVIDE_IN_PLACE, reference, other);
    }

    /** Does {@code this //= other}; returns the result, which is this where it can be changed. */
    public PythonObject floorDivi(Object other) {
        return Objects.apply(Operator.FLOOR_DIVIDE_IN_PLACE, reference, other);
    }

    /** Does {@code this @= other}; returns the result, which is this where it can be changed. */
    public PythonObject matMuli(Object other) {
        return Objects.apply(Operator.MATRIX_MULTIPLY_IN_PLACE, reference, other);
    }
}
