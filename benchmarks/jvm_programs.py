"""Runs the programs of `benchmarks/java`: for batches, or whole from start to end."""

import json
import select
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from harness import Batch
from jvm_contenders import UnavailableError, run, telling_line

__all__ = ["Program", "cached", "opened", "whole"]

FIRST: Final = "x = 1"  # what a fresh process runs
PATIENCE: Final = 60.0  # seconds for an answer; whoever takes longer hangs


class Program:
    """A JVM that does batches; `opened` closes it, one thread uses it.

    It starts when the first batch is asked for, and again after it has died.
    """

    def __init__(self, command: Sequence[str], errors: Path) -> None:
        self._command = command
        self._errors = errors
        self._process: subprocess.Popen[str] | None = None

    def batch(self, row: str) -> Batch:
        """Return a batch of a row's calls; it raises UnavailableError if they fail."""
        return lambda count: self._ask(row, count)

    def close(self) -> int:
        """End the process, as the end of its input does; return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        return process.returncode

    def _ask(self, row: str, count: int) -> int:
        line = self._answer(f"{count} {row}\n")
        if not line:
            code = self.close()
            reason = telling_line(self._errors.read_text("utf-8", "replace"))
            raise UnavailableError(f"ended with exit code {code}: {reason}")
        answer = json.loads(line)
        if "error" in answer:
            raise UnavailableError(answer["error"])
        return int(answer["nanoseconds"])

    def _answer(self, request: str) -> str:
        """Return a line, or nothing if the process has ended."""
        if self._process is None:
            self._process = self._start()
        reading, writing = self._process.stdout, self._process.stdin
        assert reading is not None
        assert writing is not None
        try:
            writing.write(request)
            writing.flush()
        except BrokenPipeError:
            return ""
        if not select.select([reading], [], [], PATIENCE)[0]:
            self._process.kill()
        return reading.readline()

    def _start(self) -> subprocess.Popen[str]:
        with self._errors.open("wb") as errors:
            return subprocess.Popen(  # noqa: S603  # ours alone
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
            )


@contextmanager
def opened(command: Sequence[str]) -> Iterator[Program]:
    """Open a program for batches."""
    with tempfile.TemporaryDirectory() as folder:
        program = Program(command, Path(folder, "stderr"))
        try:
            yield program
        finally:
            program.close()


def whole(command: Sequence[str]) -> Callable[[], object]:
    """Return a call that runs a program from its start to its end."""
    return lambda: run([*command, FIRST], timeout=PATIENCE)


def cached(command: Sequence[str], cache: Path) -> list[str]:
    """Have the JDK make an AOT cache for a program; return the command that uses it.

    Raises:
        UnavailableError: on a JDK that has none; it came with 25 as it is used here.
    """
    java, *arguments = command
    run([java, f"-XX:AOTCacheOutput={cache}", *arguments, FIRST], timeout=PATIENCE)
    return [java, f"-XX:AOTCache={cache}", "-XX:AOTMode=on", *arguments]
