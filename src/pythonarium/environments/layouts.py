"""Where an environment keeps its things, told by its folders and `pyvenv.cfg`.

No Python is started for this.  A virtual environment says in `pyvenv.cfg` which Python
it stands on; any other Python tells by its place: PREFIX/bin/python3.12 has its packages
below PREFIX/lib/python3.12.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["base_python", "configuration", "executable", "prefix", "site_packages"]

CONFIGURATION: Final = "pyvenv.cfg"
NAMES: Final = ("python", "python3")
VERSIONED: Final = re.compile(r"python\d+\.\d+t?")


def executable(folder: Path) -> Path | None:
    """Return the Python of an environment, or None if there is none."""
    named = [folder / "bin" / name for name in NAMES]
    versioned = sorted(
        path
        for path in (folder / "bin").glob("python3.*")
        if VERSIONED.fullmatch(path.name)
    )
    return next((path for path in named + versioned if path.exists()), None)


def prefix(python: Path) -> Path:
    """Return the folder that a Python belongs to: an environment's, or its own."""
    folder = python.parent.parent
    if (folder / CONFIGURATION).is_file():
        return folder
    return python.resolve().parent.parent


def configuration(folder: Path) -> dict[str, str]:
    """Return what `pyvenv.cfg` says; nothing where there is none."""
    try:
        text = (folder / CONFIGURATION).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines())
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def base_python(folder: Path) -> Path | None:
    """Return the Python that a virtual environment stands on."""
    home = configuration(folder).get("home")
    names = (*_names(folder), *NAMES)  # its own version first
    paths = (Path(home, name) for name in names) if home else ()
    return next((path for path in paths if path.exists()), None)


def site_packages(folder: Path, python: Path) -> list[Path]:
    """Return the folders that hold an environment's packages, first come first found."""
    settings = configuration(folder)
    if not settings:
        return _installed(folder, _versioned_name(folder, python))
    own = [path for name in _names(folder) for path in _of_version(folder, name)]
    base = base_python(folder)
    if base is None or settings.get("include-system-site-packages") != "true":
        return own
    root = prefix(base)
    return own + [path for name in _names(folder) for path in _installed(root, name)]


def _names(folder: Path) -> list[str]:
    """Return the versions whose packages lie here: `python3.12`, mostly one."""
    found = (folder / "lib").glob("python3.*")
    return sorted(path.name for path in found if VERSIONED.fullmatch(path.name))


def _versioned_name(folder: Path, python: Path) -> str:
    name = python.resolve().name
    if VERSIONED.fullmatch(name):
        return name
    names = _names(folder)
    return names[-1] if names else name


def _of_version(folder: Path, name: str) -> Iterator[Path]:
    for library in ("lib", "lib64"):
        path = folder / library / name / "site-packages"
        if path.is_dir() and not (folder / library).is_symlink():
            yield path


def _installed(folder: Path, name: str) -> list[Path]:
    """Return the folders of a Python that is no virtual environment; Debian has many."""
    places = [
        folder / "local" / "lib" / name / "dist-packages",
        *_of_version(folder, name),
        folder / "lib" / name / "dist-packages",
        folder / "lib" / "python3" / "dist-packages",
    ]
    return [place for place in places if place.is_dir()]
