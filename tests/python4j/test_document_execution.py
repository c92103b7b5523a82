"""Every example of the document on script execution, and what it promises."""

import os
import sys
from threading import Barrier, Thread

import pytest

from programs import run_quietly
from pythonarium.python4j import (
    Python,
    PythonContextManager,
    PythonException,
    PythonExecutioner,
    PythonGC,
    PythonGIL,
    PythonTypes,
    PythonVariable,
)

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
    assert run_quietly(program) == "1\n"


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
