package org.pythonarium.internal;

/** The context that a thread works in, as the kernel told it last. */
final class ContextView {

    String name = "main";

    /** The context's namespace, a dict that the kernel keeps alive while the version holds. */
    long namespace;

    /** The version of the kernel's contexts that {@code namespace} is from. */
    long version = -1;
}
