package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.pythonarium.internal.ChildProcess;

@Timeout(60)
class PythonProcessTest {

    /** Connects to a port, tells its own process number and that of a child, and sleeps, as the child does. */
    private static final String FAMILY = """
            import os, socket, struct, subprocess, sys, time
            sleep = 'import time; time.sleep(600)'
            child = subprocess.Popen([sys.executable, '-c', sleep])
            host = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
            host.sendall(struct.pack('>qq', os.getpid(), child.pid))
            time.sleep(600)
            """;

    @TempDir
    Path folder;

    @Test
    @Tag("S35") @Tag("S36")
    void runAndReturn_givesStandardOutput() throws Exception {
        assertEquals("hello from subprocess",
                PythonProcess.runAndReturn("-c", "print('hello from subprocess')").strip());
        assertEquals("ä \u20ac \ud83d\ude00\n",
                PythonProcess.runAndReturn("-c", "print('\\xe4 \\u20ac \\U0001f600')").replace("\r", ""));
    }

    @Test
    @Tag("S35")
    void runAndReturn_isAnotherProcess() throws Exception {
        String pid = PythonProcess.runAndReturn("-c", "import os; print(os.getppid())").strip();
        assertEquals(ProcessHandle.current().pid(), Long.parseLong(pid));
    }

    @Test
    @Tag("S36")
    void runAndReturn_leavesStandardErrorOut() throws Exception {
        assertEquals("out", PythonProcess.runAndReturn("-c",
                "import sys; sys.stderr.write('x' * 1_000_000); sys.stdout.write('out')"));
    }

    @Test
    @Tag("S44") @Tag("B14")
    void failure_tellsCommandExitCodeAndOutput() {
        PythonProcessException failed = assertThrows(PythonProcessException.class,
                () -> PythonProcess.runAndReturn("-c", "import sys; print('no'); sys.exit('that went wrong')"));
        assertEquals(1, failed.exitCode().getAsInt());
        assertEquals("that went wrong", failed.output().strip());
        assertEquals("-c", failed.command().get(1));
        assertTrue(failed.getMessage().startsWith("Error running Python: exit code 1 of "), failed.getMessage());
        assertTrue(failed.getMessage().endsWith("that went wrong"), failed.getMessage());
    }

    @Test
    @Tag("B14")
    void password_isNotInTheMessage() {
        PythonProcessException failed = assertThrows(PythonProcessException.class,
                () -> PythonProcess.run("-c", "raise SystemExit(9)", "https://me:secret@host/index"));
        assertTrue(failed.getMessage().contains("https://***@host/index"), failed.getMessage());
        assertTrue(failed.command().contains("https://me:secret@host/index"));
    }

    @Test
    @Tag("B14")
    void options_setFolderAndEnvironment() throws Exception {
        ProcessOptions options = ProcessOptions.DEFAULT.withDirectory(folder).withVariable("COLOUR", "blue");
        assertEquals(folder.toRealPath() + " blue", PythonProcess.runAndReturn(options, "-c",
                "import os; print(os.getcwd(), os.environ['COLOUR'])").strip());
    }

    @Test
    @Tag("B14")
    void missingFolder_isTold() {
        ProcessOptions options = ProcessOptions.DEFAULT.withDirectory(folder.resolve("none"));
        PythonProcessException failed = assertThrows(PythonProcessException.class,
                () -> PythonProcess.run(options, "-c", "pass"));
        assertTrue(failed.exitCode().isEmpty());
        assertTrue(failed.getMessage().contains(folder.resolve("none").toString()), failed.getMessage());
    }

    @Test
    @Tag("B14")
    void timeout_isRefusedUnlessPositive() {
        assertThrows(IllegalArgumentException.class, () -> ProcessOptions.DEFAULT.withTimeout(Duration.ZERO));
    }

    @Test
    @Tag("B14")
    void timeout_killsAndKeepsTheOutput() {
        ProcessOptions options = ProcessOptions.DEFAULT.withTimeout(Duration.ofSeconds(4));
        PythonProcessException failed = assertThrows(PythonProcessException.class,
                () -> PythonProcess.runAndReturn(options, "-c",
                        "import sys, time; print('so far', file=sys.stderr, flush=True); time.sleep(600)"));
        assertEquals("so far", failed.output().strip());
        assertTrue(failed.getMessage().contains("not done within PT4S, killed"), failed.getMessage());
    }

    @Test
    @Tag("B14")
    void interrupt_killsTheProcessAndItsChildren() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread waiting = start(thrown, () -> PythonProcess.runAndReturn("-c", FAMILY, "" + server.getLocalPort()));
            List<CompletableFuture<ProcessHandle>> ends = family(server);
            waiting.interrupt();
            assertEquals(InterruptedException.class, thrown.get(30, TimeUnit.SECONDS).getClass());
            for (CompletableFuture<ProcessHandle> end : ends) {
                assertFalse(end.get(30, TimeUnit.SECONDS).isAlive());
            }
        }
    }

    @Test
    @Tag("B14")
    void interrupt_leavesTheFlagWherePipIsCalled() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread waiting = start(thrown, () -> {
            Thread.currentThread().interrupt();
            PythonException failed = assertThrows(PythonException.class,
                    () -> PythonProcess.isPackageInstalled("pip"));
            assertEquals(InterruptedException.class, failed.getCause().getClass());
            assertTrue(Thread.currentThread().isInterrupted());
        });
        waiting.join();
        assertNull(thrown.join());
    }

    @Test
    @Tag("S37")
    void run_usesTheStandardStreamsOfTheJvm() throws Exception {
        Path script = Files.writeString(folder.resolve("script.py"),
                "import sys\nprint(input().upper())\nprint('aside', file=sys.stderr)\nsys.exit(7)\n");
        Path input = Files.writeString(folder.resolve("input"), "typed\n");
        ChildProcess.Ended ended = ChildJvm.run(ChildJvm.builder(RunProgram.class, Map.of(), script.toString())
                .redirectInput(input.toFile()));
        assertEquals(List.of("TYPED", "exit code 7"), ended.stdout().lines().toList());
        assertEquals("aside", ended.stderr().strip());
    }

    private static Thread start(CompletableFuture<Throwable> thrown, Body body) {
        return Thread.ofPlatform().daemon().start(() -> {
            try {
                body.run();
                thrown.complete(null);
            } catch (Throwable error) {
                thrown.complete(error);
            }
        });
    }

    private static List<CompletableFuture<ProcessHandle>> family(ServerSocket server) throws Exception {
        try (Socket socket = server.accept(); DataInputStream numbers = new DataInputStream(socket.getInputStream())) {
            List<CompletableFuture<ProcessHandle>> ends = new ArrayList<>();
            for (int count = 0; count < 2; count++) {
                ends.add(ProcessHandle.of(numbers.readLong()).orElseThrow().onExit());
            }
            return ends;
        }
    }

    /** What a thread does. */
    private interface Body {
        void run() throws Exception;
    }

    /** Runs a script, and prints the exit code where that is not 0. */
    static final class RunProgram {
        private RunProgram() {}

        public static void main(String[] arguments) throws Exception {
            try {
                PythonProcess.run(arguments);
            } catch (PythonProcessException failed) {
                System.out.println("exit code " + failed.exitCode().orElse(-1));
            }
        }
    }
}
