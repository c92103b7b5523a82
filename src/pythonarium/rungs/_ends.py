"""How a worker ended, and what it could not clean up."""

import os
import signal
from contextlib import suppress
from glob import glob
from tempfile import gettempdir

__all__ = ["TOO_LATE", "StoppedByForce", "remove_files", "signal_name"]


def remove_files(pid: int) -> None:
    """Remove what a worker that was killed could not."""
    try:
        folder = gettempdir()
    except FileNotFoundError:  # there is none that the worker could have written to
        return
    for path in glob(os.path.join(folder, f"pythonarium-script-{pid}-*")):
        with suppress(OSError):
            os.unlink(path)


TOO_LATE = "the run did not end"


class StoppedByForce(Exception):  # noqa: N818  # the rung makes an error of it
    """A run was ended by the end of its worker."""


def signal_name(number: int) -> str:
    """Return the name of a signal, such as `SIGKILL`."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
