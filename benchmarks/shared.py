"""The shared rung against bare Python, and against what else runs scripts in a process."""

import code
import itertools
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from harness import (
    FULL,
    MICROSECOND,
    MILLISECOND,
    QUICK,
    Limit,
    calls,
    fresh_calls,
)
from IPython.core.interactiveshell import InteractiveShell
from races import Race, grow, race_all, show
from show import Report, progress
from traitlets.config import Config

from pythonarium import Interpreter

__all__ = ["run"]

LINE: Final = "total = count + 1"
SCRIPT: Final = """\
import math

def mean(values):
    return sum(values) / len(values)

def spread(values):
    middle = mean(values)
    squares = [(value - middle) ** 2 for value in values]
    return math.sqrt(mean(squares))

prices = [19.5, 21.0, 20.25, 18.75]
prices.append(17.5)
ends = {"low": min(prices), "high": max(prices)}
for name, price in sorted(ends.items()):
    if price > mean(prices):
        ends[name] = round(price - spread(prices), 2)

label = ", ".join(f"{name}={price}" for name, price in ends.items())
"""
FEW, MANY = 10, 100_000
ARRAY_BYTES: Final = 100_000_000
GROWN: Final = (
    ("execs", "bare exec", 1_000_000),
    ("contexts", "modules", 100_000),
    ("handles", "references", 1_000_000),
)
"""Long runs, what they are held beside, and how many calls they make."""
FASTER: Final = Limit("times", 1)


def run(
    *, quick: bool = False, json: Path | None = None, picture: Path | None = None
) -> None:
    """Measure the shared rung.

    Args:
        quick: a smoke run of a few seconds; its figures mean little.
        json: a file for all figures, with their quartiles and samples.
        picture: a file for the picture; its ending tells the format.
    """
    effort = QUICK if quick else FULL
    processes = replace(effort, rounds=effort.processes)
    report = Report("the shared rung")
    races = (
        ("one line", one_line, effort),
        ("18 lines", eighteen_lines, effort),
        ("a file", file, effort),
        ("contexts", contexts, effort),
        ("a large array", array, effort),
        ("fresh processes", fresh_processes, processes),
    )
    with progress() as task:
        race_all(report, races, task)
        grow(report, GROWN, effort.share, task)
    show(report, json, picture)


# Races


@contextmanager
def one_line() -> Iterator[Race]:
    """A script that was seen before."""
    compiled = compile(LINE, "<script>", "exec")
    namespace = {"count": 41}
    console = code.InteractiveInterpreter({"count": 41})
    with Interpreter() as python, ipython() as shell:
        python.set("count", 41)
        shell.user_ns["count"] = 41
        yield Race(
            {
                "exec": calls(lambda: python.exec(LINE)),
                "exec in and out": calls(
                    lambda: python.exec(LINE, {"count": 41}, {"total": int})
                ),
                "exec(code, namespace)": calls(lambda: exec(compiled, namespace)),  # noqa: S102  # the peer
                "InteractiveInterpreter": calls(
                    lambda: console.runsource(LINE, symbol="exec")
                ),
                "IPython run_cell": calls(
                    lambda: shell.run_cell(LINE, store_history=False, silent=True)
                ),
            },
            [
                (
                    "one line, seen before",
                    "exec",
                    "exec(code, namespace)",
                    Limit("over", 4 * MICROSECOND),
                ),
                (
                    "one line, an input and a typed output",
                    "exec in and out",
                    "exec(code, namespace)",
                    Limit("over", 8 * MICROSECOND),
                ),
                ("one line", "exec", "InteractiveInterpreter", FASTER),
                ("one line", "exec", "IPython run_cell", FASTER),
            ],
        )


@contextmanager
def eighteen_lines() -> Iterator[Race]:
    """A script seen before, and one that is new each time."""
    serials = itertools.count()
    console = code.InteractiveInterpreter()

    def fresh() -> str:
        return SCRIPT.replace("18.75", f"{next(serials)}.75")

    def compile_and_run(source: str) -> None:
        exec(compile(source, "<script>", "exec"), {})  # noqa: S102  # the peer

    with Interpreter() as python, ipython() as shell:
        yield Race(
            {
                "exec": calls(lambda: python.exec(SCRIPT)),
                "first exec": fresh_calls(fresh, python.exec),
                "compile": calls(lambda: compile(SCRIPT, "<script>", "exec")),
                "exec(compile(...))": fresh_calls(fresh, compile_and_run),
                "InteractiveInterpreter": calls(
                    lambda: console.runsource(SCRIPT, symbol="exec")
                ),
                "IPython run_cell": calls(
                    lambda: shell.run_cell(SCRIPT, store_history=False, silent=True)
                ),
            },
            [
                ("18 lines, seen before", "exec", "compile", Limit("times", 1 / 8)),
                (
                    "18 lines, for the first time",
                    "first exec",
                    "exec(compile(...))",
                    Limit("over", 10 * MICROSECOND),
                ),
                ("18 lines", "exec", "InteractiveInterpreter", FASTER),
                ("18 lines", "exec", "IPython run_cell", FASTER),
            ],
        )


@contextmanager
def file() -> Iterator[Race]:
    """The 18 lines in a file."""
    with Interpreter() as python, tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "script.py")
        path.write_text(SCRIPT, encoding="utf-8")
        name = str(path)
        yield Race(
            {
                "run": calls(lambda: python.run(name)),
                "runpy.run_path": calls(lambda: runpy.run_path(name)),
            },
            [("a file of 18 lines", "run", "runpy.run_path", FASTER)],
        )


@contextmanager
def contexts() -> Iterator[Race]:
    """From one context to another and back, with few variables and with many."""
    with Interpreter() as few, Interpreter() as many:
        for python, count in ((few, FEW), (many, MANY)):
            variables = {f"variable_{number}": number for number in range(count)}
            for name in ("left", "right"):
                python.contexts.switch(name)
                python.exec("pass", variables)
        yield Race(
            {
                f"at {count} variables": calls(there_and_back(python))
                for python, count in ((few, FEW), (many, MANY))
            },
            [
                (
                    f"context switch and back at {MANY:,} variables",
                    f"at {MANY} variables",
                    f"at {FEW} variables",
                    Limit("times", 1.3),
                )
            ],
        )


def there_and_back(python: Interpreter) -> Callable[[], object]:
    """Return a call that switches twice."""
    switch = python.contexts.switch

    def call() -> None:
        switch("left")
        switch("right")

    return call


@contextmanager
def array() -> Iterator[Race]:
    """An array by reference."""
    values = np.ones(ARRAY_BYTES // 8)
    namespace = {"values": values}
    limit = Limit("below", 5 * MICROSECOND)
    with Interpreter() as python:
        python.set("values", values)
        yield Race(
            {
                "get": calls(lambda: python.get("values")),
                "typed get": calls(lambda: python.get("values", np.ndarray)),
                "namespace[name]": calls(lambda: namespace["values"]),
            },
            [
                ("get an array of 100 MB", "get", "namespace[name]", limit),
                (
                    "get it with its type declared",
                    "typed get",
                    "namespace[name]",
                    limit,
                ),
            ],
        )


@contextmanager
def fresh_processes() -> Iterator[Race]:
    """What it costs to start, with bytecode in place as an installation has it."""
    command = "from pythonarium.cli import main; raise SystemExit(main())"
    with tempfile.TemporaryDirectory() as bytecode:
        yield Race(
            {
                name: calls(python_process(bytecode, *arguments))
                for name, arguments in (
                    ("import", ("-c", "import pythonarium")),
                    ("command", ("-c", command, "run", "-c", "pass")),
                    ("python -c pass", ("-c", "pass")),
                )
            },
            [
                (
                    "import pythonarium",
                    "import",
                    "python -c pass",
                    Limit("over", 60 * MILLISECOND),
                ),
                (
                    "pythonarium run -c pass",
                    "command",
                    "python -c pass",
                    Limit("over", 150 * MILLISECOND),
                ),
            ],
        )


def python_process(bytecode: str, *arguments: str) -> Callable[[], object]:
    """Return a call that runs this Python with arguments, to its end."""
    command = [sys.executable, *arguments]
    environment = {
        **os.environ,
        "PYTHONPYCACHEPREFIX": bytecode,
        "PYTHONDONTWRITEBYTECODE": "",
    }
    return lambda: subprocess.run(command, check=True, env=environment)  # noqa: S603  # ours alone


@contextmanager
def ipython() -> Iterator[Any]:
    """Open a shell of IPython without its history and its startup files."""
    config = Config()
    config.HistoryManager.enabled = False
    with tempfile.TemporaryDirectory() as folder:
        shell = InteractiveShell(config=config, ipython_dir=folder)  # type: ignore[no-untyped-call]
        try:
            yield shell
        finally:
            shell.restore_sys_module_state()  # type: ignore[no-untyped-call]
