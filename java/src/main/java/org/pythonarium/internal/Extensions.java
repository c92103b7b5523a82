package org.pythonarium.internal;

/** The extensions there are, in the order in which they are asked. */
final class Extensions {

    private static final Extension[] ALL = {
        new Ndarrays.Crossing(), new Tables.Crossing(), new AddedTypes(), new Functions.Crossing()
    };

    private Extensions() {}

    /** Returns a new reference to what a value is in Python, or 0 if no extension knows it. */
    static long toPython(Attachment attachment, Object value) {
        for (Extension extension : ALL) {
            long object = extension.toPython(attachment, value);
            if (object != 0) {
                return object;
            }
        }
        return 0;
    }

    /** Returns what an object is in Java, or null if no extension knows it. */
    static Object toJava(Attachment attachment, long object, String type) {
        for (Extension extension : ALL) {
            Object value = extension.toJava(attachment, object, type);
            if (value != null) {
                return value;
            }
        }
        return null;
    }
}
