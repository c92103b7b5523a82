"""The commands and their parser."""

import inspect
import sys
from collections.abc import Sequence
from typing import Final

from cyclopts import App, CycloptsError, Parameter, UnusedCliTokensError

from pythonarium.cli import process
from pythonarium.cli.presenting import misuse_as_json, warn

__all__ = ["LONE_DASH", "PACKAGES", "main"]

FAILED: Final = 1
WRONG_USE: Final = 2
INTERRUPTED: Final = 130
COMMANDS: Final = {
    "run": """Run a script with typed variables in and out.

        The script's own output goes through untouched; outputs are printed after it, one
        `name = repr` a line.  Exit code: 0 done, 1 the script failed, 2 wrong use, 124
        timeout, 130 Ctrl-C, 128 + N if signal N ended the script's own process, and what
        the script gives to sys.exit.

        Options stand before or after FILE.  Words after FILE, or after -c CODE, are the
        script's arguments; what stands after -- always goes to the script, also what
        looks like an option.""",
    "doctor": """Say what works here, and what mends the rest.

        Exit code: 0 if scripts can be run, else 1.""",
    "jar": """Print the path of the jar for Java programs.""",
    "java": """Start java with this Python.

        `pythonarium java -cp app.jar Main` puts Pythonarium's jar on the class path, and
        sets native access, the Python to embed, and stacks on which every thread runs
        Python itself.  All other words go to java as they are.""",
    "repl": """Start an interactive session.

        Ctrl-C clears the line or interrupts what runs; Ctrl-D, exit() and quit() leave.
        Without a terminal there is no prompt: the lines of stdin run one by one.""",
}
"""Name -> help.  Each is imported when it is called."""
PACKAGES: Final = """List, install, remove or show the packages of an environment.

Without --env and --python that is the environment of this command.  Exit code: 0 done, 1 it
failed, 2 wrong use, 130 Ctrl-C."""
USAGES: Final = {
    "java": "Usage: pythonarium java [ARGUMENTS OF JAVA]",
    "run": "Usage: pythonarium run [OPTIONS] FILE | - | -c CODE [ARGS] [-- ARGS]",
}
LONE_DASH: Final = "\0"
"""Stands for the word `-`, which the parser would take for an option.  No word that comes
from outside can hold a NUL."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return process.flushed(_done(words))
    except KeyboardInterrupt:  # not in a script: that one's is told by `run`
        warn("interrupted")
        return INTERRUPTED
    except OSError as error:
        if error.filename is not None:  # not a stream, so none of ours
            raise
        return _unwritten(error)


def _done(words: Sequence[str]) -> int:
    if words[:1] == ["java"] and words[1:] not in (["--help"], ["-h"]):
        from pythonarium.cli.java import java  # noqa: PLC0415  # for this alone

        return java(*words[1:])  # all of them are Java's, whatever they look like
    try:
        code = _app()([LONE_DASH if word == "-" else word for word in words])
    except CycloptsError as error:
        return _wrong_use(words, error)
    return code or 0


def _app() -> App:
    app = App(
        name="pythonarium",
        help="Run Python scripts with typed variables in and out.",
        version=_version,
        default_parameter=Parameter(negative=()),
        result_action="return_value",
        print_error=False,
        exit_on_error=False,
        suppress_keyboard_interrupt=False,
    )
    app.command("pythonarium.cli.packages:packages", name="packages", help=PACKAGES)
    for name, purpose in COMMANDS.items():
        app.command(
            f"pythonarium.cli.{name}:{name}",
            name=name,
            help=inspect.cleandoc(purpose),
            usage=USAGES.get(name),
            version_flags=(),
        )
    return app


def _version() -> str:
    from importlib import metadata  # noqa: PLC0415  # it takes 10 ms

    try:
        return f"pythonarium {metadata.version('pythonarium')}"
    except metadata.PackageNotFoundError:
        return "pythonarium, from a folder: it is not installed, so it has no version"


def _unwritten(error: OSError) -> int:
    """Tell why stdout does not take what the command says, unless its reader has gone."""
    if not isinstance(error, BrokenPipeError):
        warn(f"cannot write to stdout: {error.strerror or error}")
    process.drop_stdout()
    return FAILED


def _wrong_use(words: Sequence[str], error: CycloptsError) -> int:
    own = words[: words.index("--")] if "--" in words else words
    command, message = " ".join(error.command_chain or ()), str(error)
    if isinstance(error, UnusedCliTokensError):
        surplus = " ".join(error.unused_tokens or ())
        message = f"`pythonarium {command}` takes no '{surplus}'"
    message = message.replace(LONE_DASH, "-").rstrip(".")
    if command == "run" and "--json" in own:
        process.say(misuse_as_json(message))
    hint = "; the script's own options stand after --" if command == "run" else ""
    warn(message + hint)
    warn(f"try `{f'pythonarium {command}'.strip()} --help`")
    return WRONG_USE
