"""uv, or venv and pip: their command lines, and what they say.

uv is taken where it is installed (it is many times as fast), unless `installer` says
otherwise.  New environments have no pip of their own with either; pip then comes from the
Python that the environment stands on.  Both read their own settings: pip from PIP_* and
its configuration files, uv from UV_*; options that are given here go before these.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, Protocol

from pythonarium._errors.environments import end_of_process
from pythonarium.environments import layouts, locks, processes, pythons
from pythonarium.errors import PackageError, SettingsError

__all__ = ["InstallOptions", "Installer", "check", "chosen", "execute", "source_words"]

OLDEST_PIP_FOR_OTHERS: Final = (22, 3)
"""The first pip that installs into an environment other than its own."""
QUIET: Final = {
    "NO_COLOR": "1",
    "PYTHONHOME": None,
    "PYTHONPATH": None,  # what lies there is not in the environment
    "PYTHONSAFEPATH": "1",  # nor is the working folder
}


class InstallOptions(processes.RunOptions, total=False):
    """How packages are got.

    Attributes:
        installer: `uv` or `pip`; left out: uv where it is installed, else pip.
        offline: use no network: uv takes what is in its cache, pip what `find_links` has.
        index_url: the package index instead of PyPI.
        extra_index_urls: further ones.
        find_links: folders or pages with distributions.
        no_index: ask no index, only `find_links`.
    """

    installer: Literal["uv", "pip"]
    offline: bool
    index_url: str | None
    extra_index_urls: Sequence[str]
    find_links: Sequence[str | os.PathLike[str]]
    no_index: bool


class Installer(Protocol):
    """Makes the command lines of one program."""

    def create(self, folder: Path, python: Path) -> list[str]:
        """Return the command that makes an environment."""

    def install(self, python: Path, words: Sequence[str]) -> list[str]:
        """Return the command that installs into the environment of a Python."""

    def uninstall(self, python: Path, names: Sequence[str]) -> list[str]:
        """Return the command that removes packages, and asks nothing."""


class Uv:
    """uv."""

    def __init__(self, program: str) -> None:
        self._program = program

    def create(self, folder: Path, python: Path) -> list[str]:
        """Return the command that makes an environment."""
        return [
            *(self._program, "venv", "--no-project", "--python", str(python)),
            str(folder),
        ]

    def install(self, python: Path, words: Sequence[str]) -> list[str]:
        """Return the command that installs into the environment of a Python."""
        return [self._program, "pip", "install", "--python", str(python), *words]

    def uninstall(self, python: Path, names: Sequence[str]) -> list[str]:
        """Return the command that removes packages, and asks nothing."""
        return [self._program, "pip", "uninstall", "--python", str(python), *names]


class Pip:
    """Venv, and the pip of the environment or of the Python that it stands on."""

    def create(self, folder: Path, python: Path) -> list[str]:
        """Return the command that makes an environment."""
        return [str(python), "-I", "-m", "venv", "--without-pip", str(folder)]

    def install(self, python: Path, words: Sequence[str]) -> list[str]:
        """Return the command that installs into the environment of a Python."""
        return [*_pip(python), "install", "--no-input", *words]

    def uninstall(self, python: Path, names: Sequence[str]) -> list[str]:
        """Return the command that removes packages, and asks nothing."""
        return [*_pip(python), "uninstall", "--yes", *names]


def chosen(options: InstallOptions) -> Installer:
    """Return the installer to use.

    Raises:
        PackageError: uv was asked for and is not installed.
    """
    wanted = options.get("installer")
    program = None if wanted == "pip" else pythons.uv_program()
    if program is not None:
        return Uv(program)
    if wanted == "uv":
        here = pythons.host_executable()
        raise PackageError(f"uv is not installed; {here} -m pip install uv")
    return Pip()


def check(options: InstallOptions) -> None:
    """Refuse options that there are not.

    Raises:
        TypeError: an option is unknown.
        SettingsError: the installer is none of the two, or a timeout is no time.
    """
    processes.check(options, InstallOptions)
    if options.get("installer", "uv") not in ("uv", "pip"):
        raise SettingsError(
            f"installer: expected 'uv' or 'pip', got {options['installer']!r:.80}"
        )


def source_words(installer: Installer, options: InstallOptions) -> list[str]:
    """Return the options that say where packages come from, as both programs have them."""
    words: list[str] = []
    if options.get("offline"):
        words.append("--offline" if isinstance(installer, Uv) else "--no-index")
    if options.get("no_index"):
        words.append("--no-index")
    index = options.get("index_url")
    if index:
        words += ["--index-url", index]
    for url in options.get("extra_index_urls", ()):
        words += ["--extra-index-url", url]
    for place in options.get("find_links", ()):
        words += ["--find-links", os.fspath(place)]
    return words


def execute(command: Sequence[str], purpose: str, options: InstallOptions) -> None:
    """Run a command of an installer; what it leaves in its temporary folder is removed.

    Raises:
        PackageError: it failed; the error has all that it printed.
        ProcessTimeoutError: it ran past its deadline and was killed.
    """
    with tempfile.TemporaryDirectory(prefix="pythonarium-") as folder:
        env = {**QUIET, "TMPDIR": folder, **(options.get("env") or {})}
        ended = processes.captured(
            command,
            {"timeout": options.get("timeout"), "cwd": options.get("cwd"), "env": env},
            merged=True,
            keep=locks.descriptors(),
        )
    if ended.exit_code:
        program = "uv" if Path(command[0]).name == "uv" else "pip"
        end = end_of_process(ended.exit_code)
        raise PackageError(
            f"cannot {purpose}: {program} {end}",
            command,
            ended.exit_code,
            ended.stdout,
        )


def _pip(python: Path) -> list[str]:
    """Return how to call a pip that serves this Python."""
    from pythonarium.environments import inventory  # noqa: PLC0415  # it takes 25 ms

    folder = layouts.prefix(python)
    own = inventory.version(layouts.site_packages(folder, python), "pip")
    common = ["-m", "pip", "--disable-pip-version-check"]
    if own:
        return [str(python), *common]
    base = layouts.base_python(folder)
    if base is not None and _pip_serves_others(base):
        return [str(base), *common, "--python", str(python)]
    raise PackageError(
        f"there is no pip for {folder}; {python} -m ensurepip, or"
        f" {sys.executable} -m pip install uv"
    )


def _pip_serves_others(base: Path) -> bool:
    from pythonarium.environments import inventory  # noqa: PLC0415  # it takes 25 ms

    folders = layouts.site_packages(layouts.prefix(base), base)
    version = inventory.version(folders, "pip") or "0"
    numbers = (int(part) if part.isdigit() else 0 for part in version.split("."))
    return tuple(numbers)[:2] >= OLDEST_PIP_FOR_OTHERS
