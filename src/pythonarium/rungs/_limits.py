"""The limits that a host asks for, checked before a worker is started."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from pythonarium.errors import UnsupportedError
from pythonarium_kernel.limits import LIMITS, NETWORK, WRITABLE

__all__ = ["checked_limits"]

_NAMES = (*LIMITS, NETWORK, WRITABLE)


def checked_limits(limits: object) -> dict[str, Any]:
    """Return limits as a worker takes them.

    Raises:
        UnsupportedError: one is unknown, has a bad value, or would not hold here.
    """
    if limits is None:
        return {}
    if not isinstance(limits, Mapping):
        raise UnsupportedError(
            f"limits={limits!r}: expected a mapping of name to value"
        )
    if "processes" in limits and os.geteuid() == 0:
        raise UnsupportedError(
            "limits: processes is not held for root; run the host as another user"
        )
    return {name: _checked(name, value) for name, value in limits.items()}


def _checked(name: object, value: Any) -> object:
    if name not in _NAMES:
        raise UnsupportedError(
            f"limits: there is no limit {name!r}; there are {', '.join(_NAMES)}"
        )
    if name == WRITABLE:
        return _folders(value)
    if name == NETWORK:
        if type(value) is not bool:
            raise UnsupportedError(
                f"limits: network={value!r} is neither True nor False"
            )
    elif type(value) is not int or value <= 0:
        raise UnsupportedError(f"limits: {name}={value!r} is no number above 0")
    return value


def _folders(value: object) -> list[str]:
    """Return the paths of folders, without those that lie in another one."""
    if isinstance(value, str | bytes | os.PathLike) or not isinstance(value, Iterable):
        raise UnsupportedError(
            f"limits: writable={value!r}: expected a list of folders; [] for none"
        )
    folders = sorted({_folder(each) for each in value})
    return [
        folder
        for folder in folders
        if not any(folder.startswith(other + os.sep) for other in folders)
    ]


def _folder(value: object) -> str:
    if not isinstance(value, str | os.PathLike):
        raise UnsupportedError(f"limits: writable: {value!r} is no path")
    path = os.path.realpath(os.fsdecode(value))
    if not os.path.isdir(path):
        problem = "is no folder" if os.path.exists(path) else "is not there"
        raise UnsupportedError(
            f"limits: writable: {str(value)!r} {problem}; expected a folder, which may"
            " be made before"
        )
    if path == os.sep:
        raise UnsupportedError(
            "limits: writable: '/' is no limit; leave writable out, or name a folder"
        )
    return path
