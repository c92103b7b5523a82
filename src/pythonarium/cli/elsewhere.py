"""`pythonarium run` in another environment than its own.

`interpreter_options` decides where a script runs: the one place that knows of PEP 723,
--env, --python and --with.  What it names besides this process is run by that
environment's Python, as by `python script.py`, with the streams of this process.
"""

import os
import sys
from dataclasses import dataclass
from typing import Final

from pythonarium.cli.options import Place, Sources
from pythonarium.cli.presenting import warn
from pythonarium.errors import ProcessTimeoutError, SettingsError

__all__ = ["InterpreterOptions", "interpreter_options", "run"]

TIMED_OUT: Final = 124
INTERRUPTED: Final = 130
SIGNALLED: Final = 128
OPENING: Final = b"# /// script"


@dataclass(frozen=True, slots=True)
class InterpreterOptions:
    """Where a script is to run, for `Interpreter` and for `run`.

    Attributes:
        rung: the rung that was asked for.
        environment: the folder of the environment; None: that of this process.
        python: its executable; None likewise.
    """

    rung: str
    environment: str | None = None
    python: str | None = None


def interpreter_options(
    script: str | None,
    *,
    rung: str,
    place: Place,
    packages: tuple[str, ...],
    sources: Sources,
) -> InterpreterOptions:
    """Return where a script runs; build the environment that it declares.

    Args:
        script: its file; None for code that has none.
        rung: the value of --rung.
        place: the values of --env and --python.
        packages: the values of --with.
        sources: where packages come from.

    Raises:
        PythonariumError: there is no such environment, and none to be built.
        OSError: the script cannot be read.
    """
    from_script = place.env is None and (packages or _declares(script))
    if not from_script and place == Place():
        return InterpreterOptions(rung)
    if place.env is not None and packages:
        raise SettingsError(
            "--with makes an environment of its own and does not change another;"
            f" pythonarium packages install --env {place.env} {' '.join(packages)}"
        )
    from pythonarium.environments import Environment  # noqa: PLC0415  # it takes 15 ms

    environment = (
        Environment.for_script(
            script, python=place.python, packages=packages, **sources.options()
        )
        if from_script
        else place.environment()
    )
    if environment.python == Environment.current().python:
        return InterpreterOptions(rung)
    return InterpreterOptions(rung, str(environment.path), str(environment.python))


def run(where: InterpreterOptions, words: list[str], timeout: float | None) -> int:
    """Run a script by another environment's Python; return the exit code.

    Without a timeout this process becomes that Python, and this does not return: signals,
    terminal and exit code are the script's own, and nobody waits for anybody.

    Args:
        where: the environment.
        words: the words of the command line after `python`.
        timeout: in seconds.
    """
    assert where.python is not None
    sys.stdout.flush()
    if timeout is None:
        os.environ.pop("PYTHONHOME", None)  # it tells of the Python of this process
        os.execv(where.python, [where.python, *words])  # noqa: S606  # no shell is meant
    from pythonarium.environments import Environment  # noqa: PLC0415  # it takes 15 ms

    try:
        code = Environment.at(where.python).run(*words, timeout=timeout)
    except ProcessTimeoutError as error:
        warn(f"the script ran past its timeout of {error.timeout:g} s and was killed")
        return TIMED_OUT
    except KeyboardInterrupt:  # the script has got it too, and told it
        return INTERRUPTED
    return code if code >= 0 else SIGNALLED - code


def _declares(script: str | None) -> bool:
    """Tell whether a file may have a block of metadata; the rest reads it properly."""
    if script is None:
        return False
    try:
        with open(script, "rb") as file:  # noqa: PTH123  # pathlib takes time to import
            return OPENING in file.read()
    except OSError:
        return False  # running it says why
