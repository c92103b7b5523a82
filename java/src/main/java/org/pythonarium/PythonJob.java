package org.pythonarium;

import java.util.List;
import java.util.UUID;
import org.pythonarium.internal.Jobs;

/**
 * Code that is run again and again, with variables of its own.
 *
 * <pre>{@code
 * PythonJob job = PythonJob.builder()
 *         .name("score")
 *         .code("""
 *                 def setup():
 *                     global factor
 *                     factor = 2
 *                 def run(x):
 *                     return {'y': x * factor}
 *                 """)
 *         .setupRunMode(true)
 *         .build();
 * job.exec(List.of(new PythonVariable<>("x", PythonTypes.INT, 21)), outputs);
 * }</pre>
 *
 * <p>In plain mode each {@link #exec} runs the code. In setup and run mode the code is run once and
 * {@code setup()}, if there is one, is called; each {@code exec} then calls {@code run}: what its
 * parameters are named is taken from the inputs and the job's other variables, and the dict that it
 * returns is added to these.
 *
 * <p>It takes {@link PythonGIL} by itself. What the thread's context was before, it is afterwards.
 */
@SuppressWarnings("rawtypes") // as Python4J declares them
public final class PythonJob implements AutoCloseable {

    private static final String NO_RUN = "run() method not found! If a PythonJob is created with 'setup and"
            + " run' mode enabled, the associated python code is expected to contain a run() method (with or"
            + " without arguments).";

    private final String name;
    private final String code;
    private final boolean setupRunMode;
    private final String context;
    private boolean isSetUp; // the lock guards it

    private PythonJob(Builder builder) {
        if (builder.name == null || builder.code == null) {
            throw new PythonException("a PythonJob needs a name and code; " + (builder.name == null ? "name" : "code")
                    + " is null");
        }
        name = builder.name;
        code = builder.code;
        setupRunMode = builder.setupRunMode;
        context = "__job_" + name + UUID.randomUUID().toString().replace('-', '_');
        try (PythonGIL gil = PythonGIL.lock()) {
            if (PythonContextManager.hasContext(context)) {
                throw new PythonException(
                        "Unable to create python job " + name + ". Context " + context + " already exists!");
            }
            PythonContextManager.addContext(context);
            if (setupRunMode) {
                setUpOrClose();
            }
        }
    }

    private void setUpOrClose() {
        try {
            setup();
        } catch (PythonException failure) {
            close();
            throw failure;
        }
    }

    /** Returns what a job is made by. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a job is made of. */
    public static final class Builder {

        private String name;
        private String code;
        private boolean setupRunMode;

        private Builder() {}

        /** Sets the name: letters, digits and underscores. */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** Sets the Python code. */
        public Builder code(String code) {
            this.code = code;
            return this;
        }

        /** Sets whether the code defines {@code run}, and is run once. */
        public Builder setupRunMode(boolean setupRunMode) {
            this.setupRunMode = setupRunMode;
            return this;
        }

        /**
         * Makes the job, and sets it up.
         *
         * @throws PythonException if the name is no part of an identifier, or the code fails, or
         *     defines no {@code run} in setup and run mode
         */
        public PythonJob build() {
            return new PythonJob(this);
        }
    }

    /** Returns the name. */
    public String getName() {
        return name;
    }

    /** Returns the name of the job's context. */
    public String getContext() {
        return context;
    }

    /** What is done in the job's context. */
    @FunctionalInterface
    private interface Work<T> {
        T done();
    }

    private <T> T inContext(Work<T> work) {
        try (PythonGIL gil = PythonGIL.lock()) {
            if (!PythonContextManager.hasContext(context)) {
                throw new PythonException("PythonJob '" + name + "' is closed; make another one");
            }
            try (PythonContextManager.Context entered = new PythonContextManager.Context(context)) {
                return work.done();
            }
        }
    }

    /**
     * Runs the code and calls {@code setup()}, unless that was done; in plain mode does nothing.
     *
     * @throws PythonException if the code fails, or defines no {@code run}
     */
    public void setup() {
        if (setupRunMode) {
            inContext(() -> {
                setUp();
                return null;
            });
        }
    }

    private void setUp() {
        if (isSetUp) {
            return;
        }
        PythonExecutioner.exec(code);
        if (!Jobs.hasFunction("run")) {
            throw new PythonException(NO_RUN);
        }
        if (Jobs.hasFunction("setup")) {
            Jobs.setUp();
        }
        isSetUp = true;
    }

    /**
     * Sets inputs, runs the job, and fills the outputs.
     *
     * @param inputs variables with values, or null
     * @param outputs variables to be filled, or null
     * @throws PythonException if the code fails, or {@code run} has a parameter without a value
     */
    public void exec(List<PythonVariable> inputs, List<PythonVariable> outputs) {
        inContext(() -> {
            execHere(inputs);
            if (outputs != null) {
                PythonExecutioner.getVariables(outputs);
            }
            return null;
        });
    }

    /**
     * Sets inputs, runs the job, and returns every variable of the job that is a value.
     *
     * @param inputs variables with values, or null
     */
    public PythonVariables execAndReturnAllVariables(List<PythonVariable> inputs) {
        return inContext(() -> {
            execHere(inputs);
            return PythonExecutioner.getAllVariables();
        });
    }

    private void execHere(List<PythonVariable> inputs) {
        if (inputs != null) {
            PythonExecutioner.setVariables(inputs);
        }
        if (!setupRunMode) {
            PythonExecutioner.exec(code);
            return;
        }
        setUp();
        List<String> missing = Jobs.missingArguments();
        if (!missing.isEmpty()) {
            throw new PythonException("Input value not received for run() argument: " + missing.getFirst());
        }
        Jobs.run();
    }

    /** Deletes the job's variables, and sets it up again. */
    public void clearState() {
        inContext(() -> {
            PythonContextManager.reset();
            isSetUp = false;
            if (setupRunMode) {
                setUp();
            }
            return null;
        });
    }

    /** Deletes the job's context with its variables; the second time it does nothing. */
    @Override
    public void close() {
        try (PythonGIL gil = PythonGIL.lock()) {
            if (PythonContextManager.hasContext(context)) {
                PythonContextManager.deleteContext(context);
            }
        }
    }
}
