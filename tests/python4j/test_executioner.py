"""Python4J's names: the one interpreter, variables, errors."""

import os
import pickle
import signal
import sys
from pathlib import Path
from threading import Event, Thread, get_ident
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from asides import in_thread
from programs import run_quietly
from pythonarium import (
    ScriptSyntaxError,
    SettingsError,
    ThreadSafetyError,
    VariableMissingError,
    VariableTypeError,
)
from pythonarium.python4j import (
    Python,
    PythonContextManager,
    PythonException,
    PythonExecutioner,
    PythonGIL,
    PythonType,
    PythonTypes,
    PythonVariable,
    PythonVariables,
    _shared,
)

# The one interpreter


@pytest.mark.row("S3")
def test_threads_that_come_first_together_open_one_interpreter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever opens waits, for a moment, for another one to open a second."""
    openings, seen = [], []
    another = Event()

    def wait_for_another() -> None:
        openings.append(get_ident())
        if len(openings) == 1:
            another.wait(0.2)
        another.set()

    monkeypatch.setattr(_shared, "_import_numpy", wait_for_another)
    threads = [
        Thread(target=lambda: seen.append(_shared.interpreter())) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(openings) == 1
    assert seen == [_shared.opened()] * 2


def test_interpreter_closes_when_the_process_ends() -> None:
    program = """if 1:
        import atexit, sys
        from types import ModuleType
        atexit.register(lambda: print(type(sys.modules["__main__"]) is ModuleType))
        from pythonarium.python4j import PythonExecutioner
        PythonExecutioner.exec("a = 1")
        print(type(sys.modules["__main__"]) is ModuleType)
        """
    assert run_quietly(program) == "False\nTrue\n"


def test_close_forgets_everything() -> None:
    PythonContextManager.set_context("other")
    PythonExecutioner.exec("a = [1]")
    held = PythonExecutioner.get_variable("a")
    PythonExecutioner.close()
    PythonExecutioner.close()
    assert type(sys.modules["__main__"]) is ModuleType
    assert PythonContextManager.get_contexts() == ["main"]
    assert PythonContextManager.get_current_context() == "main"
    with pytest.raises(PythonException):
        held.to_list()


def test_close_is_refused_while_another_thread_is_inside() -> None:
    PythonExecutioner.exec("a = 1")
    with PythonGIL.lock():
        error = in_thread(PythonExecutioner.close)
    assert isinstance(error, ThreadSafetyError)
    assert Python.eval("a") == 1


def test_init_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONARIUM_NUMPY_IMPORT", "perhaps")
        with pytest.raises(SettingsError, match="PYTHONARIUM_NUMPY_IMPORT"):
            PythonExecutioner.exec("a = 1")
        assert _shared.opened() is None
    PythonExecutioner.exec("a = 1")


def test_first_thread_may_be_any() -> None:
    """The home of the interpreter is the thread that came first, not the main one."""
    assert in_thread(lambda: PythonExecutioner.exec("a = 1")) is None
    with PythonGIL.lock():
        assert Python.eval("a") == 1


def test_process_ends_while_a_daemon_thread_is_inside() -> None:
    program = """if 1:
        from threading import Event, Thread
        from pythonarium.python4j import *
        inside = Event()
        def work():
            with PythonGIL.lock():
                wait = PythonVariable("wait", object, Event().wait)
                tell = PythonVariable("tell", object, inside.set)
                PythonExecutioner.exec("tell(); wait()", [wait, tell])
        PythonExecutioner.init()
        Thread(target=work, daemon=True).start()
        inside.wait()
        """
    assert run_quietly(program) == ""


def test_fork_leaves_no_lock_taken_in_the_child() -> None:
    with _shared._lock:
        child = os.fork()
        if child == 0:
            signal.alarm(10)  # ends the child where it would wait for ever
            PythonExecutioner.exec("a = 1")
            os._exit(42 if Python.eval("a") == 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42


# Variables


def test_inputs_are_typed_and_stay_set_when_the_script_fails() -> None:
    wrong = [PythonVariable("n", PythonTypes.INT, "5")]
    with pytest.raises(VariableTypeError, match="'n': expected int, got str '5'"):
        PythonExecutioner.exec("", wrong)
    with pytest.raises(PythonException):
        PythonExecutioner.exec("1 / 0", [PythonVariable("n", PythonTypes.INT, 5)])
    assert PythonExecutioner.get_variable("n", PythonTypes.INT).value == 5


def test_exec_and_return_all_takes_inputs_and_says_what_it_skipped() -> None:
    variables = PythonExecutioner.exec_and_return_all_variables(
        "import math; b = a * 2; _c = 1", PythonVariables([PythonVariable("a", int, 2)])
    )
    assert variables == [PythonVariable("a", int, 2), PythonVariable("b", int, 4)]
    assert "module" in variables.skipped["math"]
    assert PythonExecutioner.get_all_variables() == variables


def test_variables_are_set_and_got_one_by_one_and_many_at_once() -> None:
    a, b = PythonVariable("a", int, 1), PythonVariable("b", PythonTypes.LIST, [2])
    PythonExecutioner.set_variables(a, b)
    PythonExecutioner.set_variables([PythonVariable("c", str, "3")])
    PythonExecutioner.set_variable("d", PythonExecutioner.get_variable("b"))
    PythonExecutioner.exec("d.append(a)")
    PythonExecutioner.get_variables([a], b)
    assert (a.value, b.value) == (1, [2, 1])
    assert str(PythonExecutioner.get_variable("c")) == "3"


@pytest.mark.row("S8", "B9")
@pytest.mark.parametrize("wanted", [None, *PythonTypes.get()])
def test_missing_variable_is_named_with_its_neighbours(wanted: object) -> None:
    PythonExecutioner.exec("colour = 1")
    with pytest.raises(VariableMissingError, match=r"'color'.*did you mean 'colour'"):
        PythonExecutioner.get_variable("color", wanted)


def test_builtins_are_no_variables() -> None:
    with pytest.raises(VariableMissingError):
        PythonExecutioner.get_variable("len")


def test_output_that_was_not_set_is_missing() -> None:
    out = PythonVariable("z", PythonTypes.STR)
    with pytest.raises(VariableMissingError, match="'z' is not set"):
        PythonExecutioner.exec("", None, [out])
    with pytest.raises(VariableMissingError):
        _ = out.value


VALUES: dict[str, list[object]] = {
    "STR": ["", "x\0y"],
    "INT": [0, 2**100],
    "FLOAT": [1.5, float("inf")],
    "BOOL": [True, False],
    "BYTES": [b"\0"],
    "LIST": [[1, (2,)]],
    "DICT": [{1: 2}],
    "NONE": [None],
}


@pytest.mark.row("S4", "S6", "S48")
@pytest.mark.parametrize("name", VALUES)
def test_type_takes_its_own_values_and_no_others(name: str) -> None:
    wanted = getattr(PythonTypes, name)
    for value in VALUES[name]:
        out = PythonVariable("b", wanted)
        PythonExecutioner.exec("b = a", [PythonVariable("a", wanted, value)], [out])
        assert out.value is value
    PythonExecutioner.exec("b = object()")
    with pytest.raises(VariableTypeError, match="'b'"):
        PythonExecutioner.get_variable("b", wanted)


def test_types_are_found_by_name_and_by_annotation() -> None:
    names = [known.name for known in PythonTypes.get()]
    assert names[:6] == ["str", "int", "float", "bool", "bytes", "NoneType"]
    assert names[6:] == ["list", "dict", "numpy.ndarray"]
    assert PythonTypes.get("NoneType") is PythonTypes.NONE
    assert PythonTypes.of(None) is PythonTypes.of(type(None)) is PythonTypes.NONE
    assert PythonTypes.of(int) is PythonTypes.of(PythonTypes.INT) is PythonTypes.INT
    assert PythonTypes.of(Path) == PythonType(f"{Path.__module__}.Path", Path)
    assert PythonTypes.of(list[int]) == PythonType("list[int]", list[int])


@pytest.mark.parametrize(
    ("name", "hint"), [("flaot", "did you mean 'float'"), ("?", "known: .*'numpy.nd")]
)
def test_unknown_type_is_refused(name: str, hint: str) -> None:
    with pytest.raises(PythonException, match=rf"Unknown python type: .*{hint}"):
        PythonTypes.get(name)


def test_array_type_is_found_for_arrays() -> None:
    variables = PythonExecutioner.exec_and_return_all_variables(
        "", [PythonVariable("a", PythonTypes.NDARRAY, np.zeros(2))]
    )
    assert variables.get("a").type is PythonTypes.NDARRAY


@pytest.mark.parametrize("name", ["", "a b", "class", "$x", "1a"])
def test_variable_needs_an_identifier(name: str) -> None:
    with pytest.raises(VariableTypeError, match="a Python identifier"):
        PythonVariable(name, PythonTypes.INT)


def test_variables_are_a_list_with_names() -> None:
    variables = PythonVariables()
    variables.add("a", PythonTypes.INT, 1)
    variables.add("b", list[int])
    assert [variable.name for variable in variables] == ["a", "b"]
    assert variables.get("b") is variables[1]
    assert (
        repr(variables)
        == "[PythonVariable('a', int, 1), PythonVariable('b', list[int])]"
    )
    assert variables[0] != 1
    with pytest.raises(VariableMissingError, match="did you mean"):
        variables.get("aa")
    variables[0].value = 7
    assert variables[0].get_python_object() == 7


# Errors


def test_variables_are_made_of_single_ones_and_of_lists() -> None:
    a, b, c = (PythonVariable(name, int, 1) for name in "abc")
    assert PythonVariables() == []
    assert PythonVariables(a, b) == PythonVariables([a, b]) == [a, b]
    assert PythonVariables(a, [b, c]) == [a, b, c]


@pytest.mark.row("S1", "B9")
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (5, "variable 'NAME': expected a PythonVariable, got int 5"),
        ("x", "variable 'NAME': expected a PythonVariable, got str 'x'"),
        ([1], r"variable 'NAME' at NAME\[0\]: expected a PythonVariable, got int 1"),
        ({"x": 1}, r"at NAME\[0\]: expected a PythonVariable, got str 'x'"),
    ],
)
def test_what_is_no_variable_is_refused(given: Any, told: str) -> None:
    calls: list[tuple[str, Any]] = [
        ("inputs", lambda given: PythonExecutioner.exec("ran = 1", given)),
        (
            "inputs",
            lambda given: PythonExecutioner.exec_and_return_all_variables("", given),
        ),
        ("outputs", lambda given: PythonExecutioner.exec("ran = 1", None, given)),
        ("variables", PythonVariables),
        ("variables", PythonExecutioner.set_variables),
        ("variables", PythonExecutioner.get_variables),
    ]
    for name, call in calls:
        with pytest.raises(VariableTypeError, match=told.replace("NAME", name)):
            call(given)
    assert PythonExecutioner.get_all_variables() == []


def test_variable_alone_is_enough() -> None:
    x, y = PythonVariable("x", int, 20), PythonVariable("y", int)
    PythonExecutioner.exec("y = x + 1", x, y)  # type: ignore[arg-type]
    assert y.value == 21


@pytest.mark.row("S47", "S52", "B3")
def test_syntax_error_is_the_usual_one_and_pickles() -> None:
    with pytest.raises(ScriptSyntaxError) as caught:
        Python.eval("(1,\n  2")
    error = caught.value
    assert (error.line, error.column, error.text) == (1, 1, "(1,")
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (type(error), str(error))


def test_nothing_of_a_script_with_a_syntax_error_runs() -> None:
    with pytest.raises(PythonException):
        PythonExecutioner.exec("a = 1\nb =\n")
    assert PythonExecutioner.get_all_variables() == []


@pytest.mark.row("B4")
def test_exit_ends_the_script_alone() -> None:
    with pytest.raises(PythonException, match="exit code 3"):
        PythonExecutioner.exec("raise SystemExit(3)")
