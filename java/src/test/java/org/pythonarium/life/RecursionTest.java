package org.pythonarium.life;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No recursion ends the process, in Python or in Java, whatever the stack of the thread. */
@Tag("S11")
class RecursionTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"-Xss1m", "-Xss16m"})
    void endsInPythonsRecursionError(String stack) throws Exception {
        ChildProgram.of(folder, RecursionProgram.class, "python").with(stack).run().assertGood();
    }

    @ParameterizedTest
    @CsvSource({"get, -Xss16m", "scope, -Xss16m", "recursion, -Xss16m", "get, -Xss512k", "scope, -Xss512k"})
    void endsInJavasStackOverflowErrorWithNothingHeld(String what, String stack) throws Exception {
        ChildProgram.of(folder, RecursionProgram.class, "java", what).with(stack).run().assertGood();
    }
}
