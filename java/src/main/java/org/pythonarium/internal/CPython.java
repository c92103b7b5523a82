package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The C functions of CPython that every program needs, under their own names.
 *
 * <p>Pointers and integers are all passed as {@code long}: one call shape serves every function
 * ({@link Shapes}). The upper half of an {@code int} result is undefined until it is cast, as the
 * wrappers here do. Symbols are resolved
 * when this class is initialised, so {@link Library#open} comes first.
 *
 * <p>Nothing is checked here. Unless a function says that it may be called detached, the caller
 * is attached to the interpreter ({@link Attachment}) and on a stack that is large enough. A
 * returned pointer is a new reference unless it says borrowed; 0 and -1 tell of an error that is
 * set in Python.
 */
final class CPython {

    /** All of memory, to be read and written by address. */
    static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Offset of the type in an object. */
    static final long OB_TYPE = 8;

    /** Offset of the name in a type. */
    private static final long TP_NAME = 24;

    private static final MemorySegment _PyThreadState_New = find("PyThreadState_New");
    private static final MemorySegment _PyEval_SaveThread = find("PyEval_SaveThread");
    private static final MemorySegment _PyEval_RestoreThread = find("PyEval_RestoreThread");
    private static final MemorySegment _PyThreadState_Clear = find("PyThreadState_Clear");
    private static final MemorySegment _PyThreadState_DeleteCurrent = find("PyThreadState_DeleteCurrent");
    private static final MemorySegment _PyThreadState_Next = find("PyThreadState_Next");
    private static final MemorySegment _PyInterpreterState_ThreadHead = find("PyInterpreterState_ThreadHead");
    private static final MemorySegment _PyInterpreterState_Main = find("PyInterpreterState_Main");
    private static final MemorySegment _PyGILState_Check = find("PyGILState_Check");
    private static final MemorySegment _PyGILState_GetThisThreadState = find("PyGILState_GetThisThreadState");
    private static final MemorySegment _PyThreadState_Get = find("PyThreadState_Get");
    private static final MemorySegment _PyThreadState_GetInterpreter = find("PyThreadState_GetInterpreter");
    private static final MemorySegment _Py_EndInterpreter = find("Py_EndInterpreter");
    private static final MemorySegment _PyThreadState_SetAsyncExc = find("PyThreadState_SetAsyncExc");
    private static final MemorySegment _Py_IsInitialized = find("Py_IsInitialized");
    private static final MemorySegment _Py_FinalizeEx = find("Py_FinalizeEx");
    private static final MemorySegment _Py_IncRef = find("Py_IncRef");
    private static final MemorySegment _Py_DecRef = find("Py_DecRef");
    private static final MemorySegment _PyObject_Vectorcall = find("PyObject_Vectorcall");
    private static final MemorySegment _PyObject_GetAttr = find("PyObject_GetAttr");
    private static final MemorySegment _PyObject_SetAttr = find("PyObject_SetAttr");
    private static final MemorySegment _PyObject_HasAttr = find("PyObject_HasAttr");
    private static final MemorySegment _PyObject_GetItem = find("PyObject_GetItem");
    private static final MemorySegment _PyObject_SetItem = find("PyObject_SetItem");
    private static final MemorySegment _PyObject_DelItem = find("PyObject_DelItem");
    private static final MemorySegment _PySequence_Contains = find("PySequence_Contains");
    private static final MemorySegment _PyObject_IsTrue = find("PyObject_IsTrue");
    private static final MemorySegment _PyObject_Size = find("PyObject_Size");
    private static final MemorySegment _PyObject_Str = find("PyObject_Str");
    private static final MemorySegment _PyObject_Repr = find("PyObject_Repr");
    private static final MemorySegment _PyObject_Hash = find("PyObject_Hash");
    private static final MemorySegment _PyObject_RichCompareBool = find("PyObject_RichCompareBool");
    private static final MemorySegment _PyObject_IsInstance = find("PyObject_IsInstance");
    private static final MemorySegment _PyObject_GetIter = find("PyObject_GetIter");
    private static final MemorySegment _PyIter_Next = find("PyIter_Next");
    private static final MemorySegment _PyCallable_Check = find("PyCallable_Check");
    private static final MemorySegment _PyImport_ImportModule = find("PyImport_ImportModule");
    private static final MemorySegment _PyErr_Occurred = find("PyErr_Occurred");
    private static final MemorySegment _PyErr_Fetch = find("PyErr_Fetch");
    private static final MemorySegment _PyErr_NormalizeException = find("PyErr_NormalizeException");
    private static final MemorySegment _PyException_SetTraceback = find("PyException_SetTraceback");
    private static final MemorySegment _PyErr_GetRaisedException = find("PyErr_GetRaisedException");
    private static final MemorySegment _PyErr_SetObject = find("PyErr_SetObject");
    private static final MemorySegment _PyErr_SetString = find("PyErr_SetString");
    private static final MemorySegment _PyErr_Clear = find("PyErr_Clear");
    private static final MemorySegment _PyLong_FromLongLong = find("PyLong_FromLongLong");
    private static final MemorySegment _PyLong_AsLongLongAndOverflow = find("PyLong_AsLongLongAndOverflow");
    private static final MemorySegment _PyBool_FromLong = find("PyBool_FromLong");
    private static final MemorySegment _PyUnicode_DecodeUTF8 = find("PyUnicode_DecodeUTF8");
    private static final MemorySegment _PyUnicode_AsUTF8AndSize = find("PyUnicode_AsUTF8AndSize");
    private static final MemorySegment _PyUnicode_InternInPlace = find("PyUnicode_InternInPlace");
    private static final MemorySegment _PyBytes_FromStringAndSize = find("PyBytes_FromStringAndSize");
    private static final MemorySegment _PyBytes_AsString = find("PyBytes_AsString");
    private static final MemorySegment _PyBytes_Size = find("PyBytes_Size");
    private static final MemorySegment _PyDict_GetItemWithError = find("PyDict_GetItemWithError");
    private static final MemorySegment _PyDict_SetItem = find("PyDict_SetItem");
    private static final MemorySegment _PyDict_DelItem = find("PyDict_DelItem");
    private static final MemorySegment _PyDict_Next = find("PyDict_Next");
    private static final MemorySegment _PyTuple_New = find("PyTuple_New");
    private static final MemorySegment _PyTuple_SetItem = find("PyTuple_SetItem");
    private static final MemorySegment _PyTuple_GetItem = find("PyTuple_GetItem");
    private static final MemorySegment _PyTuple_Size = find("PyTuple_Size");
    private static final MemorySegment _PyList_New = find("PyList_New");
    private static final MemorySegment _PyDict_New = find("PyDict_New");
    private static final MemorySegment _PySet_New = find("PySet_New");
    private static final MemorySegment _PyFrozenSet_New = find("PyFrozenSet_New");
    private static final MemorySegment _PySet_Add = find("PySet_Add");
    private static final MemorySegment _PySet_Size = find("PySet_Size");
    private static final MemorySegment _PyMarshal_ReadObjectFromString = find("PyMarshal_ReadObjectFromString");
    private static final MemorySegment _PyMarshal_WriteObjectToString = find("PyMarshal_WriteObjectToString");
    private static final MemorySegment _PyCFunction_NewEx = find("PyCFunction_NewEx");
    private static final MemorySegment _PyCapsule_GetPointer = find("PyCapsule_GetPointer");
    private static final MemorySegment _PyCapsule_New = find("PyCapsule_New");
    private static final MemorySegment _PyList_Append = find("PyList_Append");
    private static final MemorySegment _PyMemoryView_FromMemory = find("PyMemoryView_FromMemory");
    private static final MemorySegment _PyMethod_New = find("PyMethod_New");

    private CPython() {}

    /** Returns the address of a symbol that every supported CPython has. */
    static long address(String name) {
        long address = Library.find(name);
        if (address == 0) {
            throw new IllegalStateException("this libpython has no symbol " + name);
        }
        return address;
    }

    /** Returns an object's type; borrowed. */
    static long Py_TYPE(long object) {
        return MEMORY.get(ValueLayout.JAVA_LONG, object + OB_TYPE);
    }

    /** Returns the name of an object's type, as C has it. */
    static String typeName(long object) {
        return MEMORY.getString(MEMORY.get(ValueLayout.JAVA_LONG, Py_TYPE(object) + TP_NAME));
    }

    // Threads and the gil

    /** Detached: makes a thread's state. */
    static long PyThreadState_New(long a) {
        return call(_PyThreadState_New, a);
    }

    static long PyEval_SaveThread() {
        return call(_PyEval_SaveThread);
    }

    /** Detached: attaches; waits for the GIL. */
    static void PyEval_RestoreThread(long a) {
        call(_PyEval_RestoreThread, a);
    }

    static void PyThreadState_Clear(long a) {
        call(_PyThreadState_Clear, a);
    }

    /** Detaches. */
    static void PyThreadState_DeleteCurrent() {
        call(_PyThreadState_DeleteCurrent);
    }

    static long PyThreadState_Next(long a) {
        return call(_PyThreadState_Next, a);
    }

    static long PyInterpreterState_ThreadHead(long a) {
        return call(_PyInterpreterState_ThreadHead, a);
    }

    /** Detached. */
    static long PyInterpreterState_Main() {
        return call(_PyInterpreterState_Main);
    }

    /** Detached. */
    static int PyGILState_Check() {
        return (int) call(_PyGILState_Check);
    }

    /** Detached. */
    static long PyGILState_GetThisThreadState() {
        return call(_PyGILState_GetThisThreadState);
    }

    static long PyThreadState_Get() {
        return call(_PyThreadState_Get);
    }

    static long PyThreadState_GetInterpreter(long a) {
        return call(_PyThreadState_GetInterpreter, a);
    }

    /** Detaches. */
    static void Py_EndInterpreter(long a) {
        call(_Py_EndInterpreter, a);
    }

    static int PyThreadState_SetAsyncExc(long a, long b) {
        return (int) call(_PyThreadState_SetAsyncExc, a, b);
    }

    /** Detached. */
    static int Py_IsInitialized() {
        return (int) call(_Py_IsInitialized);
    }

    static int Py_FinalizeEx() {
        return (int) call(_Py_FinalizeEx);
    }

    // Objects

    static void Py_IncRef(long a) {
        call(_Py_IncRef, a);
    }

    static void Py_DecRef(long a) {
        call(_Py_DecRef, a);
    }

    static long PyObject_Vectorcall(long a, long b, long c, long d) {
        return call(_PyObject_Vectorcall, a, b, c, d);
    }

    static long PyObject_GetAttr(long a, long b) {
        return call(_PyObject_GetAttr, a, b);
    }

    static int PyObject_SetAttr(long a, long b, long c) {
        return (int) call(_PyObject_SetAttr, a, b, c);
    }

    static int PyObject_HasAttr(long a, long b) {
        return (int) call(_PyObject_HasAttr, a, b);
    }

    static long PyObject_GetItem(long a, long b) {
        return call(_PyObject_GetItem, a, b);
    }

    static int PyObject_SetItem(long a, long b, long c) {
        return (int) call(_PyObject_SetItem, a, b, c);
    }

    static int PyObject_DelItem(long a, long b) {
        return (int) call(_PyObject_DelItem, a, b);
    }

    static int PySequence_Contains(long a, long b) {
        return (int) call(_PySequence_Contains, a, b);
    }

    static int PyObject_IsTrue(long a) {
        return (int) call(_PyObject_IsTrue, a);
    }

    static long PyObject_Size(long a) {
        return call(_PyObject_Size, a);
    }

    static long PyObject_Str(long a) {
        return call(_PyObject_Str, a);
    }

    static long PyObject_Repr(long a) {
        return call(_PyObject_Repr, a);
    }

    static long PyObject_Hash(long a) {
        return call(_PyObject_Hash, a);
    }

    static int PyObject_RichCompareBool(long a, long b, long c) {
        return (int) call(_PyObject_RichCompareBool, a, b, c);
    }

    static int PyObject_IsInstance(long a, long b) {
        return (int) call(_PyObject_IsInstance, a, b);
    }

    static long PyObject_GetIter(long a) {
        return call(_PyObject_GetIter, a);
    }

    static long PyIter_Next(long a) {
        return call(_PyIter_Next, a);
    }

    static int PyCallable_Check(long a) {
        return (int) call(_PyCallable_Check, a);
    }

    static long PyImport_ImportModule(long a) {
        return call(_PyImport_ImportModule, a);
    }

    // Errors

    static long PyErr_Occurred() {
        return call(_PyErr_Occurred);
    }

    /** CPython 3.11. */
    static void PyErr_Fetch(long a, long b, long c) {
        call(_PyErr_Fetch, a, b, c);
    }

    /** CPython 3.11. */
    static void PyErr_NormalizeException(long a, long b, long c) {
        call(_PyErr_NormalizeException, a, b, c);
    }

    /** CPython 3.11. */
    static int PyException_SetTraceback(long a, long b) {
        return (int) call(_PyException_SetTraceback, a, b);
    }

    /** CPython 3.12 and newer. */
    static long PyErr_GetRaisedException() {
        return call(_PyErr_GetRaisedException);
    }

    static void PyErr_SetObject(long a, long b) {
        call(_PyErr_SetObject, a, b);
    }

    static void PyErr_SetString(long a, long b) {
        call(_PyErr_SetString, a, b);
    }

    static void PyErr_Clear() {
        call(_PyErr_Clear);
    }

    // Numbers and text

    static long PyLong_FromLongLong(long a) {
        return call(_PyLong_FromLongLong, a);
    }

    static long PyLong_AsLongLongAndOverflow(long a, long b) {
        return call(_PyLong_AsLongLongAndOverflow, a, b);
    }

    static long PyBool_FromLong(long a) {
        return call(_PyBool_FromLong, a);
    }

    static long PyUnicode_DecodeUTF8(long a, long b, long c) {
        return call(_PyUnicode_DecodeUTF8, a, b, c);
    }

    static long PyUnicode_AsUTF8AndSize(long a, long b) {
        return call(_PyUnicode_AsUTF8AndSize, a, b);
    }

    static void PyUnicode_InternInPlace(long a) {
        call(_PyUnicode_InternInPlace, a);
    }

    static long PyBytes_FromStringAndSize(long a, long b) {
        return call(_PyBytes_FromStringAndSize, a, b);
    }

    static long PyBytes_AsString(long a) {
        return call(_PyBytes_AsString, a);
    }

    static long PyBytes_Size(long a) {
        return call(_PyBytes_Size, a);
    }

    // Containers

    /** Borrowed. */
    static long PyDict_GetItemWithError(long a, long b) {
        return call(_PyDict_GetItemWithError, a, b);
    }

    static int PyDict_SetItem(long a, long b, long c) {
        return (int) call(_PyDict_SetItem, a, b, c);
    }

    static int PyDict_DelItem(long a, long b) {
        return (int) call(_PyDict_DelItem, a, b);
    }

    /** Reads the next pair; borrowed. */
    static int PyDict_Next(long a, long b, long c, long d) {
        return (int) call(_PyDict_Next, a, b, c, d);
    }

    static long PyTuple_New(long a) {
        return call(_PyTuple_New, a);
    }

    /** Steals. */
    static int PyTuple_SetItem(long a, long b, long c) {
        return (int) call(_PyTuple_SetItem, a, b, c);
    }

    /** Borrowed. */
    static long PyTuple_GetItem(long a, long b) {
        return call(_PyTuple_GetItem, a, b);
    }

    static long PyTuple_Size(long a) {
        return call(_PyTuple_Size, a);
    }

    /** With items that are NULL, to be written before anybody reads them. */
    static long PyList_New(long a) {
        return call(_PyList_New, a);
    }

    static long PyDict_New() {
        return call(_PyDict_New);
    }

    static long PySet_New(long a) {
        return call(_PySet_New, a);
    }

    static long PyFrozenSet_New(long a) {
        return call(_PyFrozenSet_New, a);
    }

    /** Also of a frozenset that nobody else has seen. */
    static int PySet_Add(long a, long b) {
        return (int) call(_PySet_Add, a, b);
    }

    static long PySet_Size(long a) {
        return call(_PySet_Size, a);
    }

    static long PyMarshal_ReadObjectFromString(long a, long b) {
        return call(_PyMarshal_ReadObjectFromString, a, b);
    }

    static long PyMarshal_WriteObjectToString(long a, long b) {
        return call(_PyMarshal_WriteObjectToString, a, b);
    }

    // Functions of ours

    static long PyCFunction_NewEx(long a, long b, long c) {
        return call(_PyCFunction_NewEx, a, b, c);
    }

    static long PyCapsule_GetPointer(long a, long b) {
        return call(_PyCapsule_GetPointer, a, b);
    }

    static long PyCapsule_New(long a, long b, long c) {
        return call(_PyCapsule_New, a, b, c);
    }

    static int PyList_Append(long a, long b) {
        return (int) call(_PyList_Append, a, b);
    }

    static long PyMemoryView_FromMemory(long a, long b, long c) {
        return call(_PyMemoryView_FromMemory, a, b, c);
    }

    static long PyMethod_New(long a, long b) {
        return call(_PyMethod_New, a, b);
    }

    /** Returns a function, or NULL where this CPython has none of that name. */
    static MemorySegment find(String name) {
        return MemorySegment.ofAddress(Library.find(name));
    }

    static long call(MemorySegment function) {
        return call(function, 0, 0, 0, 0);
    }

    static long call(MemorySegment function, long a) {
        return call(function, a, 0, 0, 0);
    }

    static long call(MemorySegment function, long a, long b) {
        return call(function, a, b, 0, 0);
    }

    static long call(MemorySegment function, long a, long b, long c) {
        return call(function, a, b, c, 0);
    }

    static long call(MemorySegment function, long a, long b, long c, long d) {
        try {
            return (long) Shapes.J4.invokeExact(function, a, b, c, d);
        } catch (Throwable failure) {
            throw Unexpected.rethrow(failure);
        }
    }
}
