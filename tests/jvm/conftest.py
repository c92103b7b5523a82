"""A JDK, the jar, and the programs beside this file: compiled once, run with `java` alone.

The Python in the JVM is the one that runs the tests.  Where there is no JDK, or this
Python has no shared library, all of this folder is skipped, and pytest says so in one
line; with PYTHONARIUM_REQUIRE_JVM=1 it fails.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from java_programs import DIRECT, PROGRAMS, ROOT, Java
from pythonarium.jvm import jars
from pythonarium.jvm.jdks import OLDEST, find_jdk
from pythonarium.jvm.libraries import shared_library


def unusable(reason: str) -> None:
    """Skip, or fail where a JVM is required, as in CI."""
    if os.environ.get("PYTHONARIUM_REQUIRE_JVM") == "1":
        pytest.fail(reason, pytrace=False)
    # A user without Java shall be able to run all other tests; in CI it has failed above.
    pytest.skip(reason)


@pytest.fixture(scope="session")
def jdk() -> Path:
    """Return the folder of the JDK."""
    if shared_library() is None:
        unusable(f"{sys.executable} has no shared library that a JVM could load")
    found = find_jdk()
    if found is None or not found.is_new_enough:
        unusable(f"no JDK {OLDEST} or newer on this machine")
    assert found is not None
    return found.home


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the kernel's bytecode out of the user's cache folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def jar(jdk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the jar, built from the sources as they stand."""
    path = tmp_path_factory.mktemp("jar") / "pythonarium.jar"
    jars.build(ROOT, jdk, path)
    return path


@pytest.fixture(scope="session")
def programs(jdk: Path, jar: Path, tmp_path_factory: pytest.TempPathFactory) -> Java:
    """Return a Java that has the programs beside this file on its class path."""
    classes = tmp_path_factory.mktemp("programs")
    java = Java(jdk, jar, classes, tmp_path_factory.mktemp("jvm"))
    java.compile(sorted(PROGRAMS.glob("*.java")), classes)
    return java


@pytest.fixture(scope="session", params=[DIRECT, "-Xss1m"], ids=["direct", "carried"])
def sections(
    request: pytest.FixtureRequest, programs: Java
) -> Callable[[str], Mapping[str, str]]:
    """Return what a program of `== titles` printed, by title; it is run once.

    Once with stacks on which Java's threads run Python themselves, once with Java's
    usual ones, where each call goes to a thread with a large stack.
    """
    printed: dict[str, Mapping[str, str]] = {}

    def run(program: str) -> Mapping[str, str]:
        if program not in printed:
            printed[program] = programs.run(program, options=[request.param]).sections
        return printed[program]

    return run
