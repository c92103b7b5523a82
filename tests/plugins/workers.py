"""`--worker 3.9`: the process rung's scripts run on another Python than the tests do.

What is tested then is the process rung alone, so every test of another rung, or of none,
is left out.  A version gets an environment with the libraries that tests use, kept in
pytest's cache; a path is a Python that has them.  Programs that a test starts, such as
those of tests/scripts, find the worker's Python in `VARIABLE`.
"""

import os
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest

from pythonarium import Environment, Interpreter, PythonariumError
from pythonarium.environments import pythons

VARIABLE: Final = "PYTHONARIUM_TEST_WORKER"
LIBRARIES: Final = ("numpy", "pandas", "pyarrow")
LAST: Final = {
    "3.9": ("numpy==2.0.2", "pandas==2.3.3", "pyarrow==21.0.0"),
    "3.10": ("numpy==2.2.6", "pandas==2.3.3", "pyarrow==25.0.1"),
}
"""The last releases for Pythons that the tests' own releases have left behind."""


@dataclass(frozen=True, slots=True)
class Language:
    """What an older Python lacks, as a test of what scripts may do sees it."""

    version: tuple[int, int]

    @property
    def is_the_hosts(self) -> bool:
        """Whether it is the version that this runs on."""
        return self.version == sys.version_info[:2]

    @property
    def has_match(self) -> bool:
        """Whether there is a match statement."""
        return self.version >= (3, 10)

    @property
    def points_at_starts(self) -> bool:
        """Whether a syntax error stands where what is broken starts, not where it ended."""
        return self.version >= (3, 10)

    @property
    def tells_missing_names(self) -> bool:
        """Whether a NameError or an AttributeError knows which name it is about."""
        return self.version >= (3, 10)

    @property
    def has_groups(self) -> bool:
        """Whether there are exception groups, and notes."""
        return self.version >= (3, 11)

    @property
    def has_monitoring(self) -> bool:
        """Whether a run that catches everything can be ended inside of its process."""
        return self.version >= (3, 12)

    @property
    def tells_thrown_interrupts(self) -> bool:
        """Whether a KeyboardInterrupt thrown into a generator differs from a Ctrl-C."""
        return self.version < (3, 13)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("workers").addoption(
        "--worker",
        metavar="PYTHON",
        help="test the process rung with workers of this Python: a version, or a path",
    )


def pytest_configure(config: pytest.Config) -> None:
    wanted: str | None = config.getoption("worker")
    if wanted is None or config.option.collectonly:
        return
    try:
        python = _python(wanted, config)
    except PythonariumError as error:
        raise pytest.UsageError(f"--worker {wanted}: {error}") from error
    os.environ[VARIABLE] = str(python)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if config.getoption("worker") is None:
        return
    chosen = [item for item in items if _is_of_process_rung(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def pytest_report_header(config: pytest.Config) -> str | None:
    return f"workers: {os.environ[VARIABLE]}" if VARIABLE in os.environ else None


def python_for(rung: str) -> str | None:
    """Return what `Interpreter` takes as `python`: None is the host's own."""
    return os.environ.get(VARIABLE) if rung == "process" else None


def language_of(rung: str) -> Language:
    """Return what is there in the language of a rung's scripts."""
    python = python_for(rung)
    if python is None:
        return Language(sys.version_info[:2])
    major, minor = pythons.find(Path(python)).version.split(".")[:2]
    return Language((int(major), int(minor)))


def opened(rung: str) -> Interpreter:
    """Return an open interpreter, for a test that has its own way to close it."""
    return Interpreter(rung, python=python_for(rung))


def opening(rung: str) -> str:
    """Return how a program opens an interpreter, as source."""
    return f"Interpreter({rung!r}, python={python_for(rung)!r})"


def _is_of_process_rung(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    return call is not None and call.params.get("rung") == "process"


def _python(wanted: str, config: pytest.Config) -> Path:
    found = pythons.find(wanted)
    if not pythons.VERSION.fullmatch(wanted):
        return found.path
    minor = ".".join(found.version.split(".")[:2])
    packages = LAST.get(minor) or [f"{n}=={metadata.version(n)}" for n in LIBRARIES]
    assert config.cache is not None
    folder = config.cache.mkdir("workers") / "-".join([found.version, *packages])
    if not folder.exists():
        Environment.create(folder, found.path, packages)
    return Environment.at(folder).python
