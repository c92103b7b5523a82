"""Python4J's names: the lock and the contexts."""

from threading import Barrier, Thread

import pytest

from asides import in_thread
from pythonarium import (
    ContextError,
    ThreadSafetyError,
)
from pythonarium.python4j import (
    PythonContextManager,
    PythonException,
    PythonExecutioner,
    PythonGIL,
)

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
