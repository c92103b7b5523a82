"""Ours in a Java program, against JEP and Python4J."""

import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness import MICROSECOND, Effort, Limit
from jvm_contenders import (
    JEP,
    OURS,
    PEERS,
    PYTHON4J,
    Jdk,
    Python,
    UnavailableError,
    build,
)
from jvm_measure import AOT, BARE, Pace, Taken, measure_processes, measure_rows
from jvm_show import Crossing, JvmReport, write_json, write_table
from show import progress

__all__ = ["run"]

CONTENDERS: Final = (OURS, JEP, PYTHON4J)
IN_TURN, AT_ONCE = "jobs in turn", "jobs at once"


FULL: Final = Pace(3, 0.8, Effort(rounds=51, batch=0.002, processes=1, share=1.0))
PROCESS_RUNS: Final = 21
QUICK: Final = Pace(1, 0.0, Effort(rounds=2, batch=0.000_1, processes=1, share=1.0))


@dataclass(frozen=True, slots=True)
class Row:
    """What is measured.

    Attributes:
        key: what the programs call it.
        name: what the table calls it.
        limit: the target for ours, if there is one.
        against: what ours is held against: a contender, and what it does; by default
            JEP, and the same.
        label: what the table calls that.
        contenders: who is asked for it.
    """

    key: str
    name: str
    limit: Limit | None = None
    against: tuple[str, str] | None = None
    label: str = JEP
    contenders: Sequence[str] = CONTENDERS

    @property
    def peer(self) -> tuple[str, str]:
        """What ours is held against."""
        return self.against or (JEP, self.key)


def faster(times: float) -> Limit:
    """Return a limit: at least so many times as fast."""
    return Limit("times", 1 / times)


BELOW: Final = Limit("below", 3 * MICROSECOND)
ROWS: Final = (
    Row("exec", "exec of a line seen before", faster(5)),
    Row("get int", "get an int", faster(40)),
    Row("get int, under one lock", "get an int under one lock", contenders=[OURS]),
    Row("get int, by a callable", "get an int by globals().get", contenders=[JEP]),
    Row("get str", "get a str of 10", faster(40)),
    Row("get list", "get a list of 1,000 ints", faster(20)),
    Row("get dict", "get a dict of 100", faster(12)),
    Row("set int", "set an int", faster(2)),
    Row("set list", "set a list of 1,000 ints", faster(15)),
    Row("set list, as a proxy", "set a proxy of the list", contenders=[JEP]),
    Row("call", "call an empty Python function", Limit("times", 1.2)),
    Row("callback", "Python calls a Java (int, int) -> int", faster(6)),
    Row("array in, 8 MB", "numpy, Java to Python, 8 MB", BELOW),
    Row("array in, 800 MB", "numpy, Java to Python, 800 MB", BELOW),
    Row("array out, 8 MB", "numpy, Python to Java, 8 MB", BELOW),
    Row("array out, 800 MB", "numpy, Python to Java, 800 MB", BELOW),
    Row(
        "array out, 8 MB, for all",
        "the same for any thread, 8 MB",
        BELOW,
        contenders=[OURS],
    ),
    Row(
        "array out, 800 MB, for all",
        "the same for any thread, 800 MB",
        BELOW,
        contenders=[OURS],
    ),
    Row(IN_TURN, "two jobs on own GILs, in turn"),
    Row(
        AT_ONCE,
        "two jobs on own GILs, at once",
        faster(1.5),
        (OURS, IN_TURN),
        "in turn",
    ),
)
PROCESSES: Final = (
    Row(BARE, "a process, to the end of its first exec", Limit("times", 1.5)),
    Row(AOT, "the same with the JDK's AOT cache", Limit("times", 1)),
)


def run(
    *,
    quick: bool = False,
    python: Path = Path(sys.executable),
    cache: Path | None = None,
    json: Path | None = None,
    picture: Path | None = None,
) -> int:
    """Measure ours in a JVM, side by side with JEP and Python4J.

    JEP is compiled from PyPI, which needs gcc; Python4J comes through Maven.  What cannot
    be had here is missing in the table, and a note says why.

    Args:
        quick: a smoke run; its figures mean little.
        python: the Python that ours and JEP run in; one with a shared library.
        cache: a folder for the peers; by default one in the user's cache.
        json: a file for all figures, with their quartiles.
        picture: a file for the picture; its ending tells the format.

    Returns:
        1 if ours could not run, else 0.
    """
    pace = QUICK if quick else FULL
    try:
        jdk, chosen = Jdk.find(), Python.at(python)
    except UnavailableError as error:
        raise SystemExit(str(error)) from None
    report = JvmReport(f"JDK {jdk.version}, CPython {chosen.version}, {PEERS}")
    taken = Taken()
    with tempfile.TemporaryDirectory() as folder, progress() as task:
        commands = compiled(jdk, chosen, cache or user_cache(), Path(folder), taken)
        asked = {row.key: row.contenders for row in ROWS}
        measure_rows(commands, asked, pace, taken, task)
        fresh = Effort(1 if quick else PROCESS_RUNS, batch=0.0, processes=1, share=1.0)
        measure_processes(commands, fresh, taken, task)
    fill(report, taken)
    write_table(report)
    if json is not None:
        write_json(report, json)
    if picture is not None:
        from jvm_picture import write_picture  # noqa: PLC0415  # it brings matplotlib

        write_picture(report, picture)
    return 0 if any(name == OURS for name, _ in taken.samples) else 1


def user_cache() -> Path:
    """Return a folder in the user's cache."""
    root = os.environ.get("XDG_CACHE_HOME")
    return Path(root or Path.home() / ".cache") / "pythonarium-benchmarks"


def compiled(
    jdk: Jdk, python: Python, cache: Path, folder: Path, taken: Taken
) -> dict[str, list[str]]:
    """Return the commands of the contenders that can be had here."""
    commands = {}
    for name in CONTENDERS:
        try:
            contender = build(name, jdk, python, cache)
            commands[name] = contender.compile(jdk, folder)
        except UnavailableError as error:
            taken.reasons[name, ""] = str(error)
    return commands


def fill(report: JvmReport, taken: Taken) -> None:
    """Put rows and notes into the report."""
    times = taken.times()
    for row in (*ROWS, *PROCESSES):
        own = {
            name: times[name, row.key]
            for name in CONTENDERS
            if (name, row.key) in times
        }
        crossing = Crossing(row.name, own, row.limit, row.label, times.get(row.peer))
        report.crossings.append(crossing)
    report.notes.extend(notes(taken.reasons))


def notes(reasons: Mapping[tuple[str, str], str]) -> Iterable[str]:
    """Yield a sentence for each reason, with the rows that it explains."""
    names = {row.key: row.name for row in (*ROWS, *PROCESSES)}
    rows: dict[tuple[str, str], list[str]] = {}
    for (name, row), reason in reasons.items():
        rows.setdefault((name, reason), []).append(names.get(row, "all rows"))
    for (name, reason), explained in rows.items():
        yield f"{name}, {'; '.join(explained)}: {reason}"
