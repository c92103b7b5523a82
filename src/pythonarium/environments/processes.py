"""A program, run to its end: streams, deadline, exit code.

Invariants
- What is captured goes to files without a name, not to pipes.  There is nothing to drain,
  so no amount of output stops the program, and a grandchild that keeps a stream open
  holds up nobody.  The files go with their last descriptor, whatever happens.
- Whoever starts a program here waits for it: when a call returns or raises, its process
  has ended and is reaped.
- A program that is not waited for to its own end (deadline, Ctrl-C, any exception) is
  killed, and with it what it started: it leads a process group of its own.  Only where a
  terminal is among the streams that it inherits does it stay in the host's group, since
  else it could not read from the terminal; then it alone is killed.
- On Ctrl-C the program gets SIGINT, from the terminal or from here, and some time to end.

Failure cases
- The program is not there: FileNotFoundError; the caller knows what was meant.
- The working folder is not there: NotADirectoryError or FileNotFoundError, with its name.
- The disk is full: the program sees it, as it would with any file.
"""

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Final, TypedDict, get_type_hints

from pythonarium.errors import ProcessTimeoutError, SettingsError

__all__ = ["Ended", "RunOptions", "captured", "check", "inherited", "variables"]

GRACE_SECONDS: Final = 2.0
"""How long a program may take to end after Ctrl-C."""

Command = Sequence[str]


class RunOptions(TypedDict, total=False):
    """How a program is run.

    Attributes:
        timeout: in seconds; then it is killed, with what it started.
        cwd: its working folder; None or left out: the host's.
        env: environment variables on top of the host's; None takes one away.
    """

    timeout: float | None
    cwd: str | os.PathLike[str] | None
    env: Mapping[str, str | None] | None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended, and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str


def captured(
    command: Command,
    options: RunOptions,
    *,
    stdin: str | bytes | None = None,
    merged: bool = False,
    keep: Sequence[int] = (),
) -> Ended:
    """Run a program; return its exit code and what it wrote, read as UTF-8.

    Args:
        command: the program and its arguments.
        options: timeout, working folder, all its environment variables.
        stdin: what it may read; None: nothing.
        merged: whether stderr goes to stdout, in the order of writing.
        keep: descriptors that it inherits.

    Raises:
        ProcessTimeoutError: it ran past its deadline and was killed.
    """
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(stdin.encode() if isinstance(stdin, str) else stdin or b"")
        given.seek(0)
        process = subprocess.Popen(
            command,
            stdin=given,
            stdout=out,
            stderr=subprocess.STDOUT if merged else err,
            cwd=options.get("cwd"),
            env=variables(options.get("env")),
            process_group=0,
            pass_fds=keep,
        )
        try:
            exit_code = _wait(process, options.get("timeout"), leads=True)
        except subprocess.TimeoutExpired as expired:
            raise ProcessTimeoutError(
                command, expired.timeout, _text(out), _text(err)
            ) from None
        return Ended(exit_code, _text(out), _text(err))


def inherited(command: Command, options: RunOptions) -> int:
    """Run a program with the host's own streams; return its exit code.

    Raises:
        ProcessTimeoutError: it ran past its deadline and was killed.
    """
    leads = not any(os.isatty(stream) for stream in (0, 1, 2))
    process = subprocess.Popen(
        command,
        cwd=options.get("cwd"),
        env=variables(options.get("env")),
        process_group=0 if leads else None,
    )
    try:
        return _wait(process, options.get("timeout"), leads=leads)
    except subprocess.TimeoutExpired as expired:
        raise ProcessTimeoutError(command, expired.timeout) from None


def variables(changes: Mapping[str, str | None] | None) -> dict[str, str]:
    """Return the host's environment variables with these changes."""
    merged = {**os.environ, **(changes or {})}
    return {name: value for name, value in merged.items() if value is not None}


def check(options: Mapping[str, object], known: type = RunOptions) -> None:
    """Refuse options that there are not, and a timeout that is no time.

    Raises:
        TypeError: an option is unknown.
        SettingsError: the timeout is no number above 0.
    """
    for name in options:
        if name not in get_type_hints(known):
            names = ", ".join(get_type_hints(known))
            raise TypeError(f"no option {name!r}; there are {names}")
    timeout = options.get("timeout")
    if timeout is None or (isinstance(timeout, (int, float)) and timeout > 0):
        return
    raise SettingsError(f"timeout: expected seconds, more than 0, got {timeout!r:.80}")


def _wait(
    process: subprocess.Popen[bytes], timeout: float | None, *, leads: bool
) -> int:
    try:
        return process.wait(timeout)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            if leads:
                _signal(process, signal.SIGINT, leads=leads)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
        _signal(process, signal.SIGKILL, leads=leads)  # who is left of its group, too
        process.wait()
        raise


def _signal(
    process: subprocess.Popen[bytes], number: signal.Signals, *, leads: bool
) -> None:
    with suppress(ProcessLookupError):
        if leads:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "backslashreplace")
