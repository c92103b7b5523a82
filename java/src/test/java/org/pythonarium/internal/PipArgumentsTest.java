package org.pythonarium.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipArgumentsTest {

    @ParameterizedTest
    @CsvSource({
        "https://host/a.git, git+https://host/a.git",
        "ssh://git@host/a.git, git+ssh://git@host/a.git",
        "git+https://host/a@main, git+https://host/a@main",
        "host/owner/name, git+https://host/owner/name",
        "git@host:owner/name.git, git+ssh://git@host/owner/name.git",
        "host:owner/name.git, git+ssh://host/owner/name.git",
        "localhost:8080/name, git+https://localhost:8080/name",
        "/folder/name, git+file:///folder/name",
    })
    void gitUrl_hasASchemeThatPipKnows(String given, String expected) {
        assertEquals(expected, PipArguments.gitUrl(given));
    }
}
