"""Shows what was measured in JVMs: as a table on the terminal, as JSON in a file."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from harness import Figure, Limit, Timing
from jvm_contenders import JEP, OURS, PYTHON4J
from rich.table import Table
from show import (
    duration,
    empty_table,
    headed,
    measured,
    place,
    target,
    verdict,
    write_data,
)

__all__ = ["Crossing", "JvmReport", "write_json", "write_table"]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A row: what each contender took, and the target for ours.

    Attributes:
        times: by contender; one that cannot do it is missing.
        limit: the target, if there is one.
        against: what ours is held against, in words.
        peer: what that took, if it could be measured.
    """

    name: str
    times: Mapping[str, Timing]
    limit: Limit | None
    against: str
    peer: Timing | None

    @property
    def figure(self) -> Figure | None:
        """Ours held against the target, if all that this needs was measured."""
        ours = self.times.get(OURS)
        if ours is None or self.limit is None:
            return None
        peer = ours if self.limit.kind == "below" else self.peer
        if peer is None:
            return None
        return Figure(self.name, self.against, ours, peer, self.limit)

    def ratio(self, peer: str) -> float | None:
        """A peer's time divided by ours."""
        if OURS not in self.times or peer not in self.times:
            return None
        return self.times[peer].median / self.times[OURS].median


@dataclass(frozen=True, slots=True)
class JvmReport:
    """What one run measured."""

    versions: str
    crossings: list[Crossing] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    @property
    def place(self) -> str:
        """Where it was measured."""
        return place(self.versions, self.load)


def write_table(report: JvmReport) -> None:
    """Print the table and the notes; Markdown where nobody looks on."""
    console = headed(f"in a Java program: {report.place}")
    console.print(table(report, empty_table(console)))
    for note in report.notes:
        console.print(f"- {note}", highlight=False, markup=False, soft_wrap=True)


def table(report: JvmReport, shown: Table) -> Table:
    """Return the table with a row for each crossing."""
    shown.add_column("What")
    for heading in (OURS, JEP, "/ ours", PYTHON4J, "/ ours"):
        shown.add_column(heading, justify="right")
    for heading in ("Measured", "Target", "Met"):
        shown.add_column(heading)
    for crossing in report.crossings:
        cells = [time(crossing, OURS)]
        for peer in (JEP, PYTHON4J):
            cells += [time(crossing, peer), ratio(crossing, peer)]
        shown.add_row(crossing.name, *cells, *judgement(crossing))
    return shown


def time(crossing: Crossing, contender: str) -> str:
    """Return what a contender took, or a dash."""
    taken = crossing.times.get(contender)
    return "-" if taken is None else duration(taken.median)


def ratio(crossing: Crossing, peer: str) -> str:
    """Return a peer's time divided by ours, or a dash."""
    times = crossing.ratio(peer)
    return "-" if times is None else f"{times:.3g}"


def judgement(crossing: Crossing) -> tuple[str, str, str]:
    """Return what was measured, the target, and whether it is met."""
    if crossing.limit is None:
        return "", "none", ""
    goal = aim(crossing.limit, crossing.against)
    figure = crossing.figure
    if figure is None:
        return "-", goal, "-"
    return measured(figure), goal, verdict(figure.met)


def aim(limit: Limit, against: str) -> str:
    """Return the target in words, with what it is held against."""
    if limit.kind == "below":
        return target(limit)
    joint = "than" if limit.value == 1 else "as"
    return f"{target(limit)} {joint} {against}"


def write_json(report: JvmReport, path: Path) -> None:
    """Write all figures, with quartiles."""
    data = {
        "place": report.place,
        "notes": report.notes,
        "crossings": [
            {**asdict(crossing), "met": figure.met if figure else None}
            for crossing in report.crossings
            for figure in [crossing.figure]
        ],
    }
    write_data(data, path)
