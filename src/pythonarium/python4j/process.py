"""Python as a process of its own, and its packages, under the documents' name."""

import os
import re
from pathlib import Path
from typing import Final

from pythonarium.environments import Environment

__all__ = ["PythonProcess"]

SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
SHORT_SSH: Final = re.compile(r"(?P<host>[\w.-]+@[\w.-]+):(?P<path>[^/].*)")


class PythonProcess:
    """Processes and packages of the Python that runs this: `Environment.current()`.

    What fails raises: a process with an exit code that is not 0 a ProcessError, with both
    streams, and a package command a PackageError, with what the installer printed.  Both
    are PythonExceptions.
    """

    @staticmethod
    def run_and_return(*args: str) -> str:
        """Run Python with these arguments; return what it wrote to stdout."""
        return Environment.current().run_and_return(*args)

    @staticmethod
    def run(*args: str) -> int:
        """Run Python with these arguments and the host's streams; return its exit code."""
        return Environment.current().run(*args)

    @staticmethod
    def pip_install(package: str, version: str | None = None) -> None:
        """Install a package, in a version if one is named."""
        Environment.current().install(package, version=version)

    @staticmethod
    def pip_install_from_requirements_txt(path: str | os.PathLike[str]) -> None:
        """Install what a requirements file lists."""
        Environment.current().install_requirements(path)

    @staticmethod
    def pip_install_from_git(url: str) -> None:
        """Install from a git repository: `https://...`, `git@host:path`, or a folder."""
        Environment.current().install(_git_requirement(url))

    @staticmethod
    def pip_install_from_setup_script(
        path: str | os.PathLike[str],
        inplace: bool = False,  # noqa: FBT001, FBT002  # as documented
    ) -> None:
        """Install the project of a `setup.py`; with `inplace` it is used where it lies."""
        given = Path(path).absolute()
        project = given if given.is_dir() else given.parent
        Environment.current().install(project, editable=inplace)

    @staticmethod
    def pip_uninstall(package: str) -> None:
        """Remove a package; nothing is asked."""
        Environment.current().uninstall(package)

    @staticmethod
    def is_package_installed(package: str) -> bool:
        """Tell whether a package is installed."""
        return Environment.current().is_installed(package)

    @staticmethod
    def get_package_version(package: str) -> str:
        """Return the version of a package."""
        return Environment.current().version(package)


def _git_requirement(url: str) -> str:
    """Return what an installer takes for a repository, however its place is written."""
    if url.startswith("git+"):
        return url
    if SCHEME.match(url):
        return f"git+{url}"
    if short := SHORT_SSH.fullmatch(url):
        return f"git+ssh://{short['host']}/{short['path']}"
    if Path(url).exists():
        return f"git+{Path(url).absolute().as_uri()}"
    return f"git+https://{url}"
