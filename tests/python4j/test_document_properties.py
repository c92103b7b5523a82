"""Errors and properties, as the document on advanced usage promises them."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from programs import run_quietly
from pythonarium import settings
from pythonarium.python4j import (
    Python,
    PythonConstants,
    PythonException,
    PythonExecutioner,
    PythonGIL,
    PythonObject,
    PythonTypes,
    PythonVariable,
)

# Advanced Usage: Error Handling


@pytest.mark.row("S45", "S46", "S51")
def test_error_of_a_script_is_caught() -> None:
    with pytest.raises(PythonException) as caught, PythonGIL.lock():
        PythonExecutioner.exec("1 / 0")
    assert "ZeroDivisionError: division by zero" in str(caught.value)
    assert not PythonGIL.locked()


RAISING = [
    "assert False",
    "raise ValueError()",
    "raise StopIteration",
    "raise KeyError",
]


@pytest.mark.row("S46")
@pytest.mark.parametrize("code", RAISING)
def test_error_without_a_message_is_raised(code: str) -> None:
    with pytest.raises(PythonException, match=r"Error|StopIteration"):
        PythonExecutioner.exec(code)
    with pytest.raises(PythonException, match=r"Error|StopIteration"):
        PythonExecutioner.exec_and_return_all_variables(code)


@pytest.mark.row("S47", "S52")
@pytest.mark.parametrize("run", [PythonExecutioner.exec, PythonExecutioner.simple_exec])
def test_syntax_error_has_the_sentence_and_says_where(run: Any) -> None:
    with pytest.raises(PythonException) as caught:
        run("a = 1\nb = = 2\n")
    first, text, caret = str(caught.value).split("\n")
    assert first.startswith(
        "Execution failed, unable to retrieve python exception."
        " SyntaxError: invalid syntax ("
    )
    assert first.endswith(", line 2, column 5)")
    assert (text, caret) == ("    b = = 2", "        ^")


@pytest.mark.row("S48")
def test_failed_conversion_is_an_error() -> None:
    PythonExecutioner.exec("text = '5'")
    with pytest.raises(PythonException, match="'text': expected int, got str '5'"):
        PythonExecutioner.get_variable("text", PythonTypes.INT)


@pytest.mark.row("S50")
def test_arrays_without_numpy_are_an_error() -> None:
    program = """if 1:
        import sys
        sys.modules["numpy"] = None  # as if it were not installed
        from pythonarium.python4j import *
        PythonExecutioner.exec("a = [1]")
        try:
            PythonExecutioner.get_variable("a", PythonTypes.NDARRAY)
        except PythonException as error:
            print(error)
        """
    assert "needs numpy, which is not installed" in run_quietly(program)


@pytest.mark.row("S50", "S57")
def test_numpy_that_fails_to_load_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise ImportError('a broken wheel')")
    program = f"""if 1:
        from pythonarium.python4j import *
        PythonConstants.set_default_python_path({str(tmp_path)!r})
        try:
            PythonExecutioner.init()
        except PythonException as error:
            print(error)
        PythonConstants.set_import_numpy(False)  # nothing is open: not too late
        PythonExecutioner.exec("print('mended')")
        """
    error, mended = run_quietly(program).splitlines()
    assert "Numpy import failed! ImportError: a broken wheel" in error
    assert mended == "mended"


# Advanced Usage: System Properties


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with two modules, one of a name that the standard library has too."""
    (tmp_path / "only_there.py").write_text("origin = __file__")
    (tmp_path / "tabnanny.py").write_text("origin = __file__")
    names = ("only_there", "tabnanny")
    before = {name: sys.modules.pop(name, None) for name in names}
    yield tmp_path
    for name, module in before.items():
        sys.modules.pop(name, None)
        if module is not None:
            sys.modules[name] = module


@pytest.mark.row("S53", "S59")
def test_path_property_adds_folders(folder: Path) -> None:
    PythonConstants.set_default_python_path(folder)
    PythonExecutioner.exec("from only_there import origin")
    assert Python.eval("origin") == str(folder / "only_there.py")
    PythonExecutioner.close()
    assert str(folder) not in sys.path


@pytest.mark.row("S53")
def test_path_is_an_environment_variable_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONARIUM_PATH", str(folder))
    assert PythonConstants.default_python_path() == str(folder)
    PythonExecutioner.exec("import only_there")


@pytest.mark.row("S54")
@pytest.mark.parametrize("append", ["before", "after", "none", "AFTER", None])
def test_append_property_says_where_folders_stand(
    folder: Path, append: str | None
) -> None:
    PythonConstants.set_default_python_path(folder)
    if append is not None:
        PythonConstants.set_javacpp_python_append_type(append)
    own = list(sys.path)
    PythonExecutioner.exec("import only_there, tabnanny, sched, sys")
    match append:
        case "before" | None:
            assert sys.path == [str(folder), *own]
        case "none":
            assert sys.path[0] == str(folder)
            assert not [entry for entry in sys.path if "site-packages" in entry]
        case _:
            assert sys.path == [*own, str(folder)]
    ours = Python.eval("tabnanny.__file__") == str(folder / "tabnanny.py")
    assert ours == (append not in {"after", "AFTER"})


@pytest.mark.row("S56")
def test_initialize_false_waits_for_init() -> None:
    PythonConstants.set_initialize_python(False)
    with pytest.raises(PythonException, match=r"initialize is false.*init\(\) first"):
        PythonExecutioner.exec("a = 1")
    assert not PythonGIL.locked()
    PythonExecutioner.init()
    PythonExecutioner.exec("a = 1")
    assert Python.eval("a") == 1


@pytest.mark.row("S57")
@pytest.mark.parametrize(("value", "expected"), [("true", "True"), ("false", "False")])
def test_numpy_is_imported_as_the_property_says(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: str
) -> None:
    monkeypatch.setenv("PYTHONARIUM_NUMPY_IMPORT", value)
    program = """if 1:
        import sys
        from pythonarium.python4j import PythonExecutioner
        assert "numpy" not in sys.modules
        PythonExecutioner.init()
        print("numpy" in sys.modules)
        """
    assert run_quietly(program).strip() == expected


@pytest.mark.row("S58")
@pytest.mark.parametrize("value", [False, True])
def test_arrays_pass_by_reference_whatever_the_property_says(value: bool) -> None:
    PythonConstants.set_create_npy_via_python(value)
    array = np.arange(12.0).reshape(3, 4).T  # neither C order nor its own memory
    out = PythonVariable("b", PythonTypes.NDARRAY)
    PythonExecutioner.exec(
        "b = a", [PythonVariable("a", PythonTypes.NDARRAY, array)], [out]
    )
    assert out.value is array
    assert PythonConstants.create_npy_via_python() is value


SETTERS = {
    "org.eclipse.python4j.path": lambda: PythonConstants.set_default_python_path("x"),
    "org.eclipse.python4j.path.append": lambda: (
        PythonConstants.set_javacpp_python_append_type("after")
    ),
    "org.eclipse.python4j.release_gil_automatically": lambda: (
        PythonConstants.set_release_gil_automatically(False)
    ),
    "org.eclipse.python4j.python.initialize": lambda: (
        PythonConstants.set_initialize_python(False)
    ),
    "org.eclipse.python4j.numpyimport": lambda: PythonConstants.set_import_numpy(False),
    "org.eclipse.python4j.create_npy_python": lambda: (
        PythonConstants.set_create_npy_via_python(True)
    ),
}


@pytest.mark.row("S59")
@pytest.mark.parametrize("name", SETTERS)
def test_property_that_comes_too_late_is_refused(name: str) -> None:
    SETTERS[name]()
    settings.clear_properties()
    before = settings.get_property(name)
    PythonExecutioner.init()
    with pytest.raises(
        PythonException, match=f"{re.escape(name)} cannot be changed now"
    ):
        SETTERS[name]()
    assert settings.get_property(name) == before


def test_every_object_of_the_documents_is_a_python_object() -> None:
    assert isinstance(Python.eval("1 + 1"), PythonObject)
    assert isinstance(PythonObject([1]).get(0), PythonObject)
