"""Every example of the document on advanced usage, and what it promises."""

from threading import Thread
from typing import Any

import pytest

from asides import in_thread
from pythonarium.python4j import (
    Python,
    PythonConstants,
    PythonContextManager,
    PythonException,
    PythonExecutioner,
    PythonGC,
    PythonGIL,
    PythonTypes,
    PythonVariable,
)

SENTENCE = (
    "Attempt to use Python4j from multiple threads without acquiring GIL. Enclose your"
    " code in a try(PythonGIL gil = PythonGIL.lock()){...} block"
)


# Advanced Usage: GIL Management


@pytest.mark.row("S12", "S13")
def test_lock_is_held_for_a_block() -> None:
    assert not PythonGIL.locked()
    with PythonGIL.lock() as gil:
        assert PythonGIL.locked()
        PythonExecutioner.exec("x = 42")
    assert not PythonGIL.locked()
    gil.close()  # a second time
    assert PythonExecutioner.get_variable("x", PythonTypes.INT).value == 42


@pytest.mark.row("S14")
def test_main_thread_and_others_lock_in_turn_and_nested() -> None:
    def work() -> int:
        with PythonGIL.lock(), PythonGIL.lock():
            PythonExecutioner.exec("n = n + 1")
            return Python.eval("n").to_int()

    PythonExecutioner.exec("n = 0")
    answers = [answer for _ in range(10) for answer in (work(), in_thread(work))]
    assert answers == list(range(1, 21))
    assert not PythonGIL.locked()


@pytest.mark.row("S15")
def test_two_threads_take_turns_while_they_sleep() -> None:
    def task() -> None:
        with PythonGIL.lock():
            PythonExecutioner.exec(
                "steps.append('in'); import time; time.sleep(0.1); steps.append('out')"
            )

    PythonExecutioner.exec("steps = []")
    t1 = Thread(target=task)
    t2 = Thread(target=task)
    t1.start()
    t2.start()
    t1.join()
    t2.join()
    steps = PythonExecutioner.get_variable("steps", PythonTypes.LIST).value
    assert steps == ["in", "out", "in", "out"]


CALLS = {
    "exec": lambda: PythonExecutioner.exec("b = 1"),
    "simple_exec": lambda: PythonExecutioner.simple_exec("b = 1"),
    "exec_and_return_all_variables": lambda: (
        PythonExecutioner.exec_and_return_all_variables("b = 1")
    ),
    "get_all_variables": PythonExecutioner.get_all_variables,
    "get_variable": lambda: PythonExecutioner.get_variable("a"),
    "get_variable-typed": lambda: PythonExecutioner.get_variable("a", PythonTypes.INT),
    "get_variables": lambda: PythonExecutioner.get_variables(PythonVariable("a", int)),
    "set_variable": lambda: PythonExecutioner.set_variable("b", 1),
    "set_variables": lambda: PythonExecutioner.set_variables(
        PythonVariable("b", int, 1)
    ),
    "assert_thread_safe": PythonGIL.assert_thread_safe,
    "eval": lambda: Python.eval("a"),
    "import_module": lambda: Python.import_module("math"),
    "watch": PythonGC.watch,
    "set_context": lambda: PythonContextManager.set_context("other"),
}


@pytest.mark.row("S11", "S16", "S17", "S49")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_another_thread_without_the_lock_is_refused(call: Any) -> None:
    PythonExecutioner.exec("a = 1")
    error = in_thread(call)
    assert isinstance(error, PythonException)  # the one document
    assert isinstance(error, RuntimeError)  # the other one
    assert SENTENCE in str(error)
    names = [variable.name for variable in PythonExecutioner.get_all_variables()]
    assert names == ["a"]


@pytest.mark.row("S18")
def test_no_property_turns_the_check_off() -> None:
    PythonConstants.set_release_gil_automatically(False)
    PythonConstants.set_create_npy_via_python(True)
    PythonExecutioner.exec("a = 1")
    assert SENTENCE in str(in_thread(lambda: PythonExecutioner.exec("a = 2")))


@pytest.mark.row("S19", "S55")
def test_release_of_the_gil_can_be_left_to_the_host() -> None:
    assert PythonConstants.release_gil_automatically()
    PythonConstants.set_release_gil_automatically(False)
    assert not PythonConstants.release_gil_automatically()
    with PythonGIL.lock():
        PythonExecutioner.exec("x = 42")
    assert Python.eval("x") == 42


# Advanced Usage: PythonContextManager


@pytest.mark.row("S20")
def test_one_context_is_shared_by_default() -> None:
    assert PythonContextManager.get_current_context() == "main"
    PythonExecutioner.exec("model = 1")
    PythonExecutioner.exec("model = 2")
    assert PythonExecutioner.get_variable("model", PythonTypes.INT).value == 2


@pytest.mark.row("S21", "S22", "S23")
def test_variables_of_contexts_are_isolated() -> None:
    with PythonGIL.lock():
        # Work in a named context
        PythonContextManager.set_context("inference_worker")
        PythonExecutioner.exec("model_name = 'resnet'")

        # Switch to another context
        PythonContextManager.set_context("preprocessing_worker")
        PythonExecutioner.exec("model_name = 'tokenizer'")

        # Variables are isolated
        PythonContextManager.set_context("inference_worker")
        name = PythonExecutioner.get_variable("model_name", PythonTypes.STR).value
    assert name == "resnet"
    assert PythonContextManager.has_context("preprocessing_worker")


@pytest.mark.row("S24")
def test_named_context_as_a_block() -> None:
    with PythonGIL.lock():
        with PythonContextManager.Context("my_context"):
            PythonExecutioner.exec("x = 100")
        # automatically reverts to the previous context
        assert PythonContextManager.get_current_context() == "main"
    PythonContextManager.set_context("my_context")
    assert PythonExecutioner.get_variable("x", PythonTypes.INT).value == 100


@pytest.mark.row("S25")
def test_temporary_context_as_a_block() -> None:
    with PythonContextManager.Context() as context:
        PythonExecutioner.exec("temp_var = 'ephemeral'")
        assert PythonContextManager.get_current_context() == context.name != "main"
    # context deleted; temp_var is gone
    assert not PythonContextManager.has_context(context.name)
    with pytest.raises(PythonException, match="'temp_var' is not set"):
        PythonExecutioner.get_variable("temp_var")


@pytest.mark.row("S26", "S27", "S28")
def test_contexts_are_reset_and_deleted() -> None:
    for name in ("old_context", "one", "other"):
        PythonContextManager.set_context(name)
        PythonExecutioner.exec("import math; _hidden = __dunder__ = x = 1")

    # Reset the current context (clear all its variables)
    PythonContextManager.reset()
    left = Python.eval("[n for n in globals() if n != '__builtins__']").to_list()
    assert set(left) <= {"__name__", "__doc__", "__package__", "__loader__", "__spec__"}

    # Delete a specific non-current context
    PythonContextManager.delete_context("old_context")
    assert PythonContextManager.get_contexts() == ["main", "one", "other"]

    # Delete all contexts except "main"
    PythonContextManager.delete_non_main_contexts()
    assert PythonContextManager.get_contexts() == ["main"]
    assert PythonContextManager.get_current_context() == "main"


# Advanced Usage: PythonGC


@pytest.mark.row("S29", "S30", "S31")
def test_watch_releases_what_was_made_in_it() -> None:
    with PythonGC.watch():
        result = Python.eval("1 + 1")
        assert (result.to_int(), str(result), result.add(3).to_int()) == (2, "2", 5)
    with pytest.raises(PythonException, match="released when its frame closed"):
        result.to_int()


@pytest.mark.row("S32")
def test_keep_hands_an_object_to_the_enclosing_frame() -> None:
    PythonExecutioner.exec("def compute_something(): return ['something']")
    with PythonGC.watch():
        with PythonGC.watch():
            temp = Python.eval("compute_something()")
            PythonGC.keep(temp)
            retained = temp
        assert retained.to_list() == ["something"]
    with pytest.raises(PythonException, match="released"):
        retained.to_list()


@pytest.mark.row("S33")
def test_pause_leaves_objects_alone() -> None:
    with PythonGC.watch():
        with PythonGC.pause():
            free = Python.eval("[1]")
            assert not PythonGC.is_watching()
        assert PythonGC.is_watching()
    assert free.to_list() == [1]


@pytest.mark.row("S34")
def test_resume_ends_a_pause() -> None:
    with PythonGC.watch():
        PythonGC.pause()
        free = Python.eval("[1]")
        PythonGC.resume()
        bound = Python.eval("[2]")
    assert free.to_list() == [1]
    with pytest.raises(PythonException, match="released"):
        bound.to_list()
