"""Settings, under the documents' names."""

import os
from enum import StrEnum

from pythonarium import settings

__all__ = ["JavaCppPathType", "PythonConstants"]


class JavaCppPathType(StrEnum):
    """Where the folders of `org.eclipse.python4j.path` stand on `sys.path`."""

    BEFORE = "before"
    AFTER = "after"
    NONE = "none"


class PythonConstants:
    """Reads and sets the documented properties.

    A setter works until an interpreter opens, and again when all are closed; between
    the two it is a SettingsError.  An environment variable outweighs a property.
    """

    @staticmethod
    def default_python_path() -> str:
        """Return the folders to import from, separated as in PATH."""
        return settings.read("path")

    @staticmethod
    def set_default_python_path(path: str | os.PathLike[str]) -> None:
        """Set the folders to import from."""
        _set("path", os.fspath(path))

    @staticmethod
    def java_cpp_python_append_type() -> JavaCppPathType:
        """Return where these folders stand on `sys.path`."""
        return JavaCppPathType(settings.read("path_append"))

    @staticmethod
    def set_javacpp_python_append_type(append_type: str) -> None:
        """Set where these folders stand: before, after or none."""
        _set("path_append", append_type)

    @staticmethod
    def release_gil_automatically() -> bool:
        """Return what a JVM host shall do after it starts Python."""
        return settings.read("release_gil_automatically") == "true"

    @staticmethod
    def set_release_gil_automatically(value: bool) -> None:  # noqa: FBT001
        """Set it; a Python host's interpreter takes no notice."""
        _set("release_gil_automatically", _text(value))

    @staticmethod
    def initialize_python() -> bool:
        """Return whether the first use opens the interpreter."""
        return settings.read("initialize") == "true"

    @staticmethod
    def set_initialize_python(value: bool) -> None:  # noqa: FBT001
        """Set it; with False, `PythonExecutioner.init()` must come first."""
        _set("initialize", _text(value))

    @staticmethod
    def import_numpy() -> bool:
        """Return whether opening the interpreter imports numpy."""
        return settings.read("numpy_import") == "true"

    @staticmethod
    def set_import_numpy(value: bool) -> None:  # noqa: FBT001
        """Set it."""
        _set("numpy_import", _text(value))

    @staticmethod
    def create_npy_via_python() -> bool:
        """Return how a JVM host makes arrays."""
        return settings.read("create_npy_python") == "true"

    @staticmethod
    def set_create_npy_via_python(value: bool) -> None:  # noqa: FBT001
        """Set it; between Python and Python arrays pass by reference."""
        _set("create_npy_python", _text(value))


def _set(name: str, value: str) -> None:
    settings.set_property(settings.SETTINGS[name].property_name, value)


def _text(value: bool) -> str:  # noqa: FBT001
    return "true" if value else "false"
