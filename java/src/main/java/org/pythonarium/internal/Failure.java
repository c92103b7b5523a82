package org.pythonarium.internal;

import java.lang.foreign.ValueLayout;
import org.pythonarium.PythonException;

/** The error that is set in Python, as a Java exception. */
final class Failure {

    private Failure() {}

    /** Returns a result that is one, or throws the error that is set. */
    static long check(Attachment attachment, long result) {
        if (result == 0) {
            throw take(attachment);
        }
        return result;
    }

    /** Returns a result that is not negative, or throws the error that is set. */
    static int check(Attachment attachment, int result) {
        if (result < 0) {
            throw take(attachment);
        }
        return result;
    }

    /** Takes the error that is set in Python, and returns it as an exception. */
    static PythonException take(Attachment attachment) {
        long exception = raised(attachment);
        if (exception == 0) {
            return new PythonException("Python reported a failure, and no reason for it");
        }
        try {
            Kernel kernel = attachment.interpreter.kernel();
            return kernel == null
                    ? withoutKernel(attachment, exception) : kernel.describe(attachment, exception);
        } finally {
            CPython.Py_DecRef(exception);
        }
    }

    /** Says what went wrong while the kernel was imported. */
    private static PythonException withoutKernel(Attachment attachment, long exception) {
        long text = CPython.PyObject_Repr(exception);
        if (text == 0) {
            CPython.PyErr_Clear();
            return new PythonException("Python cannot import pythonarium_kernel");
        }
        try {
            return new PythonException(
                    "Python cannot import pythonarium_kernel: " + Text.toJava(attachment, text));
        } finally {
            CPython.Py_DecRef(text);
        }
    }

    /** Takes the exception that is set; a new reference, or 0. */
    static long raised(Attachment attachment) {
        if (attachment.interpreter.minorVersion() >= 12) {
            return CPython.PyErr_GetRaisedException();
        }
        Scratch scratch = attachment.scratch;
        long mark = scratch.mark();
        long type = scratch.take(3 * Long.BYTES);
        long value = type + Long.BYTES;
        long traceback = value + Long.BYTES;
        try {
            CPython.PyErr_Fetch(type, value, traceback);
            CPython.PyErr_NormalizeException(type, value, traceback);
            long exception = at(value);
            if (exception != 0 && at(traceback) != 0) {
                CPython.PyException_SetTraceback(exception, at(traceback));
            }
            CPython.Py_DecRef(at(type)); // of NULL it does nothing
            CPython.Py_DecRef(at(traceback));
            return exception;
        } finally {
            scratch.release(mark);
        }
    }

    private static long at(long address) {
        return CPython.MEMORY.get(ValueLayout.JAVA_LONG, address);
    }
}
