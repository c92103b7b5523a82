"""Which packages are installed, read from the folders that hold them.

No Python is started.  A package counts as soon as its metadata tells name and version:
a folder that an installer is still filling, or has half removed, is not there yet, or no
more.  Where two folders hold a package the first one counts, as on `sys.path`.
"""

from collections.abc import Iterator, Sequence
from email.parser import HeaderParser
from importlib.metadata import Distribution, DistributionFinder, MetadataPathFinder
from pathlib import Path

from packaging.utils import InvalidName, canonicalize_name

from pythonarium.errors import PackageError

__all__ = ["normalized", "packages", "version"]


def version(folders: Sequence[Path], name: str) -> str | None:
    """Return the version of a package, or None if it is not installed.

    Raises:
        PackageError: that is no name of a package.
    """
    wanted = normalized(name)
    return next((v for n, v in _found(folders, wanted) if n == wanted), None)


def packages(folders: Sequence[Path]) -> dict[str, str]:
    """Return the version of each package by its normalized name, sorted."""
    found: dict[str, str] = {}
    for name, number in _found(folders):
        found.setdefault(name, number)
    return dict(sorted(found.items()))


def normalized(name: object) -> str:
    """Return the name under which a package is known: `Foo.Bar_x` -> `foo-bar-x`.

    Raises:
        PackageError: that is no name of a package.
    """
    try:
        return canonicalize_name(str(name), validate=True)
    except InvalidName:
        raise PackageError(
            f"expected the name of a package, such as 'numpy', got {name!r:.80}"
        ) from None


def _found(
    folders: Sequence[Path], name: str | None = None
) -> Iterator[tuple[str, str]]:
    places = [str(folder) for folder in folders]
    context = DistributionFinder.Context(name=name, path=places)
    for distribution in MetadataPathFinder.find_distributions(context):
        told = _name_and_version(distribution)
        if told is not None:
            yield told


def _name_and_version(distribution: Distribution) -> tuple[str, str] | None:
    try:
        text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO")
    except (OSError, UnicodeError):  # it changes while it is read
        return None
    headers = HeaderParser().parsestr(text or "")
    name, number = headers.get("Name"), headers.get("Version")
    return (canonicalize_name(name), number) if name and number else None
