"""What a script may do to its streams, and what it finds of them."""

import contextlib
import faulthandler
import io
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from textwrap import dedent

import pytest

from outputs import PATIENCE, Captured, Opener, output_of
from programs import run_code
from pythonarium import Interpreter, ScriptError, SettingsError
from workers import opening

pytestmark = pytest.mark.row("B6")


REPLACES = {
    "string": """
        import sys, io
        sys.stdout = io.StringIO()
        print("unseen")
    """,
    "wrapper": """
        import sys, io
        sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
        print("seen \u00e4", end="")
    """,
    "detached": """
        import sys, io
        sys.stdout = io.TextIOWrapper(sys.stdout.detach(), write_through=True)
        print("seen \u00e4", end="")
    """,
    "buffer": """
        import sys
        sys.stdout.buffer.write("seen \u00e4".encode())
        sys.stdout.buffer.flush()
    """,
    "closed": """
        import sys
        print("seen \u00e4", end="")
        sys.stdout.close()
        assert sys.stdout.closed
    """,
    "context-manager": """
        import sys
        with sys.stdout as stream:
            print("seen \u00e4", end="", file=stream)
    """,
    "reconfigured": """
        import sys
        sys.stdout.reconfigure(line_buffering=True)
        print("seen \u00e4", end="")
    """,
    "none": """
        import sys
        print("seen \u00e4", end="")
        sys.stdout = None
        print("unseen")
    """,
    "deleted": """
        import sys
        print("seen \u00e4", end="")
        del sys.stdout
    """,
    "own-class": """
        import sys
        class Stream:
            def __init__(self, under): self.under = under
            def write(self, text): return self.under.write(text.replace("un", ""))
            def flush(self): self.under.flush()
            def __bool__(self): return False
        sys.stdout = Stream(sys.stdout)
        print("unseen \u00e4", end="")
    """,
}


@pytest.mark.parametrize("case", REPLACES)
@pytest.mark.parametrize("captures", [True, False], ids=["captured", "host"])
def test_script_replaces_its_stdout(
    python: Interpreter, capsys: Captured, case: str, captures: bool
) -> None:
    """It concerns that run alone, and nothing that was written is lost."""
    result = python.exec(dedent(REPLACES[case]), capture=captures)
    out = result.stdout if captures else capsys.readouterr().out
    assert out == ("" if case == "string" else "seen \u00e4")
    assert python.exec("print('next')", capture=True).stdout == "next\n"
    python.exec("print('next')")
    assert capsys.readouterr().out == "next\n"


def test_print_to_a_closed_stdout_is_the_scripts_error(python: Interpreter) -> None:
    with pytest.raises(ScriptError, match="ValueError: I/O operation on closed file"):
        python.exec("import sys\nsys.stdout.close()\nprint('x')")
    assert python.exec("print('x')", capture=True).stdout == "x\n"


def test_doctest_and_redirect_in_a_script(python: Interpreter) -> None:
    code = """
        import contextlib, doctest, io
        def f():
            '''
            >>> print("inside"); f()
            inside
            1
            '''
            return 1
        print("before")
        failed = doctest.testmod()
        with contextlib.redirect_stdout(io.StringIO()) as kept:
            print("kept")
        print("after", failed.failed, kept.getvalue(), end="")
    """
    assert output_of(python, code)[0] == "before\nafter 0 kept\n"


def test_logging_is_set_up_once_and_used_later(
    python: Interpreter, capsys: Captured
) -> None:
    """A handler keeps the stream of the run that made it: it writes where that leads."""
    code = """
        import logging, sys
        log = logging.Logger("of the script")
        log.addHandler(logging.StreamHandler())
        log.error("first")
    """
    assert output_of(python, code)[1] == "first\n"
    assert output_of(python, "log.error('second')")[1] == "second\n"
    python.exec("log.error('third')")
    python.handle("log").error("by the host")
    assert capsys.readouterr().err == "third\nby the host\n"


def test_warning_is_shown_on_stderr(rung: str) -> None:
    """In a process of its own: pytest has its own way with warnings."""
    code = f"""
        from pythonarium import Interpreter
        with {opening(rung)} as python:
            code = "import warnings; warnings.simplefilter('always')\\n"
            code += "warnings.warn('mind the gap')"
            for _ in range(2):
                print(repr(python.exec(code, capture=True).stderr))
    """
    shown = run_code(dedent(code))
    first, second = (eval(line).splitlines() for line in shown.splitlines())
    assert first[0].endswith(":2: UserWarning: mind the gap")
    assert first[1] == "  warnings.warn('mind the gap')"
    assert first[1:] == second[1:]


def test_traceback_printed_by_the_script(python: Interpreter) -> None:
    code = "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n"
    result = python.exec(code + "    traceback.print_exc()", capture=True)
    assert result.stderr.splitlines()[-1] == "ZeroDivisionError: division by zero"
    assert "pythonarium" not in result.stderr


def test_faulthandler_is_untouched(python: Interpreter) -> None:
    before = faulthandler.is_enabled()
    python.exec("print('x')", timeout=PATIENCE, capture=True)
    assert faulthandler.is_enabled() is before


def test_host_redirect_gets_the_text(python: Interpreter) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as kept:
        before = sys.stdout
        python.exec("print('a')")
        print("b")  # noqa: T201  # the host prints
        assert sys.stdout is before
        assert python.exec("print('c')", capture=True).stdout == "c\n"
    assert kept.getvalue() == "a\nb\n"


def test_host_redirect_in_a_callable_gets_the_text(python: Interpreter) -> None:
    """Script, host, redirect, script: the inner one prints where the host says."""

    def inner() -> str:
        with contextlib.redirect_stdout(io.StringIO()) as kept:
            python.exec("print('inner')")
            print("host")  # noqa: T201  # the host prints
        return kept.getvalue()

    code = "print('a')\ngot = inner()\nprint('b')\ngot"
    result = python.exec(code, {"inner": inner}, capture=True)
    assert (result.stdout, result.value) == ("a\nb\n", "inner\nhost\n")


def test_host_redirect_in_a_callable_is_of_one_stream(
    python: Interpreter, capsys: Captured
) -> None:
    """The other one goes to the host, as that of any run without a capture."""

    def inner() -> str:
        with contextlib.redirect_stderr(io.StringIO()) as kept:
            python.exec("import sys\nprint('out')\nprint('err', file=sys.stderr)")
        return kept.getvalue()

    result = python.exec("inner()", {"inner": inner}, capture=True)
    assert (result.stdout, result.stderr, result.value) == ("", "", "err\n")
    assert capsys.readouterr().out == "out\n"


def test_inner_capture_keeps_its_own(python: Interpreter) -> None:
    def inner() -> str:
        return python.exec("print('inner')", capture=True).stdout

    code = "print('a')\ngot = inner()\nprint('b')\ngot"
    result = python.exec(code, {"inner": inner}, capture=True)
    assert (result.stdout, result.value) == ("a\nb\n", "inner\n")


@pytest.mark.row("S11")
def test_thread_of_the_host_prints_beside_a_run(
    python: Interpreter, capsys: Captured
) -> None:
    """What it prints meanwhile is the host's, not the capture's."""

    def ask_a_thread() -> None:
        asked.set()
        assert answered.wait(PATIENCE)

    def answer() -> None:
        assert asked.wait(PATIENCE)
        print("host")  # noqa: T201  # the host prints
        answered.set()

    asked, answered = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(answer)
        code = "print('a')\nask()\nprint('b')"
        result = python.exec(code, {"ask": ask_a_thread}, capture=True)
        done.result()
    assert result.stdout == "a\nb\n"
    assert capsys.readouterr().out == "host\n"


LATE = """
    import threading
    def late():
        go.wait()
        print("late")
        printed.set()
    go, printed = threading.Event(), threading.Event()
    thread = threading.Thread(target=late)
    thread.start()
    print("early")
"""


def test_output_after_the_run_goes_to_the_host(
    python: Interpreter, capsys: Captured
) -> None:
    result = python.exec(dedent(LATE), capture=True)
    go, printed = python.eval("go", object), python.eval("printed", object)
    go.set()
    assert printed.wait(PATIENCE)
    assert result.stdout == "early\n"
    assert capsys.readouterr().out == "late\n"
    python.exec("thread.join()")


def test_output_after_the_run_during_another_goes_to_the_host(
    python: Interpreter, capsys: Captured
) -> None:
    """Neither into the capture that is over nor into one that is not its own."""
    first = python.exec(dedent(LATE), capture=True)
    second = python.exec("go.set()\nthread.join()\nprint('second')", capture=True)
    assert (first.stdout, second.stdout) == ("early\n", "second\n")
    assert capsys.readouterr().out == "late\n"


def test_worker_of_an_earlier_run_prints_to_the_host(
    python: Interpreter, capsys: Captured
) -> None:
    code = """
        from concurrent.futures import ThreadPoolExecutor
        pool = ThreadPoolExecutor(1)
        pool.submit(print, "one").result()
    """
    assert output_of(python, code)[0] == "one\n"
    python.exec("pool.submit(print, 'two').result()")
    assert capsys.readouterr().out == "two\n"
    python.exec("pool.shutdown()")


def test_redirect_that_ends_after_the_run(
    python: Interpreter, capsys: Captured
) -> None:
    """It puts back what it found, the stream of a run that is over; runs mend that."""
    inside, leave = threading.Event(), threading.Event()

    def redirect() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            inside.set()
            leave.wait(PATIENCE)

    before = sys.stdout
    with ThreadPoolExecutor(1) as pool:
        done: list[object] = []

        def start() -> None:
            done.append(pool.submit(redirect))
            inside.wait(PATIENCE)

        python.exec("start()", {"start": start})
        leave.set()
    print("host")  # noqa: T201  # the host prints
    python.exec("print('script')")
    assert sys.stdout is before
    assert capsys.readouterr().out == "host\nscript\n"


ASKS = {
    "what-it-can": "(o.readable(), o.writable(), o.seekable()) == (False, True, False)",
    "terminal": "o.isatty() is o.buffer.isatty() is False",
    "buffer": "o.buffer.writable() and o.buffer.raw.name == o.name == '<stdout>'",
    "repr": "repr(o) == '<pythonarium stdout of this run>'",
    "lines": "o.writelines(['a', 'b']) is None",
    "attribute": "setattr(o, 'mark', 5) is None and o.mark == 5",
}


@pytest.mark.parametrize("expression", ASKS.values(), ids=ASKS.keys())
def test_script_asks_its_stdout(
    python: Interpreter, shares_process: bool, expression: str
) -> None:
    result = python.exec(f"from sys import stdout as o\n{expression}", capture=True)
    assert result.value is True
    assert result.stdout == ("ab" if "writelines" in expression else "")
    kept = python.exec("hasattr(o, 'mark')", capture=True).value
    is_set = "mark" in expression
    assert kept is (
        is_set and not shares_process
    )  # in a process it is the script's own


def test_captured_stdout_has_a_descriptor_where_the_process_is_the_scripts(
    python: Interpreter, shares_process: bool
) -> None:
    code = "import sys; sys.stdout.buffer.fileno()"
    if not shares_process:
        assert python.exec(code, capture=True).value == 1
        return
    with pytest.raises(ScriptError, match="UnsupportedOperation: captured output has"):
        python.exec(code, capture=True)


def test_bytes_reach_a_host_stream_that_takes_text_alone(python: Interpreter) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as kept:
        code = "import sys\nsys.stdout.buffer.write(b'\\xc3\\xa4\\xff')"
        assert python.exec(code).value == 3
    assert kept.getvalue() == "\u00e4\\xff"


def test_closed_buffer_takes_no_more(python: Interpreter) -> None:
    code = """
        import sys
        print("before")
        buffer = sys.stdout.buffer
        buffer.close()
        print("after")
        buffer.write(b"never")
    """
    with pytest.raises(ScriptError, match="ValueError: write to closed file") as caught:
        python.exec(dedent(code), capture=True)
    assert caught.value.stdout == "before\nafter\n"


def test_host_without_stdout_prints_to_that_of_the_process(
    python: Interpreter, capfd: Captured
) -> None:
    with contextlib.redirect_stdout(None):
        python.exec("print('seen')")
    assert capfd.readouterr().out == "seen\n"


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ({"stdout": sys.stdout}, "stdout: expected a function that takes a line"),
        ({"stderr": "file"}, "stderr: expected a function that takes a line"),
        ({"output_limit": -1}, "output_limit: expected characters, got -1"),
        ({"output_limit": "1"}, "output_limit: expected characters, got '1'"),
    ],
    ids=str,
)
def test_output_that_goes_nowhere_is_refused(
    open_interpreter: Opener, option: dict[str, object], complaint: str
) -> None:
    with pytest.raises(SettingsError, match=complaint):
        open_interpreter(**option)
