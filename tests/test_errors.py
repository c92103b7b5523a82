"""Every error: its place in the tree, and its way through pickle and copy."""

import copy
import pickle
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import pythonarium
from pythonarium import errors
from pythonarium.errors import (
    ClosedError,
    ContextError,
    LockTimeoutError,
    PackageError,
    PackageMissingError,
    ProcessError,
    ProcessTimeoutError,
    PythonariumError,
    PythonNotFoundError,
    RefusedValueError,
    ScriptError,
    ScriptExitError,
    ScriptMetadataError,
    ScriptSyntaxError,
    ScriptTimeoutError,
    SettingsError,
    ThreadSafetyError,
    UnsupportedError,
    VariableMissingError,
    VariableTypeError,
    WorkerDiedError,
)
from pythonarium_kernel.report import from_exception

if TYPE_CHECKING:
    from pythonarium_kernel.report import Report


def report(source: str) -> "Report":
    """Return the report of what some source raises."""
    try:
        exec(compile(source, "script.py", "exec"), {})
    except BaseException as error:  # noqa: BLE001  # any exception will do
        return from_exception(error, source.split("\n"))
    raise AssertionError(source)


CHAINED = (
    "try:\n    {}['a']\nexcept KeyError as error:\n"
    "    group = ExceptionGroup('several', [ValueError('é'), TypeError()])\n"
    "    group.add_note('a note')\n    raise group from error"
)
SCRIPT_ERRORS = [
    each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, ScriptError)
]
PLAIN_ERRORS = [
    ClosedError,
    ContextError,
    LockTimeoutError,
    PythonariumError,
    RefusedValueError,
    SettingsError,
    ThreadSafetyError,
    UnsupportedError,
]
FACTS = ["name", "context", "near", "path", "expected", "actual", "advice", "report"]
FACTS += ["stdout", "stderr", "timeout", "elapsed", "code", "file", "line", "column"]
FACTS += ["command", "exit_code", "output", "environment", "wanted", "looked_in"]
FACTS += ["mend", "problem"]
FACTS += ["exit_code", "signal", "output_tail", "reason"]
FACTS += ["text", "type_name", "type_module", "message", "frames", "notes", "traceback"]


def samples() -> Iterator[PythonariumError]:
    for plain in PLAIN_ERRORS:
        yield plain("a sentence, with 'quotes'")
    yield VariableMissingError("x")
    yield VariableMissingError("totla", "main", ("total", "totals"))
    yield VariableMissingError.among("totla", ["total", "x"], "work")
    yield VariableTypeError("rows", "rows[2]['é']", "int", "str '5'")
    yield VariableTypeError("x", "x", "str", "int 5", "use str() first")
    yield PythonNotFoundError("3.99", ["/usr/bin"], "uv python install 3.99")
    yield ScriptMetadataError("script.py", 3, "the block is no TOML")
    yield ProcessError(["python", "-c", "1 / 0"], 1, "out", "Traceback\n1 / 0")
    yield ProcessTimeoutError(["python", "x.py"], 1.5, "out", "err")
    yield PackageError("cannot install x", ["pip", "install", "x"], 1, "ERROR: no\n")
    yield PackageMissingError("nump", "/env", ["numpy"])
    yield WorkerDiedError(exit_code=7)
    yield WorkerDiedError(signal="SIGSEGV", output_tail="last 'words'\n")
    yield WorkerDiedError(reason="it wrote garbage")
    special = {ScriptSyntaxError, ScriptExitError, ScriptTimeoutError}
    for cls in SCRIPT_ERRORS:
        if cls not in special:
            yield cls(report(CHAINED), "out", "err")
    yield ScriptSyntaxError(report("x = 1\ny = = 2"))
    yield ScriptExitError(report("raise SystemExit(7)"), "out")
    yield ScriptExitError(report("raise SystemExit('bye')"))
    yield ScriptTimeoutError(report("1 / 0"), "out", "err", 1.5, 2.25)


SAMPLES = list(samples())
NAMES = [f"{number}-{type(each).__name__}" for number, each in enumerate(SAMPLES)]


def attributes(error: PythonariumError) -> dict[str, object]:
    return {name: getattr(error, name) for name in FACTS if hasattr(error, name)}


def test_samples_are_of_every_class() -> None:
    classes = {
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, PythonariumError)
    }
    assert {type(sample) for sample in SAMPLES} == classes
    assert {each.__name__ for each in classes} | {"Frame"} == set(errors.__all__)
    assert {each.__name__ for each in classes} <= set(pythonarium.__all__)


@pytest.mark.row("B2")
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("error", SAMPLES, ids=NAMES)
def test_error_pickles_with_all_it_knows(
    error: PythonariumError, protocol: int
) -> None:
    back = pickle.loads(pickle.dumps(error, protocol))
    assert type(back) is type(error)
    assert (str(back), repr(back)) == (str(error), repr(error))
    assert attributes(back) == attributes(error)
    assert str(back.__cause__) == str(error.__cause__)
    assert back.__suppress_context__ == error.__suppress_context__


@pytest.mark.parametrize("error", SAMPLES, ids=NAMES)
def test_error_is_copied_with_all_it_knows(error: PythonariumError) -> None:
    for back in (copy.copy(error), copy.deepcopy(error)):
        assert type(back) is type(error)
        assert str(back) == str(error)
        assert attributes(back) == attributes(error)


@pytest.mark.parametrize("error", SAMPLES, ids=NAMES)
def test_note_that_a_host_adds_is_kept(error: PythonariumError) -> None:
    noted = copy.copy(error)
    noted.add_note("while reading row 5")
    assert "while reading row 5" in noted.__notes__
    assert "while reading row 5" in pickle.loads(pickle.dumps(noted)).__notes__


@pytest.mark.row("S45")
@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (VariableMissingError, KeyError),
        (VariableTypeError, TypeError),
        (ThreadSafetyError, RuntimeError),
        (LockTimeoutError, TimeoutError),
        (ContextError, ValueError),
        (SettingsError, ValueError),
        (UnsupportedError, RuntimeError),
        (ClosedError, RuntimeError),
        (PythonNotFoundError, LookupError),
        (ScriptMetadataError, ValueError),
        (ProcessError, RuntimeError),
        (ProcessTimeoutError, TimeoutError),
        (PackageError, RuntimeError),
        (PackageMissingError, LookupError),
        (RefusedValueError, ValueError),
        (WorkerDiedError, RuntimeError),
        (ScriptTimeoutError, TimeoutError),
        (ScriptError, Exception),
    ],
)
def test_error_has_a_built_in_parent(
    error: type[PythonariumError], builtin: type[Exception]
) -> None:
    assert issubclass(error, builtin)
    assert issubclass(error, PythonariumError)


def test_message_of_a_key_error_is_not_quoted() -> None:
    assert str(VariableMissingError("x")) == "variable 'x' is not set"


def test_missing_variable_names_the_nearest() -> None:
    error = VariableMissingError.among("colour", ["color", "x", "colours"], "main")
    assert str(error) == (
        "variable 'colour' is not set in context 'main';"
        " did you mean 'colours' or 'color'?"
    )


def test_type_error_says_where_and_what_next() -> None:
    error = VariableTypeError("rows", "rows[2]", "int", "str '5'", "use int() first")
    assert str(error) == (
        "variable 'rows' at rows[2]: expected int, got str '5'; use int() first"
    )


def test_script_error_says_type_message_and_place() -> None:
    error = ScriptError(report("\n1 / 0"))
    assert str(error) == "ZeroDivisionError: division by zero (script.py, line 2)"


def test_exit_error_says_code_and_message() -> None:
    error = ScriptExitError(report("raise SystemExit('no data')"))
    assert error.code == 1
    assert str(error) == "the script ended itself with exit code 1: no data"


def test_timeout_error_says_how_late_it_was() -> None:
    data = report("1 / 0")
    prompt = ScriptTimeoutError(data, "", "", 1.5, 1.6)
    assert str(prompt) == (
        "the script ran past its timeout of 1.5 s, in script.py, line 1"
    )
    late = ScriptTimeoutError(data, "", "", 1.5, 4.0)
    assert "it ended only 2.50 s later: it was in a call" in str(late)


def test_process_error_says_which_signal_ended_it() -> None:
    assert str(ProcessError(["p"], -9)) == "p was ended by SIGKILL"
    assert str(ProcessError(["p"], -99)) == "p was ended by 99"


def test_process_error_shows_the_end_of_what_was_printed() -> None:
    error = ProcessError(["p"], 3, "out", "".join(f"{n}\n\n" for n in range(30)))
    lines = str(error).splitlines()
    assert lines[:3] == ["p ended with exit code 3", "    [10 lines before]", "    10"]
    assert lines[-1] == "    29"


def test_package_error_keeps_passwords_to_itself() -> None:
    command = ["pip", "--index-url", "https://me:secret@host/simple", "http://a@b:1/c"]
    error = PackageError("cannot", command)
    assert error.command == (
        *("pip", "--index-url"),
        *("https://me:****@host/simple", "http://a@b:1/c"),
    )
    assert "secret" not in repr(pickle.dumps(error))


def test_missing_package_names_the_nearest() -> None:
    error = PackageMissingError("nump", "/env", ["numpy"])
    assert str(error) == (
        "package 'nump' is not installed in /env; did you mean 'numpy'?"
    )
