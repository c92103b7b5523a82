"""Contexts: named namespaces, each thread in its own current one."""

import asyncio
import contextvars
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pythonarium import (
    ClosedError,
    ContextError,
    Interpreter,
    ScriptError,
    VariableMissingError,
)

PATIENCE = 10.0  # seconds after which a thread is taken to hang

Opener = Callable[..., Interpreter]


@pytest.mark.row("S20")
def test_default_context_is_shared(python: Interpreter) -> None:
    assert python.contexts.current == "main"
    assert python.contexts.names() == ["main"]
    python.exec("x = 1")
    python.exec("x = 2; y = x")
    assert (python["x"], python["y"]) == (2, 2)


@pytest.mark.row("S21")
def test_contexts_isolate_globals(python: Interpreter) -> None:
    python["x"] = "main's"
    with python.context("a"):
        with pytest.raises(VariableMissingError, match="context 'a'"):
            python.get("x")
        python.exec('x = "a\'s"\nimport math\ndef f(): return x')
    with python.context("b"):
        assert python.eval("sorted(n for n in globals() if n[:2] != '__')") == []
    assert python["x"] == "main's"
    with python.context("a"):
        assert python.eval("f() + str(math.floor(1.5))") == "a's1"


@pytest.mark.row("S21")
def test_two_interpreters_have_contexts_of_their_own(open_interpreter: Opener) -> None:
    one, other = open_interpreter(), open_interpreter()
    one.contexts.switch("a")
    one["x"] = 1
    assert other.contexts.current == "main"
    assert other.contexts.names() == ["main"]
    other.contexts.switch("a")
    with pytest.raises(VariableMissingError):
        other.get("x")


@pytest.mark.row("S22")
def test_switch_creates_on_first_use(python: Interpreter) -> None:
    python.contexts.switch("a")
    assert python.contexts.current == "a"
    assert python.contexts.names() == ["main", "a"]
    python.contexts.switch("main")
    python.contexts.switch("a")
    assert python.contexts.names() == ["main", "a"]


@pytest.mark.row("S23")
def test_sample_of_the_document(python: Interpreter) -> None:
    python.contexts.switch("inference_worker")
    python.exec("model_name = 'resnet'")
    python.contexts.switch("preprocessing_worker")
    python.exec("tokenizer = 'bert'")
    python.contexts.switch("inference_worker")
    assert python.get("model_name", str) == "resnet"
    with pytest.raises(VariableMissingError):
        python.get("tokenizer")


@pytest.mark.row("S24")
def test_scope_reverts_to_the_context_before(python: Interpreter) -> None:
    python.contexts.switch("outer")
    with python.context("inner") as scope:
        assert (scope.name, python.contexts.current) == ("inner", "inner")
    assert python.contexts.current == "outer"
    with pytest.raises(ScriptError), python.context("inner"):
        python.exec("x = 1\n1 / 0")
    assert python.contexts.current == "outer"
    with python.context("inner"):
        assert python["x"] == 1


@pytest.mark.row("S24")
def test_scope_reverts_after_a_switch_inside(python: Interpreter) -> None:
    with python.context("a"):
        python.contexts.switch("b")
    assert python.contexts.current == "main"


@pytest.mark.row("S24")
def test_scope_closes_once(python: Interpreter) -> None:
    scope = python.context("a")
    scope.close()
    python.contexts.switch("b")
    scope.close()
    assert python.contexts.current == "b"


@pytest.mark.row("S25")
def test_temporary_context_is_deleted(python: Interpreter) -> None:
    with python.context() as first, python.context() as second:
        assert first.name != second.name
        assert python.contexts.names() == ["main", first.name, second.name]
        python["x"] = 1
    assert python.contexts.names() == ["main"]
    assert python.contexts.current == "main"


@pytest.mark.row("S25")
def test_temporary_context_is_deleted_after_a_failure(python: Interpreter) -> None:
    with pytest.raises(ScriptError), python.context():
        python.exec("1 / 0")
    assert python.contexts.names() == ["main"]


@pytest.mark.row("S25")
def test_temporary_context_lets_go_of_its_objects(python: Interpreter) -> None:
    python.exec("class Thing: pass\nimport weakref")
    things = python.handle("weakref.WeakSet()")
    with python.context():
        python.set("things", things)
        python.exec("thing = type('Thing', (), {})()\nthings.add(thing)")
        assert len(things) == 1
    python.exec("import gc\ngc.collect()")
    assert len(things) == 0


@pytest.mark.row("S26")
def test_reset_clears_the_current_context_alone(python: Interpreter) -> None:
    python["x"] = 1
    with python.context("a"):
        python.exec("x = 2\nimport os\ndef f(): pass\n_hidden = 3")
        python.contexts.reset()
        assert python.eval("sorted(n for n in globals() if n[:2] != '__')") == []
        assert python.exec("__name__").value == "__main__"
        assert python.contexts.current == "a"
    assert python["x"] == 1


@pytest.mark.row("S27")
def test_delete_removes_a_context(python: Interpreter) -> None:
    with python.context("a"):
        python["x"] = 1
    python.contexts.delete("a")
    assert python.contexts.names() == ["main"]
    with python.context("a"), pytest.raises(VariableMissingError):
        python.get("x")


@pytest.mark.row("S27")
@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("here", "Cannot delete current context"),
        ("main", "'main' cannot be deleted"),
        ("nowhere", "there is no context 'nowhere'"),
    ],
)
def test_delete_refuses(python: Interpreter, name: str, complaint: str) -> None:
    python.contexts.switch("here")
    with pytest.raises(ContextError, match=complaint):
        python.contexts.delete(name)
    assert python.contexts.names() == ["main", "here"]
    assert python.contexts.current == "here"


@pytest.mark.row("S28")
def test_delete_others_leaves_main(python: Interpreter) -> None:
    python["x"] = 1
    python.contexts.add("a")
    python.contexts.switch("b")
    python.contexts.delete_others()
    assert python.contexts.names() == ["main"]
    assert python.contexts.current == "main"
    assert python["x"] == 1


@pytest.mark.row("S28")
def test_delete_others_inside_scopes(python: Interpreter) -> None:
    with python.context("a"):
        with python.context():
            python.contexts.delete_others()
            assert python.contexts.current == "main"
        assert python.exec("x = 1\nx").value == 1
    assert python.contexts.current == "main"


@pytest.mark.row("S22")
@pytest.mark.parametrize("name", ["", "two words", "1st", "a-b", "a.b", "a\0", 5, None])
def test_bad_name_is_refused(python: Interpreter, name: Any) -> None:
    with pytest.raises(ContextError, match="Invalid context name"):
        python.contexts.switch(name)
    assert python.contexts.names() == ["main"]
    assert python.contexts.current == "main"


@pytest.mark.row("S10", "S21")
@pytest.mark.parametrize("end", ["reset", "delete"])
def test_function_keeps_its_globals(python: Interpreter, end: str) -> None:
    """Also when the context that defined it is gone."""
    with python.context("a"):
        python.exec("n = 0\ndef count():\n    global n\n    n += 1\n    return n")
        count = python.handle("count")
        assert count() == 1
        if end == "reset":
            python.contexts.reset()
            with pytest.raises(VariableMissingError):
                python.get("n")
    if end == "delete":
        python.contexts.delete("a")
    python["n"] = 100
    assert (count(), count()) == (2, 3)
    assert python["n"] == 100


@pytest.mark.row("S10", "B12")
def test_current_context_belongs_to_its_thread(python: Interpreter) -> None:
    python.contexts.switch("mine")
    inside = threading.Barrier(2, timeout=PATIENCE)

    def work(name: str) -> tuple[str, object]:
        with python.lock():
            python.contexts.switch(name)
            python["x"] = name
        inside.wait()
        with python.lock():
            return python.contexts.current, python["x"]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, ["a", "b"])) == [("a", "a"), ("b", "b")]
    assert python.contexts.current == "mine"


@pytest.mark.row("S10", "B12")
def test_new_thread_starts_in_main(python: Interpreter) -> None:
    python.contexts.switch("mine")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: python.contexts.current).result() == "main"


@pytest.mark.row("S10", "B12")
def test_current_context_belongs_to_its_task(python: Interpreter) -> None:
    async def work(name: str, meet: asyncio.Barrier) -> object:
        with python.context(name):
            await meet.wait()
            python["x"] = name
            await meet.wait()
            return python["x"]

    async def main() -> list[object]:
        meet = asyncio.Barrier(3)
        with python.context("outer"):
            found = await asyncio.gather(*(work(name, meet) for name in "abc"))
            assert python.contexts.current == "outer"
        return list(found)

    assert asyncio.run(main()) == ["a", "b", "c"]
    assert python.contexts.current == "main"


@pytest.mark.row("S24", "B12")
def test_scopes_left_out_of_order_are_refused(python: Interpreter) -> None:
    outer, inner = python.context("outer"), python.context("inner")
    with pytest.raises(ContextError, match="leave 'inner' before 'outer'"):
        outer.close()
    assert python.contexts.current == "inner"
    inner.close()
    outer.close()
    assert python.contexts.current == "main"


@pytest.mark.row("S24", "B12")
@pytest.mark.parametrize("copies", [False, True], ids=["thread", "to-thread"])
def test_scope_left_in_another_thread_is_refused(
    python: Interpreter, copies: bool
) -> None:
    """Also in a thread that got a copy of the context variables, as to_thread does."""
    scope = python.context("a")

    def leave() -> None:
        with python.lock():
            scope.close()

    work = contextvars.copy_context().run if copies else lambda call: call()
    with ThreadPoolExecutor(1) as pool, pytest.raises(ContextError, match="thread"):
        pool.submit(work, leave).result(PATIENCE)
    assert python.contexts.current == "a"
    scope.close()
    assert python.contexts.current == "main"


@pytest.mark.row("S27")
def test_context_deleted_by_another_thread(python: Interpreter) -> None:
    """Its thread is told so, and can go on elsewhere."""
    scope = python.context("a")
    python["x"] = 1

    def delete() -> None:
        with python.lock():
            python.contexts.delete("a")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(delete).result(PATIENCE)
    with pytest.raises(ContextError, match="no context 'a'"):
        python.exec("y = x")
    scope.close()
    assert python.contexts.names() == ["main"]
    assert python.exec("y = 2\ny").value == 2


@pytest.mark.row("S21", "B16")
def test_script_may_enter_another_context_through_the_host(python: Interpreter) -> None:
    """A run inside a run: each sees its own globals and its own `__main__`."""

    def inner(value: int) -> object:
        with python.context("inner"):
            code = "import __main__\n__main__.seen = x\ny = x + 1\ny"
            return python.exec(code, {"x": value}).value

    code = "import __main__\nx = 10\ny = call(1)\nz = __main__.x\nhasattr(__main__, 'seen')"
    assert python.exec(code, {"call": inner}).value is False
    assert (python["x"], python["y"], python["z"]) == (10, 2, 10)
    with python.context("inner"):
        assert (python["seen"], python["y"]) == (1, 2)


@pytest.mark.row("S21")
def test_context_argument_runs_there_without_switching(python: Interpreter) -> None:
    python.contexts.add("a")
    python.exec("x = 1", context="a")
    assert python.eval("x", context="a") == 1
    assert python.variables(context="a") == {"x": 1}
    assert python.exec_all("y = 2", context="a") == {"x": 1, "y": 2}
    assert python.contexts.current == "main"
    assert python.variables() == {}
    with pytest.raises(ContextError, match="no context 'b'"):
        python.exec("x = 1", context="b")


@pytest.mark.row("S26")
def test_context_reset_by_the_script_that_runs_in_it(python: Interpreter) -> None:
    code = "x = 1\nreset()\ny = x + 1\ny"
    assert python.exec(code, {"reset": python.contexts.reset}).value == 2
    assert python.variables() == {}


@pytest.mark.row("B10")
@pytest.mark.parametrize("names", [10, 10_000])
def test_switch_does_the_same_steps_however_many_variables(
    python: Interpreter, names: int
) -> None:
    """Counted in calls, Python's and C's: a loop over 10,000 names would show."""
    for name in "ab":
        with python.context(name):
            python.exec(f"globals().update((f'v{{i}}', i) for i in range({names}))")
    python.contexts.switch("b")
    calls = 0

    def count(_frame: object, event: str, _what: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        python.contexts.switch("a")
    finally:
        sys.setprofile(before)
    assert python.eval(f"v{names - 1}") == names - 1
    assert 0 < calls < 1000


@pytest.mark.row("S24", "S25")
@pytest.mark.parametrize("name", ["a", None], ids=["named", "temporary"])
def test_interpreter_closed_inside_a_scope(
    open_interpreter: Opener, name: str | None
) -> None:
    """The context went with it: leaving the scope has nothing left to do."""
    python = open_interpreter()
    with python.context(name):
        python.close()
    with pytest.raises(ClosedError):
        python.contexts.names()


def test_context_that_is_no_text_is_refused(python: Interpreter) -> None:
    with pytest.raises(ContextError, match="context: expected a name, got 5"):
        python.exec("1", context=5)  # type: ignore[arg-type]
