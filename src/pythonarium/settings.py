"""Every setting: argument > environment variable > property > default.

A property is set by `set_property` under the name that Python4J documents.  Settings
hold for the process.  They are read when the first interpreter opens; a change is
refused from then on until the last one closes.
"""

import os
import sys
import sysconfig
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, cast

from pythonarium.errors import SettingsError

__all__ = [
    "SETTINGS",
    "PathSetting",
    "Setting",
    "get_property",
    "read",
    "set_property",
]

PathAppend = Literal["before", "after", "none"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its three names, its default, and what it does in Python."""

    name: str
    environment_variable: str
    property_name: str
    default: str
    choices: tuple[str, ...]
    meaning: str


_BOOL = ("true", "false")
SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(
            "path",
            "PYTHONARIUM_PATH",
            "org.eclipse.python4j.path",
            "",
            (),
            "folders to import from, separated as in PATH",
        ),
        Setting(
            "path_append",
            "PYTHONARIUM_PATH_APPEND",
            "org.eclipse.python4j.path.append",
            "before",
            ("before", "after", "none"),
            "where these folders stand: before or after the interpreter's own, or, with"
            " none, instead of them (the standard library stays)",
        ),
        Setting(
            "release_gil_automatically",
            "PYTHONARIUM_RELEASE_GIL_AUTOMATICALLY",
            "org.eclipse.python4j.release_gil_automatically",
            "true",
            _BOOL,
            "read by the JVM host; a Python host's interpreter releases its GIL by"
            " itself, whatever is set",
        ),
        Setting(
            "initialize",
            "PYTHONARIUM_INITIALIZE",
            "org.eclipse.python4j.python.initialize",
            "true",
            _BOOL,
            "whether pythonarium.python4j opens its interpreter by itself; with false"
            " PythonExecutioner.init() must be called first",
        ),
        Setting(
            "numpy_import",
            "PYTHONARIUM_NUMPY_IMPORT",
            "org.eclipse.python4j.numpyimport",
            "true",
            _BOOL,
            "whether pythonarium.python4j imports numpy, where it is installed, when its"
            " interpreter opens",
        ),
        Setting(
            "create_npy_python",
            "PYTHONARIUM_CREATE_NPY_PYTHON",
            "org.eclipse.python4j.create_npy_python",
            "false",
            _BOOL,
            "read by the JVM host; between Python and Python arrays pass by reference",
        ),
    )
}
"""All settings by name."""

_properties: dict[str, str] = {}
_in_force: "PathSetting | None" = None
_settings_then: "PathSetting | None" = None


def set_property(property_name: str, value: str | bool) -> None:  # noqa: FBT001  # a value
    """Set a property, as `-Dname=value` does for a JVM; a bool stands for its word.

    Raises:
        SettingsError: there is no such property, the value is none of its choices, or an
            interpreter is open.
    """
    setting = _by_property(property_name)
    if _in_force is not None:
        raise SettingsError(
            f"{property_name} cannot be changed now: it is read when the first"
            " interpreter opens; set it before, or close all interpreters first"
        )
    text = str(value).lower() if isinstance(value, bool) else value
    _properties[setting.name] = _checked(setting, text, property_name)


def get_property(property_name: str) -> str:
    """Return what is in force for a property: environment, property or default.

    Raises:
        SettingsError: there is no such property.
    """
    return read(_by_property(property_name).name)


def clear_properties() -> None:
    """Forget all properties that were set."""
    _properties.clear()


def read(name: str, argument: str | None = None) -> str:
    """Return the value of a setting.

    Raises:
        SettingsError: the value is none of its choices.
    """
    setting = SETTINGS[name]
    if argument is not None:
        return _checked(setting, argument, name)
    variable = setting.environment_variable
    if os.environ.get(variable):
        return _checked(setting, os.environ[variable], variable)
    return _properties.get(name, setting.default)


def _by_property(property_name: str) -> Setting:
    for setting in SETTINGS.values():
        if setting.property_name == property_name:
            return setting
    known = ", ".join(setting.property_name for setting in SETTINGS.values())
    raise SettingsError(f"no property {property_name!r}; there are {known}")


def _checked(setting: Setting, value: object, source: str) -> str:
    choices = setting.choices
    if isinstance(value, str) and (not choices or value.lower() in choices):
        return value.lower() if choices else value
    expected = f"one of {', '.join(choices)}" if choices else "text"
    raise SettingsError(f"{source}: expected {expected}, got {value!r:.80}")


@dataclass(frozen=True, slots=True)
class PathSetting:
    """Folders to import from, as they were given, and where they stand on `sys.path`."""

    folders: tuple[str, ...]
    append: PathAppend

    def __str__(self) -> str:
        if not self.folders:
            return "no folders added"
        return f"folders {os.pathsep.join(self.folders)!r} ({self.append})"

    @classmethod
    def read(
        cls,
        folders: str
        | os.PathLike[str]
        | Sequence[str | os.PathLike[str]]
        | None = None,
        append: str | None = None,
    ) -> "PathSetting":
        """Resolve the two path settings, arguments first.

        Raises:
            SettingsError: `append` is none of before, after, none.
        """
        if folders is None:
            folders = read("path")
        if isinstance(folders, str):
            folders = [part for part in folders.split(os.pathsep) if part]
        elif isinstance(folders, os.PathLike):
            folders = [folders]
        if not all(isinstance(folder, (str, os.PathLike)) for folder in folders):
            raise SettingsError(f"path: expected folders, got {folders!r:.80}")
        where = cast("PathAppend", read("path_append", append))
        return cls(tuple(os.fspath(folder) for folder in folders), where)

    def apply(self) -> Callable[[], None]:
        """Put the folders on `sys.path`; return what takes them off again."""
        folders = [os.path.abspath(folder) for folder in self.folders]
        before = list(sys.path)
        if self.append == "none" and folders:
            sys.path[:] = [entry for entry in before if _is_standard_library(entry)]
        hidden = [entry for entry in before if entry not in sys.path]
        if self.append == "after":
            sys.path.extend(folders)
        else:
            sys.path[:0] = folders

        def undo() -> None:
            entries = sys.path[::-1] if self.append == "after" else sys.path[:]
            for folder in folders:
                with suppress(ValueError):  # a script has removed it
                    entries.remove(folder)
            entries = entries[::-1] if self.append == "after" else entries
            if hidden:
                added = [entry for entry in entries if entry not in before]
                kept = {*hidden, *entries}
                entries = [*(entry for entry in before if entry in kept), *added]
            sys.path[:] = entries

        return undo


def _is_standard_library(folder: str) -> bool:
    paths = sysconfig.get_paths()
    roots = (paths["stdlib"], paths["platstdlib"])
    return folder.endswith(".zip") or any(
        folder == root or folder == os.path.join(root, "lib-dynload") for root in roots
    )


def put_in_force(path: PathSetting | None) -> PathSetting:
    """Record what the first interpreter runs with: what it asks for, or the settings."""
    global _in_force, _settings_then
    _settings_then = PathSetting.read()
    _in_force = path or _settings_then
    return _in_force


def check_in_force(path: PathSetting | None) -> None:
    """Compare what a further interpreter asks for, or else the settings as they are now.

    Raises:
        SettingsError: it is another path than the one in force.
    """
    in_force = _in_force
    if path is None:
        settings = PathSetting.read()
        path = in_force if settings == _settings_then else settings
    if in_force is not None and path != in_force:
        raise SettingsError(
            f"path: {path} comes too late: the interpreters of this process share one"
            f" sys.path, with {in_force}; close them first"
        )


def release() -> None:
    """Allow changes again: no interpreter is open."""
    global _in_force
    _in_force = None
