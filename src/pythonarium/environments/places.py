"""Requirements that name a file or a folder: which one, and in which state.

What lies there decides what is in an environment, as the name of a package does.  A file
counts by its size and time; a project's folder by those of the files that declare it, not
of its sources, since to build it may write among them.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

__all__ = ["absolute", "located", "states"]

AnyPath: TypeAlias = str | os.PathLike[str]

ARCHIVES: Final = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
DECLARED_IN: Final = ("pyproject.toml", "setup.py", "setup.cfg")


def located(words: Sequence[str], folder: AnyPath | None) -> list[str]:
    """Return requirements whose paths do not depend on the working folder.

    Args:
        words: names, URLs and paths.
        folder: where relative paths start; None: the working folder.
    """
    return [absolute(word, folder) if _is_path(word) else word for word in words]


def absolute(place: AnyPath, folder: AnyPath | None) -> str:
    """Return a path from the root on, or a URL as it is."""
    text = os.fspath(place)
    return text if "://" in text else str(Path(folder or "", text).absolute())


def states(words: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return file, size and time of what located requirements name."""
    found = []
    for word in filter(_is_path, words):
        place = Path(word.partition("[")[0])  # what follows are extras
        files = [place / name for name in DECLARED_IN] if place.is_dir() else [place]
        for file in files:
            if file.exists():  # else the installer tells that it is not there
                now = file.stat()
                found.append((str(file), now.st_size, now.st_mtime_ns))
    return found


def _is_path(word: str) -> bool:
    """Tell whether installers take it for a path."""
    place = word.partition("[")[0]
    if "://" in word or "@" in place.partition(os.sep)[0]:
        return False
    return os.sep in place or place.startswith(".") or place.endswith(ARCHIVES)
