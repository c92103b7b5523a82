package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;

/** What Python can do with one or two objects, by the function of its C API. */
public enum Operator {
    ADD("PyNumber_Add"),
    SUBTRACT("PyNumber_Subtract"),
    MULTIPLY("PyNumber_Multiply"),
    TRUE_DIVIDE("PyNumber_TrueDivide"),
    FLOOR_DIVIDE("PyNumber_FloorDivide"),
    MATRIX_MULTIPLY("PyNumber_MatrixMultiply"),
    REMAINDER("PyNumber_Remainder"),
    LEFT_SHIFT("PyNumber_Lshift"),
    RIGHT_SHIFT("PyNumber_Rshift"),
    AND("PyNumber_And"),
    OR("PyNumber_Or"),
    XOR("PyNumber_Xor"),
    ADD_IN_PLACE("PyNumber_InPlaceAdd"),
    SUBTRACT_IN_PLACE("PyNumber_InPlaceSubtract"),
    MULTIPLY_IN_PLACE("PyNumber_InPlaceMultiply"),
    TRUE_DIVIDE_IN_PLACE("PyNumber_InPlaceTrueDivide"),
    FLOOR_DIVIDE_IN_PLACE("PyNumber_InPlaceFloorDivide"),
    MATRIX_MULTIPLY_IN_PLACE("PyNumber_InPlaceMatrixMultiply"),
    REMAINDER_IN_PLACE("PyNumber_InPlaceRemainder"),
    GET_ITEM("PyObject_GetItem"),
    ABSOLUTE("PyNumber_Absolute"),
    NEGATIVE("PyNumber_Negative"),
    POSITIVE("PyNumber_Positive"),
    INVERT("PyNumber_Invert"),
    STR("PyObject_Str"),
    REPR("PyObject_Repr"),
    ITER("PyObject_GetIter"),
    DIR("PyObject_Dir"),
    TYPE("PyObject_Type");

    private final String function;
    private MemorySegment address;

    Operator(String function) {
        this.function = function;
    }

    /** Applies it to one object; a new reference, or 0. */
    long apply(long object) {
        return CPython.call(address(), object);
    }

    /** Applies it to two objects; a new reference, or 0. */
    long apply(long left, long right) {
        return CPython.call(address(), left, right);
    }

    private MemorySegment address() {
        MemorySegment found = address;
        if (found == null) {
            found = address = CPython.find(function); // the same, whoever looks
        }
        return found;
    }
}
