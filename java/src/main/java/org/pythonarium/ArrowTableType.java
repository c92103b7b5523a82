package org.pythonarium;

import org.pythonarium.internal.Tables;

/** The type of tables. */
final class ArrowTableType extends PythonType<ArrowTable> {

    /** The type; without the class of its values, which not every program needs. */
    static final ArrowTableType INSTANCE = new ArrowTableType();

    private ArrowTableType() {
        super("pyarrow.Table", ArrowTable.class);
    }

    @Override
    public ArrowTable toJava(PythonObject object) {
        return new ArrowTable(Tables.value(object.reference()));
    }

    @Override
    ArrowTable read(String variable) {
        return new ArrowTable(Tables.get(variable));
    }
}
