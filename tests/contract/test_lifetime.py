"""From open to close: who may close, what is left, and what is let go of."""

import gc
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from textwrap import dedent
from typing import Any

import pytest

from programs import run_quietly, run_script
from pythonarium import (
    ClosedError,
    Interpreter,
    ScriptError,
    ScriptInterruptedError,
    ScriptTimeoutError,
    ThreadSafetyError,
    UnsupportedError,
)
from workers import opened, opening

PATIENCE = 10.0  # seconds after which a thread or process is taken to hang

Opener = Callable[..., Interpreter]

CALLS: dict[str, Callable[[Interpreter], object]] = {
    "exec": lambda python: python.exec("x = 1"),
    "exec_all": lambda python: python.exec_all("x = 1"),
    "eval": lambda python: python.eval("1"),
    "run": lambda python: python.run(__file__),
    "set": lambda python: python.set("x", 1),
    "get": lambda python: python.get("x"),
    "delete": lambda python: python.delete("x"),
    "variables": lambda python: python.variables(),
    "handle": lambda python: python.handle("x"),
    "import_module": lambda python: python.import_module("math"),
    "watch": lambda python: python.watch(),
    "lock": lambda python: python.lock(),
    "context": lambda python: python.context("a"),
    "contexts": lambda python: python.contexts.names(),
    "enter": lambda python: python.__enter__(),
}


class Thing:
    """Something that can be watched as it goes."""


@contextmanager
def no_collector() -> Iterator[None]:
    """What is let go of must go by itself."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_use_after_close_is_refused(
    open_interpreter: Opener, call: Callable[[Interpreter], object]
) -> None:
    python = open_interpreter()
    python.set("x", 1)
    python.close()
    with pytest.raises(ClosedError, match="closed"):
        call(python)
    assert python.closed
    assert "closed" in repr(python)


def test_interrupt_after_close_is_none(open_interpreter: Opener) -> None:
    python = open_interpreter()
    python.close()
    assert python.interrupt() is False


def test_close_twice_does_nothing(open_interpreter: Opener) -> None:
    other = open_interpreter()
    python = open_interpreter()
    python.close()
    python.close()
    with open_interpreter() as third:
        third.close()
    assert other.exec("import __main__\nx = 1\n__main__.x").value == 1


def test_with_block_closes_after_a_failure(open_interpreter: Opener) -> None:
    python = open_interpreter()
    with pytest.raises(ScriptError, match="ZeroDivisionError"), python:
        python.exec("1 / 0")
    assert python.closed


@pytest.mark.row("S11", "B12")
def test_close_while_another_thread_runs_is_refused(python: Interpreter) -> None:
    """It changes nothing: the script goes on, the interpreter works."""
    inside, leave = threading.Event(), threading.Event()
    code = "inside()\nleave(10)\nx = 42"

    def work() -> object:
        given = {"inside": inside.set, "leave": leave.wait}
        with python.lock():
            return python.exec(code, given, {"x": int})["x"]

    with ThreadPoolExecutor(1, thread_name_prefix="worker") as pool:
        running = pool.submit(work)
        assert inside.wait(PATIENCE)
        with pytest.raises(ThreadSafetyError, match=r"'worker_0' is using"):
            python.close()
        assert not python.closed
        leave.set()
        assert running.result(PATIENCE) == 42
    with python.lock():
        assert python.eval("x") == 42


@pytest.mark.row("B7")
def test_close_after_an_interrupt(open_interpreter: Opener) -> None:
    """What the message of the refusal advises."""
    python = open_interpreter()
    inside = threading.Event()

    def work() -> None:
        with python.lock(), pytest.raises(ScriptInterruptedError):
            python.exec("inside()\nwhile True: pass", {"inside": inside.set})

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        assert inside.wait(PATIENCE)
        with pytest.raises(ThreadSafetyError, match="interrupt"):
            python.close()
        assert python.interrupt()
        running.result(PATIENCE)
        python.close()
    assert python.closed


def test_close_from_inside_the_script_is_refused(python: Interpreter) -> None:
    with pytest.raises(ScriptError, match="ThreadSafetyError"):
        python.exec("close()", {"close": python.close})
    assert python.exec("6 * 7").value == 42


def test_close_with_the_lock_held(open_interpreter: Opener) -> None:
    python = open_interpreter()
    with python.lock():
        python.close()
    assert python.closed
    assert not python.locked


@pytest.mark.row("S29", "S30", "B17")
def test_handles_of_a_closed_interpreter(open_interpreter: Opener) -> None:
    python = open_interpreter()
    with python.watch():
        handle = python.handle("[1]")
        python.close()
        uses: list[Callable[[], object]] = [
            lambda: handle[0],
            lambda: handle.append,
            lambda: len(handle),
            lambda: str(handle),
        ]
        for use in uses:
            with pytest.raises(ClosedError):
                use()
        assert "closed" in repr(handle)


@pytest.mark.row("B23")
def test_values_and_results_outlive_the_interpreter(open_interpreter: Opener) -> None:
    with open_interpreter() as python:
        result = python.exec("x = [1]\nprint('a')\n7", None, ["x"], capture=True)
    assert (result["x"], result.stdout, result.value) == ([1], "a\n", 7)
    assert result.receipt.rung == python.rung


def test_unclosed_interpreter_warns_and_is_closed(rung: str) -> None:
    main = type(sys.modules["__main__"]), threading.Thread.start
    opened(rung).exec("x = 1")
    with pytest.warns(ResourceWarning, match="never closed"):
        gc.collect()
    with opened(rung):  # may be needed to work off what was collected
        pass
    assert (type(sys.modules["__main__"]), threading.Thread.start) == main


@pytest.mark.timeout(60)
def test_unclosed_interpreter_may_be_collected_anywhere(rung: str) -> None:
    """No lock of ours is waited for in `__del__`."""
    assert int(run_script("collected_anywhere.py", rung)) > 50


@pytest.mark.parametrize("keeps", ["python.me = python", "sys.kept = [python]"])
def test_unclosed_interpreter_at_the_end_of_the_process(rung: str, keeps: str) -> None:
    """The process ends, and says nothing that nobody understands."""
    code = f"""
        import sys, warnings
        warnings.simplefilter("ignore")
        from pythonarium import Interpreter
        class Holder: pass
        python = Holder()
        {keeps}
        python.it = {opening(rung)}
        python.it.exec("x = 1", timeout=60)
        print("end")
    """
    assert run_quietly(dedent(code)) == "end\n"


@pytest.mark.row("S29")
@pytest.mark.parametrize(
    "let_go",
    ["del thing", "thing = None", "globals().pop('thing')", "reset()"],
)
def test_object_of_the_host_is_let_go(python: Interpreter, let_go: str) -> None:
    thing = Thing()
    reference = weakref.ref(thing)
    given = {"thing": thing, "reset": python.contexts.reset}
    python.exec("x = 1", given)
    del thing, given
    assert reference() is not None
    with no_collector():
        python.exec(let_go)
        assert reference() is None


@pytest.mark.row("S27", "S29")
@pytest.mark.parametrize("end", ["context", "close"])
def test_object_of_the_host_goes_with_its_context(
    open_interpreter: Opener, end: str
) -> None:
    python = open_interpreter()
    thing = Thing()
    reference = weakref.ref(thing)
    with no_collector():
        with python.context():
            python.set("thing", thing)
            del thing
            if end == "close":
                python.close()
        assert reference() is None


@pytest.mark.row("S30")
@pytest.mark.parametrize("framed", [True, False], ids=["frame", "dropped"])
def test_object_behind_a_handle_is_let_go(python: Interpreter, framed: bool) -> None:
    thing = Thing()
    reference = weakref.ref(thing)
    python.set("thing", thing)
    del thing
    with no_collector():
        with python.watch():
            handle = python.handle("thing")
            python.delete("thing")
            if not framed:
                del handle
        python.exec("x = 1")
        assert reference() is None


def failing(timeout: float | None) -> str:
    last = "while True: pass" if timeout else "1 / 0"
    return f"def fail():\n    local = make()\n    {last}\nfail()"


@pytest.mark.row("B2")
@pytest.mark.parametrize(
    ("timeout", "kind"),
    [(None, ScriptError), (0.05, ScriptTimeoutError)],
    ids=["error", "timeout"],
)
def test_error_keeps_no_frame_alive(
    python: Interpreter, timeout: float | None, kind: type[ScriptError]
) -> None:
    """Held or not, it is data: a local of the failing function is gone at once."""
    references: list[weakref.ref[Any]] = []

    def make() -> Thing:
        thing = Thing()
        references.append(weakref.ref(thing))
        return thing

    with no_collector():
        with pytest.raises(kind) as caught:
            python.exec(failing(timeout), {"make": make}, timeout=timeout)
        assert caught.value.frames[-1].function == "fail"
        assert [reference() for reference in references] == [None]


@pytest.mark.row("B2", "B16")
def test_error_of_a_host_callable_keeps_no_frame_alive(python: Interpreter) -> None:
    references: list[weakref.ref[Any]] = []

    def fail() -> None:
        thing = Thing()
        references.append(weakref.ref(thing))
        raise ValueError("of the host")

    with no_collector():
        with pytest.raises(ScriptError, match="of the host") as caught:
            python.exec("fail()", {"fail": fail})
        assert [reference() for reference in references] == [None]
    assert "of the host" in caught.value.traceback


def test_thread_of_a_script_outlives_the_interpreter(
    open_interpreter: Opener, shares_process: bool
) -> None:
    """Or ends with it, where the interpreter has a process of its own."""
    go = threading.Event()
    told: list[bool] = []
    code = """
        import threading, pickle
        class Point: pass
        def late():
            wait()
            tell(type(pickle.loads(pickle.dumps(Point()))) is Point)
        thread = threading.Thread(target=late)
        thread.start()
    """
    python = open_interpreter()
    given = {"wait": lambda: go.wait(PATIENCE), "tell": told.append}
    python.exec(dedent(code), given)
    thread = python.eval("thread", threading.Thread) if shares_process else None
    with open_interpreter() as other:
        python.close()
        go.set()
        if thread is not None:
            thread.join(PATIENCE)
        assert other.eval("1") == 1
    assert told == ([True] if shares_process else [])


@pytest.mark.parametrize("option", ["python", "environment", "limits"])
def test_option_of_another_rung_is_refused(option: str) -> None:
    with pytest.raises(
        UnsupportedError, match=f"{option}='x' is not for rung 'shared'"
    ):
        Interpreter("shared", **{option: "x"})  # type: ignore[arg-type]
