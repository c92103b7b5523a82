"""Ours in a Java program, against JEP and Python4J."""

import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness import MICROSECOND, Batch, Effort, Limit, Timing, calls, sample
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
from jvm_programs import cached, opened, whole
from jvm_show import Crossing, JvmReport, write_json, write_table
from show import Task, progress

__all__ = ["run"]

CONTENDERS: Final = (OURS, JEP, PYTHON4J)
AOT: Final = "fresh process, AOT cache"
BARE: Final = "fresh process"
IN_TURN, AT_ONCE = "jobs in turn", "jobs at once"


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is done for each row.

    Attributes:
        starts: fresh JVMs of each contender, one after the other.
        warming: seconds that each of them runs a row before it counts.
        effort: for each row in each of them.
    """

    starts: int
    warming: float
    effort: Effort


FULL: Final = Pace(3, 0.8, Effort(rounds=51, batch=0.002, processes=21, share=1.0))
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


@dataclass(frozen=True, slots=True)
class Taken:
    """Nanoseconds per call, and why some are missing; by contender and row."""

    samples: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, row: str, samples: Mapping[str, Sequence[float]]) -> None:
        """Take what was measured in one start."""
        for name, taken in samples.items():
            self.samples.setdefault((name, row), []).extend(taken)

    def times(self) -> dict[tuple[str, str], Timing]:
        """Summarise."""
        return {key: Timing.of(taken) for key, taken in self.samples.items()}


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
        measure_rows(commands, pace, taken, task)
        measure_processes(commands, pace, taken, task)
    fill(report, taken)
    write_table(report)
    if json is not None:
        write_json(report, json)
    if picture is not None:
        from jvm_picture import write_picture  # noqa: PLC0415  # it brings matplotlib

        write_picture(report, picture)
    return 0 if OURS in commands else 1


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


def measure_rows(
    commands: Mapping[str, Sequence[str]], pace: Pace, taken: Taken, task: Task
) -> None:
    """Have the batches of all contenders take turns; several times, in fresh JVMs."""
    for start in range(pace.starts):
        with (
            ExitStack() as stack,
            task(f"start {start + 1} of {pace.starts}", len(ROWS)) as tick,
        ):
            programs = {
                name: stack.enter_context(opened(command))
                for name, command in commands.items()
            }
            for row in ROWS:
                batches = {
                    name: programs[name].batch(row.key)
                    for name in row.contenders
                    if name in programs
                }
                taken.add(row.key, warm_sample(row.key, batches, pace, taken))
                tick()


def warm_sample(
    row: str, batches: Mapping[str, Batch], pace: Pace, taken: Taken
) -> dict[str, list[float]]:
    """Warm every contender up, then sample those that can do the row."""
    able = {}
    for name, batch in batches.items():
        try:
            warm(batch, pace.warming)
            able[name] = batch
        except UnavailableError as error:
            taken.reasons[name, row] = str(error)
    return sample(able, pace.effort) if able else {}


def warm(batch: Batch, seconds: float) -> None:
    """Run for so long, in batches that take at most a tenth of it."""
    spent, count = batch(1), 1
    while spent < seconds * 1e9:
        took = batch(count)
        spent += took
        if took < seconds * 5e7:
            count *= 2


def measure_processes(
    commands: Mapping[str, Sequence[str]], pace: Pace, taken: Taken, task: Task
) -> None:
    """Have processes of all contenders take turns, with an AOT cache and without."""
    effort = Effort(pace.effort.processes, 0.0, 1, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        runs: dict[str, dict[str, Batch]] = {BARE: {}, AOT: {}}
        for name, command in commands.items():
            runs[BARE][name] = calls(whole(command))
            try:
                aot = cached(command, Path(folder, f"{name}.aot"))
                runs[AOT][name] = calls(whole(aot))
            except UnavailableError as error:
                taken.reasons[name, AOT] = str(error)
        for row, batches in runs.items():
            with task(row, effort.rounds) as tick:
                taken.add(row, sample(batches, effort, tick))


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
