"""What a host uses: a Python with its packages."""

import importlib
import os
import re
import site
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeAlias, Unpack

from pythonarium.environments import (
    building,
    cache,
    installers,
    layouts,
    places,
    processes,
    pythons,
    script_block,
)
from pythonarium.environments.installers import InstallOptions
from pythonarium.environments.locks import locked
from pythonarium.environments.processes import RunOptions
from pythonarium.environments.script_block import Declaration
from pythonarium.errors import (
    PackageError,
    PackageMissingError,
    ProcessError,
    PythonNotFoundError,
)

__all__ = ["Environment"]

AnyPath: TypeAlias = str | os.PathLike[str]
PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9._-]+(\[[^\]]*\])?")


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python with its packages: a virtual environment, or an installation.

    It holds no resource: nothing is to be closed, any thread may use it, and what it
    tells is read from the disk each time.  Changes to one environment take turns, over
    all processes.

    Attributes:
        path: its folder.
        python: its executable.
    """

    path: Path
    python: Path

    @classmethod
    def current(cls) -> Self:
        """Return the environment that this process runs in."""
        return cls(Path(sys.prefix), pythons.host_executable())

    @classmethod
    def at(cls, path: AnyPath) -> Self:
        """Return the environment of a folder, or of a Python's executable.

        Raises:
            PythonNotFoundError: there is none.
        """
        given = Path(path).expanduser().absolute()
        python = layouts.executable(given) if given.is_dir() else given
        if python is None or not os.access(python, os.X_OK):
            raise _gone(given)
        return cls(given if given.is_dir() else layouts.prefix(python), python)

    @classmethod
    def create(
        cls,
        path: AnyPath,
        python: AnyPath | None = None,
        packages: Sequence[AnyPath] = (),
        **options: Unpack[InstallOptions],
    ) -> Self:
        """Make a virtual environment, whole or not at all.

        Args:
            path: its folder, which must be empty or not be there.
            python: the Python that it stands on: a path, a name such as `python3.12`, a
                version such as `3.12`; None: the one that runs this.
            packages: what to install: `numpy`, `numpy>=2`, a path, a URL.
            options: how packages are got, see `InstallOptions`.

        Raises:
            PythonNotFoundError: there is no such Python.
            PackageError: it cannot be made; then the folder is as it was before.
        """
        installers.check(options)
        requirements = building.checked_requirements(packages)
        found = pythons.host() if python is None else pythons.find(python)
        folder = Path(path).expanduser().absolute()
        with locked(folder, options.get("timeout")):
            if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
                raise PackageError(
                    f"{folder} is there already; use Environment.at, or remove it"
                )
            building.build(folder, found, requirements, options)
        return cls.at(folder)

    @classmethod
    def for_script(
        cls,
        path: AnyPath | None,
        *,
        python: AnyPath | None = None,
        packages: Sequence[AnyPath] = (),
        **options: Unpack[InstallOptions],
    ) -> Self:
        """Return the environment that a script declares (PEP 723), built if it must be.

        It is kept in the user's cache folder, and found again for the same Python,
        dependencies and sources.  A script that declares no dependencies runs in the
        environment of its Python as it is: this one, unless it requires another.

        Args:
            path: the script; None for code without a file, and without a declaration.
            python: as for `create`; None: this one, if the script allows it, or else the
                newest that it allows.
            packages: further packages.
            options: how packages are got, see `InstallOptions`.

        Raises:
            OSError: the script cannot be read.
            ScriptMetadataError: what it declares is broken, or forbids this Python.
            PythonNotFoundError: there is no Python that it allows.
            PackageError: the environment cannot be built.
        """
        installers.check(options)
        named = building.checked_requirements(packages)
        further = places.located(named, options.get("cwd"))
        block = None if path is None else script_block.find(path)
        state = places.states(further)
        facts = [block and block.text, python and os.fspath(python), further, state]
        request = cache.request([facts, sys.executable, sys.version], options)
        folder = cache.remembered(request)
        if folder is None:
            declared = block.read() if block else Declaration("", ())
            found = _python_for(block, declared, python)
            requirements = [*declared.dependencies, *further]
            if not requirements:
                same = found.path == pythons.host_executable()
                return cls.current() if same else cls.at(found.path)
            folder = cache.environment(found, requirements, options)
            cache.remember(request, folder)
        return cls.at(folder)

    # Programs

    def run(self, *args: AnyPath, **options: Unpack[RunOptions]) -> int:
        """Run Python with these arguments and the host's own streams.

        Returns:
            Its exit code; the negative number of a signal that ended it.

        Raises:
            ProcessTimeoutError: it ran past its deadline and was killed.
            PythonNotFoundError: the environment is gone.
        """
        with self._starting():
            return processes.inherited(self._command(args), self._checked(options))

    def run_and_return(
        self,
        *args: AnyPath,
        stdin: str | bytes | None = None,
        **options: Unpack[RunOptions],
    ) -> str:
        """Run Python with these arguments; return what it wrote to stdout, as UTF-8.

        Args:
            args: `"script.py", "--fast"`, or `"-c", "print(1)"`, or `"-m", "json.tool"`.
            stdin: what it may read; None: nothing.
            options: timeout, working folder, environment variables, see `RunOptions`.

        Raises:
            ProcessError: its exit code is not 0; the error has both streams.
            ProcessTimeoutError: it ran past its deadline and was killed.
            PythonNotFoundError: the environment is gone.
        """
        command, checked = self._command(args), self._checked(options)
        encoding = {"PYTHONIOENCODING": "utf-8", **(checked.get("env") or {})}
        with self._starting():
            ended = processes.captured(
                command, {**checked, "env": encoding}, stdin=stdin
            )
        if ended.exit_code:
            raise ProcessError(command, ended.exit_code, ended.stdout, ended.stderr)
        return ended.stdout

    # Packages

    def install(
        self,
        *packages: AnyPath,
        version: str | None = None,
        editable: bool = False,
        **options: Unpack[InstallOptions],
    ) -> None:
        """Install packages, or bring them to what is asked for.

        Args:
            packages: `numpy`, `numpy>=2`, `git+https://...`, the path of a project or of
                a distribution.
            version: of the one package that is named.
            editable: whether the path of a project is used in place.
            options: how packages are got, see `InstallOptions`.

        Raises:
            PackageError: that failed; the error has what the installer printed.
        """
        installers.check(options)
        words = building.checked_requirements(packages)
        if not words:
            raise PackageError("no package was named; install('numpy')")
        if version is not None:
            words = [_pinned(words, version)]
        if editable:
            words = [part for word in words for part in ("--editable", word)]
        with self._changing(options.get("timeout")):
            building.install(self.path, self.python, words, options)

    def install_requirements(
        self, path: AnyPath, **options: Unpack[InstallOptions]
    ) -> None:
        """Install what a requirements file lists.

        Raises:
            PackageError: that failed; the error has what the installer printed.
        """
        installers.check(options)
        words = ["--requirement", str(Path(path).absolute())]
        with self._changing(options.get("timeout")):
            building.install(self.path, self.python, words, options)

    def uninstall(self, *packages: str, **options: Unpack[InstallOptions]) -> None:
        """Remove packages; nothing is asked.

        Raises:
            PackageMissingError: one is not installed; then none is removed.
            PackageError: that failed; the error has what the installer printed.
        """
        installers.check(options)
        names = building.checked_requirements(packages)
        if not names:
            raise PackageError("no package was named; uninstall('numpy')")
        with self._changing(options.get("timeout")):
            for name in names:
                self.version(name)
            building.uninstall(self.path, self.python, names, options)

    def is_installed(self, name: str) -> bool:
        """Tell whether a package is installed, without starting a Python."""
        from pythonarium.environments import inventory  # noqa: PLC0415  # 25 ms

        return inventory.version(self.site_packages, name) is not None

    def version(self, name: str) -> str:
        """Return the version of a package, without starting a Python.

        Raises:
            PackageMissingError: it is not installed.
        """
        from pythonarium.environments import inventory  # noqa: PLC0415  # 25 ms

        found = inventory.version(self.site_packages, name)
        if found is not None:
            return found
        from difflib import get_close_matches  # noqa: PLC0415  # only when it is needed

        near = get_close_matches(inventory.normalized(name), self.packages(), 3, 0.7)
        raise PackageMissingError(name, str(self.path), near)

    def packages(self) -> dict[str, str]:
        """Return the version of each package, by name, without starting a Python."""
        from pythonarium.environments import inventory  # noqa: PLC0415  # 25 ms

        return inventory.packages(self.site_packages)

    @property
    def site_packages(self) -> list[Path]:
        """The folders that hold its packages.

        Raises:
            PythonNotFoundError: the environment is gone.
        """
        self._check_there()
        if not self.is_current:
            return layouts.site_packages(self.path, self.python)
        folders = [Path(folder) for folder in site.getsitepackages()]
        if site.ENABLE_USER_SITE:
            folders.append(Path(site.getusersitepackages()))
        return [folder for folder in folders if folder.is_dir()]

    @property
    def is_current(self) -> bool:
        """Whether this process runs in it."""
        return self.path == Path(sys.prefix)

    # How it is done

    @contextmanager
    def _changing(self, timeout: float | None) -> Generator[None]:
        self._check_there()
        with locked(self.path, timeout):
            yield
        if self.is_current:
            importlib.invalidate_caches()

    @contextmanager
    def _starting(self) -> Generator[None]:
        """Say of a Python that cannot be started why it is not there."""
        try:
            yield
        except (FileNotFoundError, NotADirectoryError):
            self._check_there()
            raise  # it is there, and the working folder is not

    def _check_there(self) -> None:
        if not self.python.exists():
            raise _gone(self.path)

    def _command(self, args: Sequence[AnyPath]) -> list[str]:
        return [str(self.python), *(os.fspath(arg) for arg in args)]

    def _checked(self, options: RunOptions) -> RunOptions:
        """Return checked options that keep the host's PYTHONHOME from another Python."""
        processes.check(options)
        if self.is_current:
            return options
        return {**options, "env": {"PYTHONHOME": None, **(options.get("env") or {})}}


def _gone(path: Path) -> PythonNotFoundError:
    return PythonNotFoundError(
        f"in {path}", mend=f"{pythons.host_executable()} -m venv {path}"
    )


def _pinned(words: Sequence[str], version: str) -> str:
    if len(words) != 1 or not PLAIN_NAME.fullmatch(words[0]):
        raise PackageError(
            f"version={version!r:.80} needs one package, named without a version, got"
            f" {building.named(words)}"
        )
    return f"{words[0]}=={version}"


def _python_for(
    block: script_block.Block | None, declared: Declaration, python: AnyPath | None
) -> pythons.Python:
    """Return the Python that was asked for, if the script allows it, or one it allows."""
    if python is None:
        return pythons.find_matching(declared.requires_python)
    found = pythons.find(python)
    if block is not None and not pythons.matches(found, declared.requires_python):
        raise block.wrong(
            "requires-python",
            f"the script requires Python {declared.requires_python}, and"
            f" {os.fspath(python)} is {found.version}; name another, or none",
        )
    return found
