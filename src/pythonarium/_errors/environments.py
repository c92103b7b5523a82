"""Errors of processes, packages and Pythons."""

import re
import shlex
import signal
from collections.abc import Collection, Sequence
from typing import Final

from pythonarium._errors.base import PythonariumError

__all__ = [
    "PackageError",
    "PackageMissingError",
    "ProcessError",
    "ProcessTimeoutError",
    "PythonNotFoundError",
    "ScriptMetadataError",
    "end_of_process",
]

COMMAND_SHOWN: Final = 200  # characters
LINES_SHOWN: Final = 20
PASSWORD: Final = re.compile(r"(//[^/@\s:]*:)[^/@\s]+@")


class PythonNotFoundError(PythonariumError, LookupError):
    """There is no such Python, or the environment that it belonged to is gone.

    Attributes:
        wanted: what was asked for: a path, a name, a version.
        looked_in: the places that were looked in.
        mend: the command that brings it; empty where there is none to name.
    """

    __module__ = "pythonarium.errors"

    wanted: str
    looked_in: tuple[str, ...]
    mend: str

    def __init__(
        self, wanted: str, looked_in: Collection[str] = (), mend: str = ""
    ) -> None:
        self.wanted, self.looked_in, self.mend = wanted, tuple(looked_in), mend
        super().__init__(
            f"there is no Python {wanted}"
            + (f"; looked in {', '.join(self.looked_in)}" if looked_in else "")
            + (f"; to get it: {mend}" if mend else ""),
            wanted=wanted,
            looked_in=self.looked_in,
            mend=mend,
        )


class ScriptMetadataError(PythonariumError, ValueError):
    """The block of metadata in a script (PEP 723) is broken.

    Attributes:
        file: the script.
        line: the line at fault, counted from 1.
        problem: what is wrong there.
    """

    __module__ = "pythonarium.errors"

    file: str
    line: int
    problem: str

    def __init__(self, file: str, line: int, problem: str) -> None:
        self.file, self.line, self.problem = file, line, problem
        super().__init__(
            f"{file}, line {line}: {problem}", file=file, line=line, problem=problem
        )


class ProcessError(PythonariumError, RuntimeError):
    """A process ended with an exit code that is not 0, or a signal ended it.

    Attributes:
        command: what was run.
        exit_code: a signal's number, negative, where one ended it; None where it was
            killed at its deadline.
        stdout: what it wrote there, if it was captured.
        stderr: likewise.
    """

    __module__ = "pythonarium.errors"

    command: tuple[str, ...]
    exit_code: int | None
    stdout: str
    stderr: str

    def __init__(
        self,
        command: Sequence[str],
        exit_code: int | None,
        stdout: str = "",
        stderr: str = "",
    ) -> None:
        self.command, self.exit_code = tuple(command), exit_code
        self.stdout, self.stderr = stdout, stderr
        shown = shlex.join(self.command)
        shown = shown if len(shown) <= COMMAND_SHOWN else f"{shown[:COMMAND_SHOWN]}..."
        super().__init__(
            f"{shown} {self._end()}{_tail(stderr)}",
            command=self.command,
            exit_code=exit_code,
            stdout=stdout,
            stderr=stderr,
        )

    def _end(self) -> str:
        return end_of_process(self.exit_code)


class ProcessTimeoutError(ProcessError, TimeoutError):
    """A process ran past its deadline and was killed, with the processes it started.

    Attributes:
        timeout: the limit, in seconds.
    """

    __module__ = "pythonarium.errors"

    timeout: float

    def __init__(
        self,
        command: Sequence[str],
        timeout: float,
        stdout: str = "",
        stderr: str = "",
    ) -> None:
        self.timeout = timeout
        super().__init__(command, None, stdout, stderr)
        del self._facts["exit_code"]
        self._facts["timeout"] = timeout

    def _end(self) -> str:
        return f"ran past its timeout of {self.timeout:g} s and was killed"


class PackageError(PythonariumError, RuntimeError):
    """Packages could not be installed or removed, or an environment not be made.

    Attributes:
        command: what was run, passwords left out; empty where it came to nothing.
        exit_code: how it ended; None where nothing was run.
        output: all that it printed, on both streams.
    """

    __module__ = "pythonarium.errors"

    command: tuple[str, ...]
    exit_code: int | None
    output: str

    def __init__(
        self,
        sentence: str,
        command: Sequence[str] = (),
        exit_code: int | None = None,
        output: str = "",
    ) -> None:
        self.command = tuple(PASSWORD.sub(r"\1****@", word) for word in command)
        self.exit_code, self.output = exit_code, output
        super().__init__(
            sentence + _tail(output),
            sentence=sentence,
            command=self.command,
            exit_code=exit_code,
            output=output,
        )


class PackageMissingError(PackageError, LookupError):
    """A package was asked for that is not installed.

    Attributes:
        name: the package.
        environment: the folder of the environment that was looked in.
        near: installed packages with a name like it.
    """

    __module__ = "pythonarium.errors"

    name: str
    environment: str
    near: tuple[str, ...]

    def __init__(self, name: str, environment: str, near: Collection[str] = ()) -> None:
        self.name, self.environment, self.near = name, environment, tuple(near)
        hint = f"; did you mean {' or '.join(map(repr, self.near))}?" if near else ""
        super().__init__(f"package {name!r} is not installed in {environment}{hint}")
        self._facts = {"name": name, "environment": environment, "near": self.near}


def end_of_process(exit_code: int | None) -> str:
    """Return how a process ended, as the end of a sentence."""
    if exit_code is not None and exit_code < 0:
        number = -exit_code
        known = number in {each.value for each in signal.Signals}
        return f"was ended by {signal.Signals(number).name if known else number}"
    return f"ended with exit code {exit_code}"


def _tail(output: str) -> str:
    """Return the last lines of what a process printed, to stand under a sentence."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    shown = lines[-LINES_SHOWN:]
    left_out = [f"[{len(lines) - len(shown)} lines before]"] if lines != shown else []
    return "".join(f"\n    {line:.500}" for line in left_out + shown)
