package org.pythonarium.life;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many threads, many calls: none is lost, and nothing stays behind. */
class StormTest {

    private static final String SECONDS = System.getProperty("storm.seconds", "20");

    @TempDir
    Path folder;

    @Test
    @Tag("S9")
    @Tag("S15")
    void eightThreadsTakeTurns() throws Exception {
        ChildProgram.of(folder, StormProgram.class, "threads", SECONDS).run().assertGood();
    }

    @ParameterizedTest
    @Tag("S9")
    @CsvSource({"virtual, 1000", "virtual, 3000", "waiting, 1000"})
    void virtualThreadsTakeTurns(String how, String count) throws Exception {
        ChildProgram.of(folder, StormProgram.class, how, count).run().assertGood();
    }

    @Test
    @Tag("B11")
    void finishedThreadsLeaveNoState() throws Exception {
        ChildProgram.of(folder, StormProgram.class, "finished", "5000").run().assertGood();
    }

    @ParameterizedTest
    @Tag("B11")
    @CsvSource({"-Xss16m, 1000000", "-Xss1m, 50000"})
    void manyCallsLeaveNothing(String stack, String count) throws Exception {
        ChildProgram.of(folder, StormProgram.class, "calls", count)
                .with(stack, "-XX:+UseSerialGC", "-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch")
                .run().assertGood();
    }
}
