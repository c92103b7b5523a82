"""One module per place where a script can run, one protocol in `_base`."""

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from pythonarium.errors import UnsupportedError
from pythonarium.rungs._base import Guard, Options, Streams
from pythonarium.settings import PathSetting

if TYPE_CHECKING:
    from pythonarium.rungs._base import Rung

__all__ = ["RUNGS", "Options", "Streams", "open_rung"]

RUNGS = ("shared", "process")


def open_rung(
    name: str,
    options: Options,
    streams: Streams,
    path: PathSetting | None,
    guard: Guard,
) -> "Rung":
    """Open an interpreter's road to its kernel.

    Raises:
        UnsupportedError: there is no such rung, or an option is not for it.
    """
    if name == "shared":
        from pythonarium.rungs.shared import SharedRung  # noqa: PLC0415

        _refuse(options)
        return SharedRung(
            on_stdout=streams.on_stdout,
            on_stderr=streams.on_stderr,
            output_limit=streams.output_limit,
            path=path,
        )
    if name == "process":
        from pythonarium.rungs._limits import checked_limits  # noqa: PLC0415
        from pythonarium.rungs.process import ProcessRung  # noqa: PLC0415

        options = replace(options, limits=checked_limits(options.limits))
        return ProcessRung(_python(options), options, streams, path, guard)
    raise UnsupportedError(
        f"rung {name!r} is not there in this version; there is"
        f" {', '.join(map(repr, RUNGS))}"
    )


def _python(options: Options) -> str:
    """Return the path of the Python that is to run scripts.

    Raises:
        UnsupportedError: it is not there, or two are asked for.
    """
    python, environment = options.python, options.environment
    if python is not None and environment is not None:
        raise UnsupportedError(
            f"python={python!r} and environment={environment!r}: an environment has its"
            " own Python; pass one of them"
        )
    if environment is not None:
        return _python_of(environment)
    if python is None:
        if not sys.executable:
            raise UnsupportedError(
                "this Python does not know its own path; pass python= or environment="
            )
        return sys.executable
    text = os.fspath(python)  # type: ignore[call-overload]
    from shutil import which  # noqa: PLC0415  # it takes long, and few need it

    found = which(text)
    if found is None:
        raise UnsupportedError(
            f"python={text!r} is no program that is there; pass the path of a Python"
        )
    return str(os.path.abspath(found))


def _python_of(environment: object) -> str:
    python = getattr(environment, "python", None)
    if python is not None:
        return str(os.fspath(python))
    folder = os.fspath(environment)  # type: ignore[call-overload]
    for name in ("bin/python", "Scripts/python.exe", "python.exe"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return os.path.abspath(path)
    raise UnsupportedError(
        f"environment={folder!r} has no Python in it; pass the folder of an environment"
    )


def _refuse(options: Options) -> None:
    for name in options.__slots__:
        value = getattr(options, name)
        if value:
            raise UnsupportedError(
                f"{name}={value!r} is not for rung 'shared': its scripts run in the"
                " host's own interpreter"
            )
