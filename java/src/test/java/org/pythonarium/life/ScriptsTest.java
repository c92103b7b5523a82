package org.pythonarium.life;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts that start processes, and scripts that could end this one. */
class ScriptsTest {

    @TempDir
    Path folder;

    private ChildProgram program(String script) throws Exception {
        Path file = Files.writeString(folder.resolve("script.py"), script);
        return ChildProgram.of(folder, ScriptsProgram.class, "script", file.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xss1m", "-Xss16m"})
    @Tag("S19")
    @Tag("S55")
    void noOtherThreadWaitsForAGilThatIsKept(String stack) throws Exception {
        ChildProgram.of(folder, ScriptsProgram.class, "kept gil")
                .with(stack, "-Dorg.eclipse.python4j.release_gil_automatically=false").run().assertGood();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xss1m", "-Xss16m"})
    void subprocessesRunThisPython(String stack) throws Exception {
        program("""
                import subprocess, sys
                told = subprocess.run([sys.executable, "-c", "import sys; print(sys.prefix)"],
                                      capture_output=True, text=True, check=True).stdout
                assert told == sys.prefix + "\\n", (told, sys.prefix)
                """).with(stack).run().assertGood();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spawn", "forkserver", "fork"})
    void processesOfMultiprocessingWork(String method) throws Exception {
        program("""
                import multiprocessing
                from concurrent.futures import ProcessPoolExecutor
                if __name__ == "__main__":
                    context = multiprocessing.get_context("%s")
                    with ProcessPoolExecutor(2, mp_context=context) as pool:
                        assert list(pool.map(abs, [-1, -2, -3])) == [1, 2, 3]
                    process = context.Process(target=int)
                    process.start()
                    process.join()
                    assert process.exitcode == 0
                """.formatted(method)).with("-Xss16m").run().assertGood();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "raise SystemExit(0)", "raise SystemExit(5)", "1 / 0"})
    void aForkedChildEndsWithItsScript(String end) throws Exception {
        int code = end.contains("5") ? 5 : end.contains("/") ? 1 : 0;
        ChildProgram.Ended ended = program("""
                import os, warnings
                warnings.simplefilter("ignore")
                child = os.fork()
                if not child:
                    %s
                else:
                    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == %d
                """.formatted(end.isEmpty() ? "pass" : end, code)).with("-Xss16m").run();
        ended.assertGood();
        assertTrue(!end.contains("/") || ended.err().contains("ZeroDivisionError"), ended::toString);
    }

    @Test
    @Tag("S11")
    void faulthandlerCannotTakeTheSignalsOfTheJvm() throws Exception {
        ChildProgram.Ended ended = program("""
                import faulthandler
                faulthandler.enable()
                assert not faulthandler.is_enabled()
                """).run();
        ended.assertGood();
        assertTrue(ended.err().contains("faulthandler.enable() does nothing here"), ended::toString);
    }

    @Test
    void signalsStayTheJvms() throws Exception {
        program("""
                import signal
                try:
                    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
                except ValueError:
                    pass
                else:
                    raise AssertionError("it has taken a signal")
                """).run().assertGood();
    }

    @Test
    @Tag("B4")
    void exitOfAScriptIsNotTheJvms() throws Exception {
        program("""
                import sys
                try:
                    sys.exit(7)
                except SystemExit:
                    pass
                """).run().assertGood();
        ChildProgram.Ended ended = program("import sys\nsys.exit(7)").run();
        assertTrue(ended.exitCode() == 1 && ended.err().contains("SystemExit"), ended::toString);
    }
}
