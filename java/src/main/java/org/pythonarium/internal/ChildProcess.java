package org.pythonarium.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program to its end.
 *
 * <p>One thread for each stream reads what the child writes, so that a full pipe never stops it; its standard input is
 * empty. The thread that calls waits for the child, and for the end of both streams as {@code subprocess.run} does: a
 * process that the child leaves behind, with its streams, is waited for. When it is interrupted, or the time
 * is up, the child is killed with all that it started: nothing is left behind.
 */
public final class ChildProcess {

    private static final Duration LONGEST = Duration.ofDays(36_500); // more nanoseconds overflow
    private static final Duration KILLED = Duration.ofSeconds(1);

    private final Process process;
    private final Drain stdout;
    private final Drain stderr;

    private ChildProcess(Process process, int stderrLimit) {
        this.process = process;
        stdout = new Drain(process.getInputStream(), Integer.MAX_VALUE);
        stderr = new Drain(process.getErrorStream(), stderrLimit);
    }

    /**
     * How a child ended and what it wrote, read as UTF-8.
     *
     * @param exitCode 128 and the signal's number where a signal ended it
     * @param timedOut whether it was killed because the time was up
     */
    public record Ended(int exitCode, boolean timedOut, String stdout, String stderr) {}

    /**
     * Starts a program and waits until it has ended.
     *
     * @param timeout null to wait for as long as it takes
     * @param stderrLimit how many bytes of standard error to keep, counted from the end
     * @throws IOException it cannot be started
     * @throws InterruptedException the thread was interrupted; the child has been killed
     */
    public static Ended run(ProcessBuilder builder, Duration timeout, int stderrLimit)
            throws IOException, InterruptedException {
        ChildProcess child = new ChildProcess(builder.start(), stderrLimit);
        try {
            if (builder.redirectInput() == ProcessBuilder.Redirect.PIPE) {
                child.process.getOutputStream().close();
            }
            child.stdout.start();
            child.stderr.start();
            boolean timedOut = !child.await(timeout);
            if (timedOut) {
                child.kill();
                child.awaitKilled();
            }
            return new Ended(child.process.waitFor(), timedOut, child.stdout.text(), child.stderr.text());
        } finally {
            child.kill();
        }
    }

    /** Whether the child ended in time; a process that it left behind may hold its streams until the time is up. */
    private boolean await(Duration timeout) throws InterruptedException {
        if (timeout == null) {
            process.waitFor();
            stdout.join();
            stderr.join();
            return true;
        }
        long nanos = (timeout.compareTo(LONGEST) < 0 ? timeout : LONGEST).toNanos();
        long end = System.nanoTime() + nanos;
        if (!process.waitFor(nanos, TimeUnit.NANOSECONDS)) {
            return false;
        }
        stdout.join(Duration.ofNanos(end - System.nanoTime()));
        stderr.join(Duration.ofNanos(end - System.nanoTime()));
        return true;
    }

    /** What a killed child has written is in its pipes still; a descendant that got away may hold them open. */
    private void awaitKilled() throws InterruptedException {
        process.waitFor();
        stdout.join(KILLED);
        stderr.join(KILLED);
    }

    /** Kills the child and its descendants, as they are when it is called; does nothing to a child that has ended. */
    private void kill() {
        if (!process.isAlive()) {
            return;
        }
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    /** Reads a stream to its end and keeps the last bytes of it. */
    private static final class Drain extends Thread {
        private static final int CHUNK = 8192;

        private final InputStream stream;
        private final int limit;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

        Drain(InputStream stream, int limit) {
            super("python-output");
            setDaemon(true);
            this.stream = stream;
            this.limit = limit;
        }

        @Override
        public void run() {
            byte[] chunk = new byte[CHUNK];
            try (stream) {
                for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
                    keep(chunk, read);
                }
            } catch (IOException closed) {
                // the child was killed while it wrote: what came until then is what there is
            }
        }

        private synchronized void keep(byte[] chunk, int length) {
            kept.write(chunk, 0, length);
            if (kept.size() - CHUNK > limit) {
                byte[] all = kept.toByteArray();
                kept.reset();
                kept.write(all, all.length - limit, limit);
            }
        }

        synchronized String text() {
            return kept.toString(StandardCharsets.UTF_8);
        }
    }
}
