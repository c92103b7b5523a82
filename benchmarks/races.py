"""Races: contenders measured in turns, what each figure compares, and what is shown."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import memory
from harness import Batch, Effort, Figure, Growth, Limit, measure
from show import Report, Task, write_json, write_tables

__all__ = ["Race", "grow", "race_all", "show"]

GROWTH: Final = 2_000_000
"""Bytes by which resident memory may grow in a long run."""


@dataclass(frozen=True, slots=True)
class Race:
    """Contenders by name, and which of them each figure compares.

    Attributes:
        contenders: their batches, which are interleaved.
        figures: the name of each figure, ours, the peer, and the limit.
    """

    contenders: Mapping[str, Batch]
    figures: Sequence[tuple[str, str, str, Limit]]


Start = Callable[[], AbstractContextManager[Race]]
"""Opens the contenders of a race; they are closed after it."""


def race_all(
    report: Report, races: Iterable[tuple[str, Start, Effort]], task: Task
) -> None:
    """Run races, each under its name, and put their figures into the report."""
    for name, start, effort in races:
        with start() as race, task(name, effort.rounds) as tick:
            report.figures.extend(_figures(race, effort, tick))


def _figures(
    race: Race, effort: Effort, tick: Callable[[], object]
) -> Iterator[Figure]:
    times = measure(race.contenders, effort, tick)
    for name, ours, peer, limit in race.figures:
        yield Figure(name, peer, times[ours], times[peer], limit)


def grow(
    report: Report, runs: Iterable[tuple[str, str, int]], share: float, task: Task
) -> None:
    """Do long runs of ours and of a peer, each in a process of its own.

    Args:
        report: gets what they leave in memory.
        runs: the name of ours in `memory`, the peer in words, and the number of calls.
        share: of the calls that is made.
        task: shows how far they are.
    """
    for name, peer, full_count in runs:
        count = int(full_count * max(share, memory.PARTS / full_count))
        with task(
            f"{count:,} {name.replace('_', ' ')}", 2 * (memory.PARTS + 1)
        ) as tick:
            ours, references = memory.grown(name, count, tick)
            theirs, _ = memory.grown(f"bare_{name}", count, tick)
        report.growths.append(
            Growth(
                name.replace("_", " "), peer, count, ours, theirs, references, GROWTH
            )
        )


def show(report: Report, json: Path | None, picture: Path | None) -> None:
    """Print the tables; write the files that were asked for."""
    write_tables(report)
    if json is not None:
        write_json(report, json)
    if picture is not None:
        from picture import write_picture  # noqa: PLC0415  # it brings matplotlib

        write_picture(report, picture)
