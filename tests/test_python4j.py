"""What the documents' classes do beyond the documents' examples."""

import gc
import os
import pickle
import re
import signal
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Event, Thread, get_ident
from types import ModuleType
from typing import Any

import pytest

from pythonarium import (
    ClosedError,
    ContextError,
    ScriptSyntaxError,
    SettingsError,
    ThreadSafetyError,
    VariableMissingError,
    VariableTypeError,
    python4j,
    settings,
)
from pythonarium.python4j import (
    Python,
    PythonConstants,
    PythonContextManager,
    PythonException,
    PythonExecutioner,
    PythonGC,
    PythonGIL,
    PythonObject,
    PythonType,
    PythonTypes,
    PythonVariable,
    PythonVariables,
    _shared,
)


@pytest.fixture(autouse=True)
def interpreter_closes() -> Iterator[None]:
    yield
    PythonExecutioner.close()
    settings.clear_properties()


def in_thread(work: Callable[[], object]) -> object:
    """Return what `work()` returns, or the error that it raises, in a thread."""
    answers: list[object] = []

    def target() -> None:
        try:
            answers.append(work())
        except PythonException as error:
            answers.append(error)

    thread = Thread(target=target)
    thread.start()
    thread.join()
    return answers[0]


def in_process(program: str) -> str:
    """Return what a program prints in a Python of its own, which must end well."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


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
    assert in_process(program) == "False\nTrue\n"


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
    assert in_process(program) == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
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
    numpy = pytest.importorskip("numpy")
    variables = PythonExecutioner.exec_and_return_all_variables(
        "", [PythonVariable("a", PythonTypes.NDARRAY, numpy.zeros(2))]
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


# The lock


@pytest.mark.row("S11", "S12")
def test_lock_belongs_to_its_thread() -> None:
    with PythonGIL.lock() as gil:
        assert isinstance(in_thread(gil.close), ThreadSafetyError)
        assert PythonGIL.locked()
        error = in_thread(lambda: PythonGIL.lock(timeout=0.01))
        assert isinstance(error, TimeoutError)
        assert isinstance(error, PythonException)
    assert in_thread(lambda: PythonGIL.lock().close()) is None


@pytest.mark.row("S16")
def test_assertion_lets_pass_who_may_call() -> None:
    PythonGIL.assert_thread_safe()  # the first thread
    PythonGIL.assert_thread_safe()

    def work() -> None:
        with PythonGIL.lock():
            PythonGIL.assert_thread_safe()

    assert in_thread(work) is None


def test_assertion_does_not_wait() -> None:
    """The first thread needs no lock, so the assertion has nothing to wait for."""
    PythonGIL.assert_thread_safe()
    inside, done = Barrier(2, timeout=10), Barrier(2, timeout=10)

    def work() -> None:
        with PythonGIL.lock():
            inside.wait()
            done.wait()

    thread = Thread(target=work)
    thread.start()
    inside.wait()
    PythonGIL.assert_thread_safe()
    done.wait()
    thread.join()


# Contexts


@pytest.mark.row("S21", "S24")
def test_functions_keep_their_globals_in_every_context() -> None:
    PythonExecutioner.exec("a = 'main'\ndef tell(): return a")
    tell = PythonExecutioner.get_variable("tell")
    with PythonContextManager.Context("other") as context:
        PythonExecutioner.exec("a = 'other'")
        assert tell.call() == "main"
        assert context.name == "other"
        context.close()
        assert PythonContextManager.get_current_context() == "main"


@pytest.mark.row("S27")
def test_context_that_cannot_be_deleted_is_an_error() -> None:
    PythonContextManager.add_context("old")
    PythonContextManager.set_context("new")
    with pytest.raises(ContextError, match="Cannot delete current context!"):
        PythonContextManager.delete_context("new")
    with pytest.raises(ContextError, match="'main' cannot be deleted"):
        PythonContextManager.delete_context("main")
    with pytest.raises(ContextError, match="no context 'older'"):
        PythonContextManager.delete_context("older")
    PythonContextManager.set_main_context()
    PythonContextManager.delete_context("new")
    assert PythonContextManager.get_contexts() == ["main", "old"]


@pytest.mark.row("S22")
@pytest.mark.parametrize("name", ["", "a b", "1a", "a-b"])
def test_context_needs_an_identifier(name: str) -> None:
    for use in (PythonContextManager.add_context, PythonContextManager.set_context):
        with pytest.raises(ContextError, match="Invalid context name"):
            use(name)
    assert PythonContextManager.get_contexts() == ["main"]


@pytest.mark.row("S24")
def test_contexts_are_left_in_reverse_order() -> None:
    outer, inner = (PythonContextManager.Context(name) for name in ("outer", "inner"))
    with pytest.raises(ContextError, match="leave 'inner' before 'outer'"):
        outer.close()
    assert isinstance(in_thread(inner.close), ContextError)
    inner.close()
    outer.close()
    outer.close()
    assert PythonContextManager.get_current_context() == "main"


# Frames


@pytest.mark.row("S29", "S30")
def test_frame_gives_references_back() -> None:
    value = [object()]
    PythonExecutioner.set_variable("value", value)
    before = sys.getrefcount(value)
    with PythonGC.watch():
        held = [PythonExecutioner.get_variable("value") for _ in range(100)]
        assert sys.getrefcount(value) == before + 100
    assert sys.getrefcount(value) == before
    assert len(held) == 100


@pytest.mark.row("S30")
def test_object_dies_with_its_frame() -> None:
    PythonExecutioner.exec("class Thing: pass\nthings = [Thing()]")
    with PythonGC.watch():
        thing = Python.eval("things.pop()")
        alive = weakref.ref(_shared.interpreter().get(thing.handle, object))
        assert alive() is not None
    gc.collect()
    assert alive() is None
    with pytest.raises(ClosedError):
        str(thing)


@pytest.mark.row("S32")
def test_keep_outside_of_all_frames_leaves_the_object_to_its_user() -> None:
    PythonExecutioner.exec("class Thing: pass")
    with PythonGC.watch():
        thing = Python.eval("Thing()")
        PythonGC.keep(thing)
    alive = weakref.ref(_shared.interpreter().get(thing.handle, object))
    assert not thing.is_none()
    del thing
    Python.none()  # released at the next occasion
    assert alive() is None


@pytest.mark.row("S11", "S30")
def test_frames_close_in_reverse_order_in_their_thread() -> None:
    outer, inner = PythonGC.watch(), PythonGC.watch()
    with pytest.raises(ClosedError, match="reverse order"):
        outer.close()
    assert PythonGC.is_watching()

    def close_inner() -> None:
        with PythonGIL.lock():
            inner.close()

    assert isinstance(in_thread(close_inner), ThreadSafetyError)
    inner.close()
    inner.close()
    assert PythonGC.is_watching()
    outer.close()
    assert not PythonGC.is_watching()


@pytest.mark.row("S33", "S34")
def test_watch_inside_a_pause_watches() -> None:
    with PythonGC.pause() as pause:
        assert pause.paused
        with PythonGC.watch():
            bound = Python.eval("[1]")
            assert PythonGC.is_watching()
        free = Python.eval("[2]")
    with pytest.raises(ClosedError):
        bound.to_list()
    assert free.to_list() == [2]


@pytest.mark.row("S34")
def test_resume_without_a_pause_is_an_error() -> None:
    with pytest.raises(PythonException, match="GC not paused!"):
        PythonGC.resume()
    with PythonGC.pause() as pause:
        pause.resume()
        with pytest.raises(PythonException, match="GC not paused!"):
            pause.resume()
    with (
        PythonGC.pause(),
        PythonGC.watch(),
        pytest.raises(PythonException, match="GC not paused!"),
    ):
        PythonGC.resume()


@pytest.mark.row("S30")
def test_frames_of_threads_are_apart() -> None:
    with PythonGC.watch():
        assert in_thread(PythonGC.is_watching) is False


def test_frame_of_a_closed_interpreter_closes_quietly() -> None:
    with PythonGC.watch():
        PythonExecutioner.close()
        assert not PythonGC.is_watching()
    Python.eval("1")


# Objects


@pytest.mark.row("S31")
def test_object_has_attributes_items_and_calls() -> None:
    PythonExecutioner.exec("def tell(*args, **named): return [args, named]")
    tell = PythonExecutioner.get_variable("tell")
    assert tell.attr("__name__") == "tell"
    assert tell.call(1, PythonObject([2]), c=3).to_list() == [(1, [2]), {"c": 3}]
    assert tell.call_with_args([1, 2]).get(0) == (1, 2)
    assert tell.call_with_args(Python.eval("(1, 2)")).get(0) == (1, 2)
    assert tell.call_with_kwargs({"a": 1}).get(1).to_map() == {"a": 1}
    both = tell.call_with_args_and_kwargs((1,), Python.eval("{'a': 2}"))
    assert both.to_list() == [(1,), {"a": 2}]
    both.set(0, PythonObject("new"))
    assert both.get(PythonObject(0)) == "new"


def test_object_that_is_no_argument_list_is_refused() -> None:
    tell = Python.eval("print")
    with pytest.raises(VariableTypeError, match=r"'args': expected list \| tuple"):
        tell.call_with_args(Python.eval("'ab'"))
    with pytest.raises(VariableTypeError, match="'kwargs'"):
        tell.call_with_kwargs({1: 2})  # type: ignore[dict-item]


FAILURES: dict[str, tuple[Callable[[PythonObject], object], str]] = {
    "attr": (lambda o: o.attr("absent"), "AttributeError: 'list' object has no"),
    "get": (lambda o: o.get(5), "IndexError"),
    "get-key": (lambda o: o.get("x"), "TypeError"),
    "set": (lambda o: o.set(5, 1), "IndexError"),
    "call": (lambda o: o.call(), "TypeError: 'list' object is not callable"),
    "true_div": (lambda o: o.true_div(0), "TypeError: unsupported operand"),
    "hash": (hash, "TypeError: unhashable"),
    "to_int": (lambda o: o.to_int(), "expected int"),
    "int_": (Python.int_, "TypeError: int"),
    "len": (lambda _: Python.len(Python.none()), "TypeError: object of type 'None"),
    "import": (lambda _: Python.import_module("no_such"), "No module named 'no_such'"),
    "builtin": (lambda _: Python.attr("no_such"), "AttributeError"),
    "eval": (lambda _: Python.eval("no_such"), "NameError"),
}


@pytest.mark.row("B1")
@pytest.mark.parametrize("name", FAILURES)
def test_use_that_fails_is_an_error(name: str) -> None:
    use, message = FAILURES[name]
    with pytest.raises(PythonException, match=re.escape(message)):
        use(PythonObject([1]))


def test_object_gives_values() -> None:
    assert PythonObject(7).to_int() == PythonObject(7).to_long() == 7
    assert PythonObject(7).to_float() == PythonObject(7).to_double() == 7.0
    assert PythonObject(True).to_boolean() is True
    assert PythonObject([1]).to_list() == [1]
    assert PythonObject({1: 2}).to_map() == {1: 2}
    assert PythonObject(None).is_none()
    assert not PythonObject(0).is_none()
    with pytest.raises(VariableTypeError):
        PythonObject(7.5).to_int()


ARITHMETIC = {
    "add": 9.5,
    "sub": 5.5,
    "mul": 15.0,
    "true_div": 3.75,
    "floor_div": 3.0,
    "mod": 1.5,
}


@pytest.mark.parametrize(("name", "expected"), ARITHMETIC.items())
def test_object_calculates(name: str, expected: float) -> None:
    assert getattr(PythonObject(7.5), name)(2) == expected
    if name != "mod":
        assert getattr(PythonObject(7.5), name + "i")(PythonObject(2)) == expected


def test_object_multiplies_matrices_and_has_an_absolute_value() -> None:
    numpy = pytest.importorskip("numpy")
    matrix = PythonObject(numpy.array([[1, 2], [3, 4]]))
    assert matrix.mat_mul(matrix).attr("tolist").call() == [[7, 10], [15, 22]]
    assert PythonObject(-3).abs() == 3
    matrix.mat_muli(matrix)
    assert matrix.attr("tolist").call() == [[7, 10], [15, 22]]


def test_object_changes_in_place_and_returns_the_result() -> None:
    items = PythonObject([1])
    assert items.addi([2]) == [1, 2]
    assert items == [1, 2]
    number = PythonObject(1)
    assert number.addi(2) == 3
    assert number == 1


def test_object_compares_as_the_object_does() -> None:
    assert PythonObject((1, 2)) == PythonObject((1, 2)) == (1, 2)
    assert PythonObject(1) != PythonObject(2)
    assert hash(PythonObject("a")) == hash("a")
    assert [bool(PythonObject(value)) for value in (0, [], [0])] == [False, False, True]
    assert repr(PythonObject("a")) == "PythonObject(<Handle 'a'>)"
    same = PythonObject([1])
    assert PythonObject(same).handle is same.handle


def test_object_is_let_go_of() -> None:
    thing = Python.eval("[1]")
    with PythonGC.watch():
        thing.del_()
    with pytest.raises(ClosedError, match=r"released by its del_\(\)"):
        thing.to_list()


BUILTINS: dict[str, tuple[tuple[object, ...], object]] = {
    "len": (([1, 2],), 2),
    "str": ((5,), "5"),
    "bool": (([],), False),
    "int_": (("7",), 7),
    "float_": (("1.5",), 1.5),
    "list": (("ab",), ["a", "b"]),
    "tuple": (([1],), (1,)),
    "dict": (([(1, 2)],), {1: 2}),
    "set": (([1, 1],), {1}),
    "bytes": (([1],), b"\1"),
    "bytearray": ((2,), bytearray(2)),
    "memoryview": ((b"a",), memoryview(b"a")),
}
CLASSES = {
    **{
        f"{name.rstrip('_')}_type": name.rstrip("_")
        for name in BUILTINS
        if name != "len"
    },
    "exception_type": "Exception",
}


@pytest.mark.parametrize("name", BUILTINS)
def test_builtin_is_the_real_one(name: str) -> None:
    PythonExecutioner.exec("len = str = bool = int = float = list = tuple = None")
    args, expected = BUILTINS[name]
    result = getattr(Python, name)(*args)
    assert result == expected
    assert Python.isinstance(result, Python.type(PythonObject(expected)))


@pytest.mark.parametrize(("name", "expected"), CLASSES.items())
def test_builtin_class(name: str, expected: str) -> None:
    found = getattr(Python, name)()
    assert found.attr("__name__") == expected


def test_constants_globals_and_delegates() -> None:
    assert Python.none().is_none()
    assert Python.true().to_boolean() is True
    assert Python.false().to_boolean() is False
    assert str(Python.exception("broken")) == "broken"
    Python.set_context("other")
    Python.exec("a = 1")
    assert Python.globals().get("a") == 1
    Python.reset_context()
    assert "a" not in Python.globals().to_map()
    assert Python.get_current_context() == "other"
    Python.set_context("main")
    Python.delete_context("other")
    assert Python.import_module("os.path").attr("join").call("a", "b") == str(
        Path("a/b")
    )


def test_object_is_an_instance_or_callable() -> None:
    assert Python.isinstance(1, Python.str_type(), Python.int_type())
    assert not Python.isinstance(1, Python.str_type())
    assert Python.callable(Python.eval("len"))
    assert not Python.callable(PythonObject(1))
    with pytest.raises(PythonException, match="isinstance"):
        Python.isinstance(1, PythonObject(1))


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
    page = Path(__file__).parent.parent / "docs/reference/python4j.md"
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
