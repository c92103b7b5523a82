"""Every example of the two documents that Pythonarium takes up, written in Python.

Each test stands for the passage that its section names, in the document's order.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from pythonarium import settings
from pythonarium.python4j import (
    Python,
    PythonConstants,
    PythonContextManager,
    PythonException,
    PythonExecutioner,
    PythonGC,
    PythonGIL,
    PythonObject,
    PythonTypes,
    PythonVariable,
)

SENTENCE = (
    "Attempt to use Python4j from multiple threads without acquiring GIL. Enclose your"
    " code in a try(PythonGIL gil = PythonGIL.lock()){...} block"
)


@pytest.fixture(autouse=True)
def interpreter_closes() -> Iterator[None]:
    yield
    PythonExecutioner.close()
    settings.clear_properties()


def in_thread(work: Any) -> Any:
    """Return what `work()` returns, or the exception that it raises, in a thread."""
    answers = []

    def target() -> None:
        try:
            answers.append(work())
        except Exception as error:  # noqa: BLE001  # it is the answer
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


# Python Script Execution: overview, initialization


@pytest.mark.row("S1")
def test_script_runs_in_this_process() -> None:
    PythonExecutioner.exec("import os, sys; where = [os.getpid(), sys.executable]")
    where = PythonExecutioner.get_variable("where", PythonTypes.LIST).value
    assert where == [os.getpid(), sys.executable]


@pytest.mark.row("S2")
def test_trace_of_a_script_is_shown_and_its_output_flushed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    script = "import sys\nprint('one', end='')\nsys.stderr.write('two')\nlen(3)\n"
    with pytest.raises(PythonException) as caught:
        PythonExecutioner.exec(script)
    assert capsys.readouterr() == ("one", "two")
    trace: str = caught.value.traceback  # type: ignore[attr-defined]  # a ScriptError
    assert ", line 4, in <module>\n    len(3)\n" in trace
    assert trace.endswith("TypeError: object of type 'int' has no len()\n")


@pytest.mark.row("S3")
def test_first_use_initializes() -> None:
    program = """if 1:
        import sys
        from types import ModuleType
        from pythonarium.python4j import PythonExecutioner, PythonTypes
        assert type(sys.modules["__main__"]) is ModuleType  # nothing is open yet
        PythonExecutioner.exec("a = 1")
        PythonExecutioner.init()  # a second time
        print(PythonExecutioner.get_variable("a", PythonTypes.INT).value)
        """
    assert in_process(program) == "1\n"


# Python variable input and output


@pytest.mark.row("S4")
def test_inputs_without_outputs(capsys: pytest.CaptureFixture[str]) -> None:
    with PythonGIL.lock():
        inputs = []
        inputs.append(PythonVariable("x", PythonTypes.STR, "Hello "))
        inputs.append(PythonVariable("y", PythonTypes.STR, "World"))
        code = "print(x + y)"
        PythonExecutioner.exec(code, inputs, None)
    assert capsys.readouterr().out == "Hello World\n"


@pytest.mark.row("S5", "S8")
def test_all_variables_return() -> None:
    code = "a = 5\nb = '10'\nc = 20.0"
    variables = PythonExecutioner.exec_and_return_all_variables(code)
    assert [(v.name, v.type, v.value) for v in variables] == [
        ("a", PythonTypes.INT, 5),
        ("b", PythonTypes.STR, "10"),
        ("c", PythonTypes.FLOAT, 20.0),
    ]
    assert variables.get("b").value == "10"


@pytest.mark.row("S6", "S7")
def test_output_is_filled() -> None:
    with PythonGIL.lock():
        inputs = []
        inputs.append(PythonVariable("x", PythonTypes.STR, "Hello "))
        inputs.append(PythonVariable("y", PythonTypes.STR, "World"))
        out = PythonVariable("z", PythonTypes.STR)
        code = "z = x + y"
        PythonExecutioner.exec(code, inputs, [out])
    assert out.value == "Hello World"


# Execution in a multi threaded environment


@pytest.mark.row("S9")
def test_threads_with_lock_and_watch() -> None:
    PythonExecutioner.exec("numbers = []")

    def work() -> None:
        for _ in range(50):
            with PythonGIL.lock(), PythonGC.watch():
                numbers = Python.eval("numbers")
                numbers.attr("append").call(Python.len(numbers))

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = PythonExecutioner.get_variable("numbers", PythonTypes.LIST).value
    assert numbers == list(range(200))


@pytest.mark.row("S10")
def test_one_context_per_thread() -> None:
    together = Barrier(4, timeout=10)
    seen: dict[int, object] = {}

    def work(number: int) -> None:
        name = f"thread_{number}"
        with PythonGIL.lock():
            PythonContextManager.set_context(name)
            PythonExecutioner.exec(f"mine = {number}\ndef tell(): return mine")
        together.wait()  # now every thread has set its own
        with PythonGIL.lock():
            assert PythonContextManager.get_current_context() == name
            seen[number] = Python.eval("tell()").to_int()

    threads = [Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {number: number for number in range(4)}


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
    assert "needs numpy, which is not installed" in in_process(program)


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
    error, mended = in_process(program).splitlines()
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
    pytest.importorskip("numpy")
    monkeypatch.setenv("PYTHONARIUM_NUMPY_IMPORT", value)
    program = """if 1:
        import sys
        from pythonarium.python4j import PythonExecutioner
        assert "numpy" not in sys.modules
        PythonExecutioner.init()
        print("numpy" in sys.modules)
        """
    assert in_process(program).strip() == expected


@pytest.mark.row("S58")
@pytest.mark.parametrize("value", [False, True])
def test_arrays_pass_by_reference_whatever_the_property_says(value: bool) -> None:
    numpy = pytest.importorskip("numpy")
    PythonConstants.set_create_npy_via_python(value)
    array = numpy.arange(12.0).reshape(3, 4).T  # neither C order nor its own memory
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
