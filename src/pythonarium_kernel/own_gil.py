"""What an interpreter with its own GIL must not import, and why.

CPython lets such an interpreter import an extension module only if the module says that
it supports that.  CPython 3.12 asks too late: it first runs the init function of a module
of the old kind (single-phase), which then writes over static memory that the other
interpreters are using.  `guard_imports` asks before.  CPython 3.13 and newer run that
function in the main interpreter, and need no guard.

A module of the new kind calls `PyModuleDef_Init`, and does nothing else until CPython has
asked; so a file without that name is one of the old kind.
"""

import sys
from importlib.machinery import BuiltinImporter, ExtensionFileLoader

from pythonarium_kernel.report import REFUSALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, Optional

_TOO_LATE = 0x030C
_MARK = b"PyModuleDef_Init"

_SINGLE_PHASE_BUILTINS = ("_ctypes", "_curses", "_datetime", "_decimal", "readline")
"""Modules of the standard library that some builds of 3.12 have in them."""


def guard_imports() -> None:
    """Refuse what must not be imported, in this interpreter, before it does harm."""
    if sys.hexversion >> 16 == _TOO_LATE:
        _guard_files()
        _guard_builtins()
        _rename_datetime()


def _guard_files() -> None:
    loader: Any = ExtensionFileLoader
    create = loader.create_module

    def create_module(self: "Any", spec: "ModuleSpec") -> "Optional[ModuleType]":
        with open(str(spec.origin), "rb") as file:
            if _MARK not in file.read():
                raise _refusal(spec)
        module: Optional[ModuleType] = create(self, spec)
        return module

    loader.create_module = create_module


def _guard_builtins() -> None:
    importer: Any = BuiltinImporter
    create_builtin = importer.create_module

    def create_builtin_module(spec: "ModuleSpec") -> "Optional[ModuleType]":
        if spec.name in _SINGLE_PHASE_BUILTINS:
            raise _refusal(spec)
        module: Optional[ModuleType] = create_builtin(spec)
        return module

    importer.create_module = staticmethod(create_builtin_module)


def _rename_datetime() -> None:
    """Let the types of datetime, here those in Python, be named as those in C are."""
    import datetime as dt

    if dt.date.__module__ == "datetime":
        return
    for kind in ("date", "datetime", "time", "timedelta", "timezone", "tzinfo"):
        getattr(dt, kind).__module__ = "datetime"


def _refusal(spec: "ModuleSpec") -> ImportError:
    return ImportError(
        f"module {spec.name} {REFUSALS[0]}", name=spec.name, path=spec.origin
    )
