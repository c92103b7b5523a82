"""A path, a name or a version -> a Python.

What is found is an executable and its full version.  A version is told by the folder's
name where pyenv or uv keep one for each; any other Python is asked, which starts it.
pyenv's shims are passed over: they answer only for the versions that are switched on.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pythonarium.environments import layouts, processes
from pythonarium.errors import ProcessTimeoutError, PythonNotFoundError

__all__ = [
    "Python",
    "find",
    "find_matching",
    "host",
    "host_executable",
    "matches",
    "uv_program",
]

VERSION: Final = re.compile(r"\d+(\.\d+){0,2}")
NAME_WITH_VERSION: Final = re.compile(r"python(\d+(?:\.\d+){0,2})")
EXECUTABLE: Final = re.compile(r"python3\.\d+")
FOLDER: Final = re.compile(r"(?:cpython-)?(\d+\.\d+\.\d+)(?:-.*)?")
USUAL: Final = ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin", "~/.local/bin")
QUESTION: Final = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
PATIENCE_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Python:
    """An executable, and its version in full: `3.12.1`."""

    path: Path
    version: str


def host() -> Python:
    """Return the Python that runs this."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Python(host_executable(), version)


def host_executable() -> Path:
    """Return the executable of this Python, also where another program embeds it."""
    path = Path(sys.executable or "")
    if path.name.startswith("python"):
        return path
    found = layouts.executable(Path(sys.prefix))
    if found is None:
        raise PythonNotFoundError("for this process", [sys.prefix])
    return found


def find(wanted: str | os.PathLike[str]) -> Python:
    """Return the Python of a path, a name such as `python3.12`, or a version.

    Raises:
        PythonNotFoundError: there is none; the error says where was looked.
    """
    text = os.fspath(wanted)
    if VERSION.fullmatch(text):
        return _of_version(text)
    if os.sep in text or not isinstance(wanted, str) or Path(text).is_dir():
        return _at(Path(text).expanduser().absolute())
    return _named(text)


def find_matching(specifier: str) -> Python:
    """Return a Python for a specifier such as `>=3.12`: the host's, or else the newest.

    Raises:
        PythonNotFoundError: there is none.
    """
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415  # it takes 20 ms

    wanted = SpecifierSet(specifier)
    here = host()
    if wanted.contains(here.version, prereleases=True):
        return here
    places = _Places()
    for group in (places.kept(), places.on_path()):
        fits = (each for each in group if wanted.contains(each.version))
        best = max(fits, key=_age, default=None)
        if best is not None:
            return best
    minors = (f"3.{number}" for number in range(9, 30))
    least = next((m for m in minors if wanted.contains(f"{m}.99")), "")
    raise PythonNotFoundError(specifier, places.seen, _mend(least))


def matches(python: Python, specifier: str) -> bool:
    """Tell whether a Python's version is one that a specifier allows."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415  # it takes 20 ms

    return SpecifierSet(specifier).contains(python.version, prereleases=True)


def uv_program() -> str | None:
    """Return the program uv: of the package of that name, or else on PATH."""
    try:
        import uv  # noqa: PLC0415  # an extra
    except ImportError:
        return shutil.which("uv")
    try:
        return uv.find_uv_bin()
    except FileNotFoundError:
        return shutil.which("uv")


def _at(path: Path) -> Python:
    executable = layouts.executable(path) if path.is_dir() else path
    version = executable and _asked(executable)
    if executable is not None and version:
        return Python(executable, version)
    is_folder = not path.exists() and not path.name.startswith("python")
    mend = f"{host_executable()} -m venv {path}" if is_folder else ""
    raise PythonNotFoundError(f"at {path}", mend=mend)


def _named(name: str) -> Python:
    found = shutil.which(name)
    version = _asked(Path(found)) if found else None
    if found and version:
        return Python(Path(found), version)
    numbered = NAME_WITH_VERSION.fullmatch(name)
    if numbered:
        return _of_version(numbered[1])
    raise PythonNotFoundError(
        f"of the name {name!r}",
        ["PATH"],
        "name a version, such as 3.12, or the path of an executable",
    )


def _of_version(version: str) -> Python:
    def fits(python: Python) -> bool:
        return f"{python.version}.".startswith(f"{version}.")

    here = host()
    if fits(here):
        return here
    places = _Places()
    for group in (places.on_path(version), places.kept()):
        best = max(filter(fits, group), key=_age, default=None)
        if best is not None:
            return best
    raise PythonNotFoundError(version, places.seen, _mend(version))


class _Places:
    """Where Pythons lie; `seen` tells where was looked."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def kept(self) -> Iterator[Python]:
        """Yield what pyenv and uv keep, each in a folder named for its version."""
        home = Path.home()
        data = os.environ.get("XDG_DATA_HOME") or home / ".local" / "share"
        for root in (
            Path(os.environ.get("PYENV_ROOT") or home / ".pyenv", "versions"),
            Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or Path(data, "uv", "python")),
        ):
            self.seen.append(str(root))
            for folder in root.glob("*"):
                named = FOLDER.fullmatch(folder.name)
                path = named and layouts.executable(folder)
                if named and path:
                    yield Python(path, named[1])

    def on_path(self, version: str = "3") -> Iterator[Python]:
        """Yield the Pythons on PATH, in the usual folders and in active environments."""
        minor = ".".join(version.split(".")[:2])
        for folder in self._folders():
            for path in sorted(folder.glob("python3*")):
                if not EXECUTABLE.fullmatch(path.name) and path.name != "python3":
                    continue
                if path.name != "python3" and not f"{path.name}.".startswith(
                    f"python{minor}."
                ):
                    continue
                told = _asked(path)
                if told:
                    yield Python(path, told)

    def _folders(self) -> Iterator[Path]:
        actives = (os.environ.get(name) for name in ("VIRTUAL_ENV", "CONDA_PREFIX"))
        folders = [
            *os.environ.get("PATH", os.defpath).split(os.pathsep),
            *(f"{active}/bin" for active in actives if active),
            *USUAL,
        ]
        for name in dict.fromkeys(filter(None, folders)):
            folder = Path(name).expanduser()
            if folder.name != "shims":
                self.seen.append(str(folder))
                yield folder


def _asked(path: Path) -> str | None:
    """Return the version that a Python tells, or None if it is none."""
    command = [str(path), "-I", "-S", "-c", QUESTION]
    try:
        answer = processes.captured(command, {"timeout": PATIENCE_SECONDS})
    except (OSError, ProcessTimeoutError):
        return None
    told = answer.stdout.strip()
    return told if not answer.exit_code and VERSION.fullmatch(told) else None


def _age(python: Python) -> tuple[int, ...]:
    return tuple(int(part) for part in python.version.split("."))


def _mend(version: str) -> str:
    if not version:
        return ""
    uv = uv_program()
    if uv:
        return f"{uv} python install {version}"
    if shutil.which("pyenv"):
        return f"pyenv install {version}"
    here = host_executable()
    return f"{here} -m pip install uv && {here} -m uv python install {version}"
