"""`pythonarium jar` and `pythonarium java`: a Java program with this Python.

The commands take the jar of these tests for their own, so that it does not matter
whether there was a JDK when this Pythonarium was installed.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from java_programs import COMMAND, PROGRAMS, Java, clean_environment
from pythonarium.jvm.launch import STACK, java_command

pytestmark = pytest.mark.timeout(120)


def run(jar: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of a Pythonarium that has its jar there."""
    return subprocess.run(
        [sys.executable, "-c", COMMAND, jar, *words],
        env={**clean_environment(), "PATH": "/nowhere", **environment},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_jar_prints_its_path(jar: Path) -> None:
    done = run(jar, "jar")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{jar}\n", "")


@pytest.mark.parametrize("words", [("jar",), ("java", "-version")])
def test_without_a_jar_the_command_says_what_builds_it(
    jdk: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = run(tmp_path / "none.jar", *words, JAVA_HOME=str(jdk))
    assert (done.returncode, done.stdout) == (1, "")
    said = " ".join(done.stderr.split())
    assert "this Pythonarium has no jar: there was no JDK 22 or newer" in said
    assert f"{sys.executable} -m pip install" in said


def test_java_without_a_jdk_says_what_there_is(jar: Path, tmp_path: Path) -> None:
    (tmp_path / "release").write_text('JAVA_VERSION="17.0.1"\n')
    for home, there_is in {tmp_path: f"only 17.0.1 at {tmp_path}", "": "none"}.items():
        done = run(jar, "java", "-version", JAVA_HOME=str(home))
        assert (done.returncode, done.stdout) == (1, "")
        said = " ".join(done.stderr.split())
        assert f"Java 22 or newer is needed, and there is {there_is};" in said


def test_java_runs_a_program_with_this_python(programs: Java) -> None:
    words = ("java", "-cp", str(programs.classes), "Prefix", "-a", "b c")
    done = run(programs.jar, *words, JAVA_HOME=str(programs.home))
    assert done.stderr == ""
    assert done.stdout.splitlines() == [sys.prefix, sys.executable, "-a b c"]
    assert done.returncode == 2  # the program's own


@pytest.mark.parametrize(
    "words", [("-", "a"), ("--", "-x"), ("--help",), ("--version",)]
)
def test_java_gets_every_word_as_it_is(programs: Java, words: tuple[str, ...]) -> None:
    program = ("java", "-cp", str(programs.classes), "Prefix", *words)
    done = run(programs.jar, *program, JAVA_HOME=str(programs.home))
    assert (done.stdout.splitlines()[2:], done.stderr) == ([" ".join(words)], "")


def test_java_that_cannot_be_started_is_told(jar: Path, tmp_path: Path) -> None:
    (tmp_path / "release").write_text('JAVA_VERSION="25.0.1"\n')
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/java").mkdir()
    done = run(jar, "java", "Main", JAVA_HOME=str(tmp_path))
    told = f"pythonarium: cannot start {tmp_path}/bin/java: Permission denied\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)


def test_java_tells_its_own_version(programs: Java) -> None:
    done = run(programs.jar, "java", "--version", JAVA_HOME=str(programs.home))
    assert done.stdout.startswith("openjdk ")
    shown = run(programs.jar, "java", "--help").stdout
    assert shown.startswith("Usage: pythonarium java [ARGUMENTS OF JAVA]")


def test_java_takes_the_class_path_from_the_environment(programs: Java) -> None:
    environment = {
        "JAVA_HOME": str(programs.home),
        "CLASSPATH": str(programs.classes),
    }
    done = run(programs.jar, "java", "First", **environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "it works\n", "")


def test_java_runs_a_source_file(programs: Java) -> None:
    words = ("java", str(PROGRAMS / "First.java"), "print(6 * 7)")
    done = run(programs.jar, *words, JAVA_HOME=str(programs.home))
    assert (done.returncode, done.stdout, done.stderr) == (0, "42\n", "")


PROCESSES = """
import multiprocessing, subprocess, sys

def double(number):
    return 2 * number

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        print(pool.map(double, range(4)))
    print(subprocess.run([sys.executable, "-c", "import sys; print(sys.prefix)"],
                         capture_output=True, text=True, check=True).stdout.strip())
"""


def test_a_script_has_the_environment_s_packages(programs: Java) -> None:
    code = "import numpy; print(int(numpy.arange(5).sum()), numpy.__file__)"
    total, file = programs.run("First", code).printed.split()
    assert total == "10"
    assert Path(file).is_relative_to(sys.prefix)


@pytest.mark.parametrize("stack", [STACK, "-Xss1m"])
def test_a_script_starts_processes(programs: Java, tmp_path: Path, stack: str) -> None:
    (tmp_path / "processes.py").write_text(PROCESSES)
    ended = programs.run("Script", str(tmp_path / "processes.py"), options=[stack])
    assert ended.printed == f"[0, 2, 4, 6]\n{sys.prefix}\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-cp", "a", "Main"], ["-cp", "a:J", "Main"]),
        (["-classpath", "a", "Main", "-cp"], ["-classpath", "a:J", "Main", "-cp"]),
        (["--class-path=a", "Main"], ["--class-path=a:J", "Main"]),
        (["-jar", "app.jar"], ["-jar", "app.jar"]),
        (["-ea", "Main", "-cp", "x"], ["-cp", "env:J", "-ea", "Main", "-cp", "x"]),
        (
            ["--add-modules", "java.sql", "-cp", "a", "Main"],
            ["--add-modules", "java.sql", "-cp", "a:J", "Main"],
        ),
        ([], ["-cp", "env:J"]),
    ],
)
def test_jar_joins_the_class_path(
    monkeypatch: pytest.MonkeyPatch, words: list[str], expected: list[str]
) -> None:
    monkeypatch.setenv("CLASSPATH", "env")
    command = java_command(Path("java"), Path("J"), words)
    assert command[0] == "java"
    assert command[4:] == expected
