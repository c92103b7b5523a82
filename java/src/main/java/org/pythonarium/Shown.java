package org.pythonarium;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Values and types in messages. */
final class Shown {

    private static final int WIDTH = 60;

    private Shown() {}

    /** Returns a value's text, cut to a line. */
    static String briefly(Object value) {
        String text = value instanceof String ? "'" + value + "'" : String.valueOf(value);
        text = text.replace("\n", "\\n");
        return text.length() <= WIDTH ? text : text.substring(0, WIDTH - 3) + "...";
    }

    /** Returns a value from Python with the name of its type there. */
    static String typed(Object value) {
        if (value == null) {
            return "None";
        }
        if (value instanceof PythonObject object) {
            return "an object of type " + object.typeName();
        }
        if (value instanceof Boolean truth) {
            return truth ? "bool True" : "bool False";
        }
        if (value instanceof byte[] bytes) {
            return "bytes, " + bytes.length + " of them";
        }
        String name = value instanceof List ? "list" : value instanceof Map ? "dict"
                : value instanceof Set ? "set" : PythonTypes.nameOf(value.getClass());
        return name + " " + briefly(value);
    }

    /** Returns a Java type as a program writes it, without packages. */
    static String nameOf(Type type) {
        if (type instanceof Class<?> known) {
            return known.getSimpleName();
        }
        if (type instanceof ParameterizedType generic) {
            StringBuilder text = new StringBuilder(nameOf(generic.getRawType()));
            char before = '<';
            for (Type argument : generic.getActualTypeArguments()) {
                text.append(before).append(before == ',' ? " " : "").append(nameOf(argument));
                before = ',';
            }
            return text.append('>').toString();
        }
        return type.getTypeName();
    }
}
