"""Python4J's names: frames, objects, built-ins."""

import gc
import re
import sys
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from asides import in_thread
from pythonarium import (
    ClosedError,
    ThreadSafetyError,
    VariableTypeError,
)
from pythonarium.python4j import (
    Python,
    PythonException,
    PythonExecutioner,
    PythonGC,
    PythonGIL,
    PythonObject,
    _shared,
)

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
    matrix = PythonObject(np.array([[1, 2], [3, 4]]))
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
