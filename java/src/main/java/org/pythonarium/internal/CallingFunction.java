package org.pythonarium.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pythonarium.PythonFunction;

/**
 * A function of Java's that may do anything, also wait: it runs detached.
 *
 * <p>Arguments are converted before, the result after.
 */
final class CallingFunction extends JavaFunction {

    final Signature signature;
    private final Object callee;
    private final boolean takesKeywords;

    CallingFunction(Interpreter interpreter, Signature signature, Object target, MemorySegment definition) {
        super(interpreter, target, definition);
        this.signature = signature;
        this.callee = target;
        this.takesKeywords = target instanceof PythonFunction && signature.type == PythonFunction.class;
    }

    @Override
    long call(Attachment attachment, long arguments, int count, long names) throws Throwable {
        List<Object> values = values(attachment, arguments, count);
        if (takesKeywords) {
            Map<String, Object> keywords = keywords(attachment, arguments + 8L * count, names);
            return toPython(attachment, run(attachment, values, keywords));
        }
        refuseKeywords(names);
        return toPython(attachment, run(attachment, Fit.arguments(signature, attachment, values)));
    }

    private Object run(Attachment attachment, List<Object> arguments, Map<String, Object> keywords)
            throws Exception {
        int before = attachment.enter();
        try {
            return ((PythonFunction) callee).call(arguments, keywords);
        } finally {
            attachment.leave(before);
        }
    }

    private Object run(Attachment attachment, Object[] arguments) throws Throwable {
        int before = attachment.enter();
        try {
            return signature.invoke(callee, arguments);
        } catch (ClassCastException failure) {
            throw Fit.isAtEntry(failure) ? new Misfit(signature + ": " + failure.getMessage()
                    + "; Python's int comes as Long, float as Double, list as List, dict as Map") : failure;
        } finally {
            attachment.leave(before);
        }
    }

    private long toPython(Attachment attachment, Object result) {
        try {
            return Converter.toPython(attachment, result);
        } catch (Refusal refusal) {
            throw new Misfit(refusal.of("the result of " + signature).getMessage());
        }
    }

    private void refuseKeywords(long names) {
        if (names != 0 && CPython.PyTuple_Size(names) > 0) {
            throw new Misfit(signature + " takes no keyword arguments; a PythonFunction does");
        }
    }

    private static List<Object> values(Attachment attachment, long arguments, int count) {
        List<Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(Fit.value(attachment, at(arguments, i)));
        }
        return values;
    }

    private static Map<String, Object> keywords(Attachment attachment, long values, long names) {
        if (names == 0) {
            return Collections.emptyMap();
        }
        Map<String, Object> keywords = new LinkedHashMap<>();
        int count = (int) CPython.PyTuple_Size(names);
        for (int i = 0; i < count; i++) {
            keywords.put(
                    Text.toJava(attachment, CPython.PyTuple_GetItem(names, i)),
                    Fit.value(attachment, at(values, i)));
        }
        return keywords;
    }

    private static long at(long array, int index) {
        return CPython.MEMORY.get(ValueLayout.JAVA_LONG, array + 8L * index);
    }
}
