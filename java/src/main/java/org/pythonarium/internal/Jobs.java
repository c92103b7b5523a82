package org.pythonarium.internal;

import java.util.List;

/** The functions of a job's code, in the calling thread's current context. */
public final class Jobs {

    private Jobs() {}

    /** Tells whether the code has defined a function. */
    public static boolean hasFunction(String name) {
        return Launcher.main().call(attachment -> {
            Kernel kernel = attachment.interpreter.kernel();
            return (Boolean) Scripts.taken(attachment, "result", jobs(attachment).call(
                    attachment, "has_function", kernel.context(attachment), kernel.name(attachment, name)));
        });
    }

    /** Returns the parameters of {@code run} that would have no value. */
    public static List<String> missingArguments() {
        return Launcher.main().call(attachment -> {
            Object names = Scripts.taken(attachment, "names", jobs(attachment).call(
                    attachment, "missing_arguments", attachment.interpreter.kernel().context(attachment)));
            return ((List<?>) names).stream().map(String.class::cast).toList();
        });
    }

    /** Calls {@code setup}. */
    public static void setUp() {
        call("setup");
    }

    /** Calls {@code run} with variables, and takes what it returns as variables. */
    public static void run() {
        call("run");
    }

    private static void call(String function) {
        Launcher.main().call(attachment -> {
            jobs(attachment).run(attachment, function, attachment.interpreter.kernel().context(attachment));
            return null;
        });
    }

    private static PythonModule jobs(Attachment attachment) {
        return attachment.interpreter.kernel().part(attachment, "jvm_job");
    }
}
