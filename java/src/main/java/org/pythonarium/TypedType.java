package org.pythonarium;

import java.lang.reflect.Type;

/** The type of a Java class that a program asks for, generic or its own. */
final class TypedType<T> extends PythonType<T> {

    private final Type javaType;

    TypedType(String name, Class<T> javaClass, Type javaType) {
        super(name, javaClass);
        this.javaType = javaType;
    }

    @Override
    Type javaType() {
        return javaType;
    }

    @Override
    T fromValue(Object value) {
        if (value == null) {
            throw mismatch(null);
        }
        return getJavaClass().cast(fit(value));
    }

    @Override
    public T adapt(Object value) {
        return value == null ? null : getJavaClass().cast(fit(value));
    }
}
