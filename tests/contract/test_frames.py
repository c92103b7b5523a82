"""Frames of handles: watch, keep, pause and resume."""

import gc
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pythonarium import (
    ClosedError,
    Handle,
    Interpreter,
    ThreadSafetyError,
    VariableTypeError,
)

PATIENCE = 10.0  # seconds after which a thread is taken to hang


@pytest.fixture
def made(python: Interpreter) -> Callable[[], int]:
    """Count the objects that are alive of those that `Thing()` made."""
    python.exec(
        "import gc, weakref\nalive = []\n"
        "class Thing:\n    def __init__(self): alive.append(weakref.ref(self))"
    )

    def count() -> int:
        gc.collect()
        python.eval("gc.collect()")  # what was discarded goes at the next call
        return python.eval("sum(thing() is not None for thing in alive)", int)  # type: ignore[no-any-return]

    return count


@pytest.mark.row("S29", "S30")
def test_watch_releases_what_was_made_in_it(
    python: Interpreter, made: Callable[[], int]
) -> None:
    with python.watch():
        handles = [python.handle("Thing()") for _ in range(3)]
        handles.append(python.eval("Thing()"))
        handles.append(python.handle("Thing")())
        handles.append(python.exec("a = Thing()", None, ["a"])["a"])
        handles.append(python.exec("Thing()").value)
        assert made() == 7
    python.delete("a")
    assert made() == 0
    for handle in handles:
        with pytest.raises(ClosedError):
            _ = handle.__dict__


@pytest.mark.row("S30")
def test_watch_releases_when_its_block_fails(
    python: Interpreter, made: Callable[[], int]
) -> None:
    kept = []

    def fail() -> None:
        with python.watch():
            kept.append(python.handle("Thing()"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert made() == 0
    with pytest.raises(ClosedError):
        bool(kept[0])


@pytest.mark.row("S29", "S30")
def test_inner_watch_leaves_the_outer_ones_handles(
    python: Interpreter, made: Callable[[], int]
) -> None:
    with python.watch():
        outer = python.handle("Thing()")
        with python.watch():
            assert python.handle("Thing()")
            inner = python.handle("[Thing()]")
        assert made() == 1
        assert outer.__class__.__name__ == "Handle"
        with pytest.raises(ClosedError):
            inner.append(1)
    assert made() == 0


@pytest.mark.row("S29")
def test_object_outlives_its_handle_where_the_script_holds_it(
    python: Interpreter,
) -> None:
    with python.watch():
        numbers = python.handle("(numbers := [1])")
        numbers.append(2)
    assert python["numbers"] == [1, 2]


@pytest.mark.row("S32")
def test_keep_hands_a_handle_to_the_frame_outside(
    python: Interpreter, made: Callable[[], int]
) -> None:
    with python.watch():
        with python.watch():
            kept = python.keep(python.handle("Thing()"))
            assert python.handle("Thing()")
        assert isinstance(kept, Handle)
        assert made() == 1
        assert "Thing" in repr(kept)
    assert made() == 0


@pytest.mark.row("S32")
def test_keep_out_of_the_outermost_frame(
    python: Interpreter, made: Callable[[], int]
) -> None:
    with python.watch():
        with python.watch():
            kept = python.handle("Thing()")
            assert python.keep(python.keep(kept)) is kept
        assert made() == 1
    assert made() == 1
    assert python.keep(kept) is kept
    del kept
    assert made() == 0


@pytest.mark.row("S33")
def test_pause_owns_nothing(python: Interpreter, made: Callable[[], int]) -> None:
    with python.watch():
        with python.pause():
            free = python.handle("Thing()")
        bound = python.handle("Thing()")
    assert made() == 1
    assert "Thing" in repr(free)
    with pytest.raises(ClosedError):
        bool(bound)
    del free
    assert made() == 0


@pytest.mark.row("S33")
def test_watch_within_a_pause_owns_again(
    python: Interpreter, made: Callable[[], int]
) -> None:
    with python.watch(), python.pause():
        free = python.handle("Thing()")
        with python.watch():
            assert python.handle("[Thing()]")
            kept = python.keep(python.handle("Thing()"))
        assert made() == 2
    assert made() == 2
    del free, kept
    assert made() == 0


@pytest.mark.row("S34")
def test_resume_ends_a_pause(python: Interpreter, made: Callable[[], int]) -> None:
    with python.watch():
        pause = python.pause()
        free = python.handle("Thing()")
        pause.resume()
        pause.resume()
        assert python.handle("Thing()")
        bound = python.handle("Thing()")
        assert made() == 2
    assert made() == 1
    with pytest.raises(ClosedError):
        bool(bound)
    assert pause.closed
    assert free is not None


@pytest.mark.row("S30")
def test_frames_close_in_the_reverse_order(
    python: Interpreter, made: Callable[[], int]
) -> None:
    outer = python.watch()
    line = test_frames_close_in_the_reverse_order.__code__.co_firstlineno + 6
    inner = python.watch()
    handle = python.handle("Thing()")
    with pytest.raises(ClosedError, match=f"test_frames.py:{line}"):
        outer.close()
    assert "Thing" in repr(handle)
    inner.close()
    outer.close()
    outer.close()
    assert made() == 0


@pytest.mark.row("S30")
def test_closed_frame_is_not_entered_again(python: Interpreter) -> None:
    with python.watch() as scope:
        pass
    with pytest.raises(ClosedError), scope:
        pass


@pytest.mark.row("S29")
def test_handle_without_a_frame_lives_as_long_as_its_name(
    python: Interpreter, made: Callable[[], int]
) -> None:
    handle = python.handle("Thing()")
    same = [handle]
    del handle
    assert made() == 1
    same.clear()
    assert made() == 0


@pytest.mark.row("S30")
def test_close_of_the_interpreter_releases_everything(
    open_interpreter: Callable[[], Interpreter],
) -> None:
    python = open_interpreter()
    alive: list[weakref.ref[object]] = []
    python["watched"] = lambda thing: alive.append(weakref.ref(thing))
    python.exec("class Thing:\n    def __init__(self): watched(self)")
    scope = python.watch()
    handles = [python.handle("Thing()")]
    with python.pause():
        handles.append(python.handle("Thing()"))
    python.close()
    gc.collect()
    assert [reference() for reference in alive] == [None, None]
    scope.close()
    for handle in handles:
        with pytest.raises(ClosedError):
            bool(handle)


def test_keep_of_what_is_no_handle_is_refused(python: Interpreter) -> None:
    told = "'handle': expected a Handle, got int 5"
    with python.watch(), pytest.raises(VariableTypeError, match=told):
        _ = python.keep(5)  # type: ignore[arg-type]


def test_frame_closes_in_the_thread_that_opened_it(python: Interpreter) -> None:
    frame = python.watch()
    handle = python.handle("[1]")
    with ThreadPoolExecutor(1) as pool:

        def work() -> None:
            with python.lock():
                frame.close()

        with pytest.raises(ThreadSafetyError, match="thread that opened it"):
            pool.submit(work).result(PATIENCE)
    assert len(handle) == 1
    frame.close()
    with pytest.raises(ClosedError):
        len(handle)
