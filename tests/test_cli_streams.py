"""A command whose stdout or stdin is full, closed or gone says so, in one line."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from commands import COMMAND
from machine import READ_ONLY

FULL = Path("/dev/full")
OUTPUT = ("run", "-c", "x = 1", "--out", "x")
ANSWERS: list[Any] = [
    ("--help",),
    ("--version",),
    pytest.param(("doctor", "--json"), marks=READ_ONLY),
    ("packages", "list"),
    OUTPUT,
    (*OUTPUT, "--json"),
]
BUFFERING = pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "not"])


def ended(
    words: tuple[str, ...], unbuffered: str, stdout: int
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words],
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=15,
        check=False,
    )


def unread(words: tuple[str, ...], unbuffered: str) -> subprocess.CompletedProcess[str]:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return ended(words, unbuffered, writer)
    finally:
        os.close(writer)


def closed(
    words: tuple[str, ...], redirection: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as a shell does that has closed one of its streams."""
    shell = ("sh", "-c", f'exec "$@" {redirection}', "sh")
    return subprocess.run(
        [*shell, *COMMAND, *words],
        capture_output=True,
        text=True,
        timeout=15,
        check=False,
    )


@BUFFERING
@pytest.mark.parametrize("words", ANSWERS, ids=" ".join)
def test_full_stdout_is_told(words: tuple[str, ...], unbuffered: str) -> None:
    with FULL.open("w") as full:
        done = ended(words, unbuffered, full.fileno())
    complaint = "pythonarium: cannot write to stdout: No space left on device\n"
    assert (done.stderr, done.returncode) == (complaint, 1)


@BUFFERING
@pytest.mark.parametrize("words", ANSWERS[:-1], ids=" ".join)
def test_stdout_that_nobody_reads_is_dropped(
    words: tuple[str, ...], unbuffered: str
) -> None:
    done = unread(words, unbuffered)
    assert (done.stderr, done.returncode) == ("", 1)


def test_stdout_of_a_script_that_failed_is_dropped_too() -> None:
    done = unread(("run", "-c", "import sys; print('lost'); sys.exit(3)"), "")
    assert (done.stderr, done.returncode) == ("", 3)


@pytest.mark.parametrize("words", ANSWERS[2:], ids=" ".join)
def test_answer_without_a_stdout_is_an_error(words: tuple[str, ...]) -> None:
    done = closed(words, ">&-")
    assert done.stderr == "pythonarium: cannot write to stdout: it is closed\n"
    assert done.returncode == 1


@pytest.mark.parametrize("words", [("run", "-c", "print(1)"), ("repl",)], ids=" ".join)
def test_script_without_a_stdout_prints_nowhere(words: tuple[str, ...]) -> None:
    done = closed(words, ">&- </dev/null")
    assert (done.stderr, done.returncode) == ("", 0)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("run", "-"), "cannot read the script '-': there is no stdin"),
        (("repl",), "cannot read stdin: it is closed"),
    ],
    ids=["run", "repl"],
)
def test_source_without_a_stdin_is_wrong_use(
    words: tuple[str, ...], complaint: str
) -> None:
    done = closed(words, "<&-")
    assert (done.stderr, done.returncode) == (f"pythonarium: {complaint}\n", 2)


def test_repl_refuses_what_is_no_text() -> None:
    done = subprocess.run(
        [*COMMAND, "repl"],
        input=b"'\xff'\n",
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
        capture_output=True,
        timeout=15,
        check=False,
    )
    assert done.stderr.startswith(b"pythonarium: cannot read stdin: 'utf-8' codec")
    assert done.returncode == 2
