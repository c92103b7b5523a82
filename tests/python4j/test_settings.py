"""Python4J's settings, and the page that lists its names."""

from pathlib import Path
from typing import Any

import pytest

from pythonarium import (
    SettingsError,
    python4j,
)
from pythonarium.python4j import (
    PythonConstants,
    PythonException,
    PythonExecutioner,
)

# Settings, and the page of names


def test_constants_have_the_documented_defaults() -> None:
    assert PythonConstants.default_python_path() == ""
    assert PythonConstants.java_cpp_python_append_type() == "before"
    assert PythonConstants.release_gil_automatically()
    assert PythonConstants.initialize_python()
    assert PythonConstants.import_numpy()
    assert not PythonConstants.create_npy_via_python()


def test_append_type_is_one_of_three() -> None:
    types = PythonExecutioner.JavaCppPathType
    PythonConstants.set_javacpp_python_append_type(types.AFTER)
    assert PythonConstants.java_cpp_python_append_type() is types.AFTER
    with pytest.raises(SettingsError, match=r"path\.append: expected one of before"):
        PythonConstants.set_javacpp_python_append_type("beside")


def test_page_of_names_has_every_name() -> None:
    page = Path(__file__).parents[2] / "docs/reference/python4j.md"
    text = page.read_text(encoding="utf-8")
    classes: list[Any] = [getattr(python4j, name) for name in python4j.__all__]
    classes.remove(PythonException)
    missing = [
        f"{cls.__name__}.{name}"
        for cls in classes
        for name in vars(cls)
        if not name.startswith("_") and f"`{name}`" not in text
    ]
    assert missing == []
