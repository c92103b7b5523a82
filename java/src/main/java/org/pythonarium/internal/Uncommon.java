package org.pythonarium.internal;

/** An object that a quick way does not know. */
final class Uncommon extends RuntimeException {

    static final Uncommon IT = new Uncommon();
    private static final long serialVersionUID = 1L;

    private Uncommon() {
        super(null, null, false, false);
    }
}
