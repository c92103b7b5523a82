"""`pythonarium run`: a script with typed variables in and out."""

import errno
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from cyclopts import Parameter

from pythonarium.cli import elsewhere, process
from pythonarium.cli.app import LONE_DASH
from pythonarium.cli.inputs import BadInputError, input_variables, output_types
from pythonarium.cli.limits import Limits
from pythonarium.cli.options import Place, Sources
from pythonarium.cli.presenting import (
    JsonPresenter,
    Outcome,
    Presenter,
    TextPresenter,
    exit_code_of_worker,
)
from pythonarium.errors import (
    PythonariumError,
    ScriptError,
    ScriptExitError,
    ScriptInterruptedError,
    ScriptSyntaxError,
    ScriptTimeoutError,
    SettingsError,
    VariableTypeError,
    WorkerDiedError,
)
from pythonarium.interpreter import Interpreter
from pythonarium.results import Result
from pythonarium.settings import PathSetting
from pythonarium.variables import Variable
from pythonarium_kernel import scripts
from pythonarium_kernel.report import from_exception

__all__ = ["run"]

FAILED: Final = 1
WRONG_USE: Final = 2
TIMED_OUT: Final = 124
INTERRUPTED: Final = 130


_HERE: Final = Place()
_ANYWHERE: Final = Sources()
_UNLIMITED: Final = Limits()


def _word(_type: object, tokens: Sequence[Any]) -> str:
    word: str = tokens[0].value
    return "-" if word == LONE_DASH else word


def run(  # noqa: PLR0913  # one parameter for each option
    *words: Annotated[str, Parameter(name="FILE", converter=_word)],
    code: Annotated[
        str | None, Parameter(name="-c", metavar="CODE", allow_leading_hyphen=True)
    ] = None,
    inputs: Annotated[
        tuple[str, ...],
        Parameter(name="--in", metavar="NAME[:TYPE]=VALUE", show_default=False),
    ] = (),
    outputs: Annotated[
        tuple[str, ...],
        Parameter(name="--out", metavar="NAME[:TYPE]", show_default=False),
    ] = (),
    every: Annotated[bool, Parameter(name="--all", show_default=False)] = False,
    as_json: Annotated[bool, Parameter(name="--json", show_default=False)] = False,
    rung: Annotated[str | None, Parameter(name="--rung", metavar="NAME")] = None,
    timeout: Annotated[
        float | None, Parameter(name="--timeout", metavar="SECONDS")
    ] = None,
    packages: Annotated[
        tuple[str, ...],
        Parameter(name="--with", metavar="PACKAGE", show_default=False),
    ] = (),
    limits: Limits = _UNLIMITED,
    place: Place = _HERE,
    sources: Sources = _ANYWHERE,
) -> int:
    """Run a script with typed variables in and out.

    Parameters
    ----------
    words
        The script, or - to read it from stdin; then its arguments.
    code
        Run this code instead of a file.
    inputs
        Set a variable.  Without TYPE a VALUE that is JSON is what JSON says, any other is
        text.  TYPE is a Python annotation: str, int, float, bool, datetime, date, time,
        Decimal, UUID, Path, Literal, a union of these, or list, dict, tuple, set written
        as JSON.  @FILE as VALUE reads .json, .csv (a list of dicts), .parquet (a
        DataFrame), .npy or .txt; with TYPE str it is text.
    outputs
        Print a variable when the script is done, checked against TYPE.
    every
        Print every variable that is a value.
    as_json
        Write one JSON object, {"outputs", "stdout", "stderr", "receipt"} or {"error"}, and
        nothing else to stdout; what C code and child processes write there goes to stderr.
        Dates are ISO text, bytes base64, arrays lists, tables lists of records without
        their index; NaN and infinities are "NaN", "Infinity", "-Infinity".
    rung
        Where the script runs: shared, in this process, or process, in one of its own.
        Without this it is process for a script with --memory, --no-network, --read-only or
        --writable, which need it, and for one in another environment, else shared.
    timeout
        End the script after so many seconds, with exit code 124.
    packages
        Run the script in an environment that has this package, and what the script
        declares; it is built once and kept.
    """
    presenter: Presenter = JsonPresenter() if as_json else TextPresenter()
    try:
        variables, types = input_variables(inputs), output_types(outputs)
        start = _starter(words, code)
        _check_timeout(timeout)
        asked = limits.asked()
        where = elsewhere.interpreter_options(
            _script_file(words, code),
            rung=rung or ("process" if asked else "shared"),
            place=place,
            packages=packages,
            sources=sources,
        )
        _check_rung(rung, where.python)
        needs_road = bool(inputs or outputs or every or as_json)
        needs_road = needs_road or bool(PathSetting.read().folders)
        if where.python is not None and where.rung == "shared" and not needs_road:
            return elsewhere.run(where, _python_words(words, code), timeout)
        interpreter = process.open_interpreter(where.rung, where.python, asked)
    except (BadInputError, PythonariumError, OSError) as error:  # nothing was run
        presenter.misused(str(error))
        return WRONG_USE
    job = _Job(interpreter, presenter, timeout)
    try:
        result = job.result(
            lambda: start(interpreter, variables, timeout=timeout, capture=as_json)
        )
    except (ScriptError, WorkerDiedError) as error:
        return job.fail(error)
    except OSError as error:
        presenter.misused(f"cannot read the script {words[0]!r}: {error.strerror}")
        return WRONG_USE
    except (VariableTypeError, SettingsError) as error:  # an input, or the time limit
        presenter.misused(str(error))
        return WRONG_USE
    return job.deliver(result, types, every=every)


def _check_timeout(timeout: float | None) -> None:
    if timeout is not None and not 0 < timeout < threading.TIMEOUT_MAX:
        raise BadInputError(f"--timeout: expected seconds above 0, got {timeout:g}")


def _check_rung(asked: str | None, python: str | None) -> None:
    if asked == "shared" and python is not None:
        raise BadInputError(
            "--rung shared: a script in another environment cannot run in this process;"
            " leave --rung out, or name process"
        )


# What to run

_Start = Callable[..., Result]


def _starter(words: tuple[str, ...], code: str | None) -> _Start:
    if code is not None:
        return _source("-c", words, lambda: code, "<string>")
    if not words:
        raise BadInputError("expected a FILE, - or -c CODE")
    if words[0] == "-":
        return _source("-", words[1:], _script_on_stdin, "<stdin>")
    return _file(words[0], words[1:])


def _script_file(words: tuple[str, ...], code: str | None) -> str | None:
    return words[0] if code is None and words[0] != "-" else None


def _python_words(words: tuple[str, ...], code: str | None) -> list[str]:
    return [*words] if code is None else ["-c", code, *words]


def _file(path: str, arguments: tuple[str, ...]) -> _Start:
    def start(
        interpreter: Interpreter,
        inputs: list[Variable[Any]],
        **options: Any,  # noqa: ANN401  # those of `Interpreter.run`
    ) -> Result:
        return interpreter.run(path, arguments, inputs, **options)

    return start


def _source(
    name: str, arguments: tuple[str, ...], source: Callable[[], str], filename: str
) -> _Start:
    def start(
        interpreter: Interpreter,
        inputs: list[Variable[Any]],
        **options: Any,  # noqa: ANN401  # those of `Interpreter.run`
    ) -> Result:
        process.prepare_path()
        process.set_arguments(interpreter, [name, *arguments])
        return interpreter.exec(source(), inputs, filename=filename, **options)

    return start


def _script_on_stdin() -> str:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "there is no stdin")
    try:
        return scripts.decoded(sys.stdin.buffer.read(), "<stdin>")
    except scripts.SourceError as error:
        raise ScriptSyntaxError(error.report) from None


# What becomes of it


class _Job:
    """One run, from its start to its exit code."""

    def __init__(
        self, interpreter: Interpreter, presenter: Presenter, timeout: float | None
    ) -> None:
        self._interpreter, self._presenter = interpreter, presenter
        self._timeout = timeout

    def result(self, start: Callable[[], Result]) -> Result | ScriptExitError:
        """Run the script; an exit with code 0 is a result too.

        Raises:
            ScriptError: it failed, ran too long, or was interrupted.
        """
        deadline = process.Deadline(self._timeout, self._expired)
        try:
            with process.CtrlC(self._interpreter, deadline), deadline:
                return start()
        except ScriptExitError as error:
            if error.code == 0:
                return error
            raise
        except KeyboardInterrupt as interrupt:
            if deadline.nudged:
                raise self._timed_out(interrupt) from None
            raise ScriptError(from_exception(interrupt)) from None
        finally:
            process.hand_over_main(self._interpreter)

    def deliver(
        self,
        result: Result | ScriptExitError,
        types: dict[str, object],
        *,
        every: bool,
    ) -> int:
        """Present the outputs and return the exit code."""
        interpreter, outcome = self._interpreter, Outcome(self._interpreter)
        outcome.stdout, outcome.stderr = result.stdout, result.stderr
        if isinstance(result, Result):
            outcome.receipt = result.receipt
        try:
            if every:
                variables = interpreter.variables()
                outcome.outputs.update(variables)
                outcome.skipped = variables.skipped
            for name, annotation in types.items():
                outcome.outputs[name] = interpreter.get(name, annotation)
            self._presenter.done(outcome)
        except BrokenPipeError:
            return FAILED  # the end of the process drops the stream
        except PythonariumError as error:
            self._presenter.failed(error, (result.stdout, result.stderr))
            return FAILED
        return 0

    def fail(self, error: ScriptError | WorkerDiedError) -> int:
        """Present an error of the script and return the exit code."""
        if isinstance(error, WorkerDiedError):
            self._presenter.failed(error, ("", error.output_tail))
            return exit_code_of_worker(error)
        if error.type_name == "BrokenPipeError" and process.stdout_is_gone():
            return FAILED  # it wrote to a reader that had enough
        self._presenter.failed(error, (error.stdout, error.stderr))
        if isinstance(error, ScriptTimeoutError):
            process.end_at_once_if_held_up()
        return _exit_code(error)

    def _timed_out(self, cause: BaseException) -> ScriptTimeoutError:
        timeout = self._timeout or 0.0
        report = from_exception(cause)
        report["kind"] = "timeout"
        return ScriptTimeoutError(report, timeout=timeout, elapsed=timeout)

    def _expired(self) -> None:
        error = self._timed_out(TimeoutError())
        self._presenter.failed(error, ("", ""))


def _exit_code(error: ScriptError) -> int:
    if isinstance(error, ScriptExitError):
        return error.code
    if isinstance(error, ScriptTimeoutError):
        return TIMED_OUT
    is_stopped = isinstance(error, ScriptInterruptedError)
    if is_stopped or error.type_name == "KeyboardInterrupt":
        return INTERRUPTED
    return FAILED
