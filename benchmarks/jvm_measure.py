"""Has the programs of all contenders take turns, and keeps what they took.

The programs of all contenders run side by side; `harness.sample` has their batches take
turns.  This is done several times in fresh JVMs, since what a JVM compiles, and how well,
differs from start to start.  Who fails at a row is left out of it, with the reason.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness import Batch, Effort, Timing, calls, sample
from jvm_contenders import UnavailableError
from jvm_programs import cached, opened, whole
from show import Task

__all__ = ["AOT", "BARE", "Pace", "Taken", "measure_processes", "measure_rows"]

AOT: Final = "fresh process, AOT cache"
BARE: Final = "fresh process"

Commands = Mapping[str, Sequence[str]]
"""How the program of each contender is run."""


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


class FailedError(Exception):
    """A contender that failed while it was measured, after it had warmed up."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name


@dataclass(frozen=True, slots=True)
class Taken:
    """Nanoseconds per call, and why some are missing; by contender and row."""

    samples: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    def times(self) -> dict[tuple[str, str], Timing]:
        """Summarise."""
        return {key: Timing.of(taken) for key, taken in self.samples.items()}

    def take(
        self,
        row: str,
        batches: Mapping[str, Batch],
        pace: Pace,
        tick: Callable[[], object] = lambda: None,
    ) -> None:
        """Warm every contender up, then sample those that can do the row."""
        able = {}
        for name, batch in batches.items():
            try:
                warm(batch, pace.warming)
                able[name] = blaming(name, batch)
            except UnavailableError as error:
                self.reasons[name, row] = str(error)
        while able:
            try:
                samples = sample(able, pace.effort, tick)
            except FailedError as failed:
                self.reasons[failed.name, row] = str(failed)
                del able[failed.name]
            else:
                for name, taken in samples.items():
                    self.samples.setdefault((name, row), []).extend(taken)
                return


def warm(batch: Batch, seconds: float) -> None:
    """Run for so long, in batches that take at most a tenth of it."""
    spent, count = batch(1), 1
    while spent < seconds * 1e9:
        took = batch(count)
        spent += took
        if took < seconds * 5e7:
            count *= 2


def blaming(name: str, batch: Batch) -> Batch:
    """Return a batch whose error tells whose it is."""

    def blamed(count: int) -> int:
        try:
            return batch(count)
        except UnavailableError as error:
            raise FailedError(name, str(error)) from error

    return blamed


def measure_rows(
    commands: Commands,
    rows: Mapping[str, Sequence[str]],
    pace: Pace,
    taken: Taken,
    task: Task,
) -> None:
    """Measure what is done inside a running JVM.

    Args:
        commands: of those that can be had here.
        rows: who is asked for each row.
        pace: how much is done.
        taken: what is added to.
        task: shows progress.
    """
    for start in range(pace.starts):
        with (
            ExitStack() as stack,
            task(f"start {start + 1} of {pace.starts}", len(rows)) as tick,
        ):
            programs = {
                name: stack.enter_context(opened(command))
                for name, command in commands.items()
            }
            for row, asked in rows.items():
                batches = {
                    name: program.batch(row)
                    for name, program in programs.items()
                    if name in asked
                }
                taken.take(row, batches, pace)
                tick()


def measure_processes(
    commands: Commands, effort: Effort, taken: Taken, task: Task
) -> None:
    """Measure whole processes, with an AOT cache and without."""
    pace = Pace(starts=1, warming=0.0, effort=effort)
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
                taken.take(row, batches, pace, tick)
