"""Packages that a program needs only for some values, and what to do where one is missing."""

import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def required(name: str) -> "ModuleType":
    """Import a package by its name, which is the one that pip knows too.

    Raises:
        ImportError: it is missing or broken; the message has the command that mends it.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(_advice(name, error), name=name) from error


def _advice(package: str, error: ImportError) -> str:
    is_missing = isinstance(error, ModuleNotFoundError) and error.name == package
    lines = str(error).strip().splitlines() or [type(error).__name__]
    what = "is not installed" if is_missing else f"cannot be imported ({lines[0]})"
    option = "" if is_missing else "--upgrade --force-reinstall "
    return (
        f"{package} {what} in the Python that runs here, {sys.executable}; "
        f"run: {sys.executable} -m pip install {option}{package}"
    )
