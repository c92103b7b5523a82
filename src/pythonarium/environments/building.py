"""A new environment, whole or not at all, and packages into it.

An environment cannot be moved once it is made: its scripts and `pyvenv.cfg` hold its path.
So it is built in its last place, by whoever holds that place's lock; what fails is removed.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pythonarium.environments import installers, progress
from pythonarium.environments.installers import InstallOptions
from pythonarium.environments.pythons import Python
from pythonarium.errors import PackageError

__all__ = ["build", "checked_requirements", "install", "named", "uninstall"]

NAMED: Final = 3
"""How many packages a sentence names."""


def build(
    folder: Path, python: Python, requirements: Sequence[str], options: InstallOptions
) -> None:
    """Make an environment with these packages, in a folder that is empty or not there.

    The caller holds the lock of the folder.

    Raises:
        PackageError: it cannot be made; then the folder is as it was before.
    """
    installer, was_there = installers.chosen(options), folder.exists()
    try:
        with progress.told(f"Creating the environment {folder}"):
            command = installer.create(folder, python.path)
            installers.execute(command, f"create the environment {folder}", options)
        if requirements:
            install(folder, folder / "bin" / "python", requirements, options)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if was_there:
            folder.mkdir(parents=True)
        raise


def install(
    folder: Path, python: Path, words: Sequence[str], options: InstallOptions
) -> None:
    """Install into an environment; the caller holds its lock.

    Args:
        folder: of the environment, for messages.
        python: its executable.
        words: requirements, or options of both installers with theirs.
        options: where packages come from, and how long that may take.

    Raises:
        PackageError: it cannot be done.
    """
    installer = installers.chosen(options)
    sources = installers.source_words(installer, options)
    what = named([word for word in words if not word.startswith("-")])
    with progress.told(f"Installing {what} into {folder}"):
        command = installer.install(python, [*sources, *words])
        installers.execute(command, f"install {what} into {folder}", options)


def uninstall(
    folder: Path, python: Path, names: Sequence[str], options: InstallOptions
) -> None:
    """Remove packages that are installed; the caller holds the environment's lock.

    Raises:
        PackageError: it cannot be done.
    """
    what = named(names)
    with progress.told(f"Uninstalling {what} from {folder}"):
        command = installers.chosen(options).uninstall(python, names)
        installers.execute(command, f"uninstall {what} from {folder}", options)


def checked_requirements(
    packages: Sequence[str | os.PathLike[str]],
) -> list[str]:
    """Return requirements as words of a command line that are no options.

    Raises:
        PackageError: one looks like an option, or there are none.
    """
    if isinstance(packages, (str, os.PathLike)):
        raise PackageError(f"expected a list of packages, got {packages!r:.80}")
    words = [os.fspath(package) for package in packages]
    wrong = next((word for word in words if not word or word.startswith("-")), None)
    if wrong is not None:
        raise PackageError(
            f"expected a package, such as 'numpy>=2', got {wrong!r:.80};"
            " what an installer takes as options has arguments of its own"
        )
    return words


def named(packages: Sequence[str]) -> str:
    """Return the names of packages for a sentence: the first few of them."""
    shown, more = ", ".join(packages[:NAMED]), len(packages) - NAMED
    return f"{shown} and {more} more" if more > 0 else shown
