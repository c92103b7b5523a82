package org.pythonarium.internal;

/** Addresses of what every interpreter in a process has: types, None, True and False. */
final class Types {

    static final long NONE = CPython.address("_Py_NoneStruct");
    static final long TRUE = CPython.address("_Py_TrueStruct");
    static final long FALSE = CPython.address("_Py_FalseStruct");
    static final long BOOL = CPython.address("PyBool_Type");
    static final long INT = CPython.address("PyLong_Type");
    static final long FLOAT = CPython.address("PyFloat_Type");
    static final long STR = CPython.address("PyUnicode_Type");
    static final long BYTES = CPython.address("PyBytes_Type");
    static final long LIST = CPython.address("PyList_Type");
    static final long TUPLE = CPython.address("PyTuple_Type");
    static final long DICT = CPython.address("PyDict_Type");
    static final long SET = CPython.address("PySet_Type");
    static final long FROZENSET = CPython.address("PyFrozenSet_Type");

    private Types() {}
}
