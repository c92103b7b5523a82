"""`pythonarium repl`: an interactive session.

Everything happens inside the interpreter, by handles: its `codeop` compiles the lines, its
`exec` runs them, its `sys.displayhook` shows values.  So what is typed here behaves as at
the prompt of `python`, whatever the rung.
"""

import sys
from contextlib import suppress
from types import ModuleType
from typing import Annotated, Final

from cyclopts import Parameter

from pythonarium.cli import process
from pythonarium.cli.presenting import (
    error_text,
    exit_code_of_worker,
    sentence,
    tell,
    warn,
)
from pythonarium.errors import (
    PythonariumError,
    ScriptError,
    ScriptExitError,
    SettingsError,
    UnsupportedError,
    WorkerDiedError,
)
from pythonarium.interpreter import Interpreter
from pythonarium_kernel.report import format_report

__all__ = ["repl"]

WRONG_USE: Final = 2


def repl(
    *, rung: Annotated[str, Parameter(name="--rung", metavar="NAME")] = "shared"
) -> int:
    """Start an interactive session.

    Parameters
    ----------
    rung
        Where it runs: shared, in this process, or process, in one of its own.
    """
    try:
        interpreter = process.open_interpreter(rung)
    except (UnsupportedError, SettingsError) as error:
        warn(str(error))
        return WRONG_USE
    process.prepare_path()
    sys.argv = [""]
    session = _Session(interpreter)
    is_terminal = sys.stdin is not None and sys.stdin.isatty()
    try:
        return _interact(session, is_terminal=is_terminal)
    except WorkerDiedError as error:
        _flush()
        warn(sentence(error))
        return exit_code_of_worker(error)
    finally:
        process.hand_over_main(interpreter)


def _interact(session: "_Session", *, is_terminal: bool) -> int:
    if is_terminal:
        version = sys.version.partition(" ")[0]
        print(f"Pythonarium, Python {version}; Ctrl-D leaves")  # noqa: T201
        session.complete_with(_readline())
    while True:
        try:
            line = input(session.prompt) if is_terminal else _next_line()
        except EOFError:
            code = session.finish()
            if is_terminal:
                print()  # noqa: T201  # the shell's prompt gets a line of its own
            return code or 0
        except KeyboardInterrupt:
            session.clear()
            continue
        except (OSError, ValueError) as error:  # there is none, or it is no text
            warn(f"cannot read stdin: {error}")
            return WRONG_USE
        code = session.take(line)
        if code is not None:
            return code


def _next_line() -> str:
    if sys.stdin is None:
        raise ValueError("it is closed")
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.removesuffix("\n")


def _readline() -> ModuleType | None:
    """Return what gives `input` its history and editing, where it is installed."""
    with suppress(ImportError):
        import readline  # noqa: PLC0415  # for a terminal alone

        return readline
    return None


class _Session:
    """The lines typed so far, and what they do in the interpreter."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._exec = interpreter.import_module("builtins").exec
        self._compile = interpreter.import_module("codeop").CommandCompiler()
        self._cache = interpreter.import_module("linecache").cache
        self._namespace = interpreter.handle("(lambda: 0).__globals__")
        self._interpreter = interpreter
        self._lines: list[str] = []
        self._count = 0

    @property
    def prompt(self) -> str:
        return "... " if self._lines else ">>> "

    def clear(self) -> None:
        """Forget an unfinished statement."""
        self._lines.clear()
        _tell("\nKeyboardInterrupt\n")

    def take(self, line: str) -> int | None:
        """Take one more line, run the statement that it ends; return an exit code."""
        self._lines.append(line)
        return self._step("\n".join(self._lines))

    def finish(self) -> int | None:
        """Run what an end of input has left unfinished; return an exit code."""
        if not self._lines:
            return None
        source = "\n".join(self._lines) + "\n"
        code = self._step(source)
        if self._lines:
            self._lines.clear()
            _tell("SyntaxError: unexpected end of input\n")
        return code

    def _step(self, source: str) -> int | None:
        name = f"<input-{self._count + 1}>"
        try:
            code = self._compile(source, name, "single")
        except ScriptError as error:
            self._lines.clear()
            _tell(format_report({**error.report, "frames": []}))
            return None
        if code is None:
            return None
        self._lines.clear()
        self._count += 1
        self._remember(source, name)
        return self._run(code)

    def _remember(self, source: str, name: str) -> None:
        lines = [line + "\n" for line in source.split("\n")]
        self._cache[name] = (len(source), None, lines, name)

    def _run(self, code: object) -> int | None:
        try:
            self._exec(code, self._namespace)
        except ScriptExitError as error:
            _tell(error_text(error))
            return error.code
        except WorkerDiedError:
            raise
        except PythonariumError as error:
            _tell(error_text(error))
        except KeyboardInterrupt:
            _tell("\nKeyboardInterrupt\n")
        return None

    def complete_with(self, readline: ModuleType | None) -> None:
        """Let the Tab key complete the names of the session."""
        if readline is None:
            return
        rlcompleter = self._interpreter.import_module("rlcompleter")
        readline.set_completer(rlcompleter.Completer(self._namespace).complete)
        readline.parse_and_bind("tab: complete")


def _tell(text: str) -> None:
    _flush()
    tell(text)


def _flush() -> None:
    if sys.stdout is not None:  # it is closed
        sys.stdout.flush()
