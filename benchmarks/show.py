"""Shows what was measured: as tables on the terminal, as JSON in a file."""

import json
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from harness import MICROSECOND, MILLISECOND, SECOND, Figure, Growth, Limit
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

__all__ = [
    "Report",
    "Task",
    "duration",
    "empty_table",
    "headed",
    "place",
    "progress",
    "write_data",
    "write_json",
    "write_tables",
]

PIPE_WIDTH: Final = 200


@dataclass(frozen=True, slots=True)
class Report:
    """What one run measured."""

    title: str
    figures: list[Figure] = field(default_factory=list)
    growths: list[Growth] = field(default_factory=list)
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    @property
    def place(self) -> str:
        """Where it was measured."""
        python = f"{platform.python_implementation()} {platform.python_version()}"
        return place(python, self.load)


def place(versions: str, load: float) -> str:
    """Return where something was measured, with what."""
    return (
        f"{versions}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores,"
        f" load {load:.1f} at the start"
    )


Task = Callable[[str, int], AbstractContextManager[Callable[[], object]]]


@contextmanager
def progress() -> Iterator[Task]:
    """Show progress on a terminal: yield what opens a task, which yields its tick."""
    console = Console(stderr=True)
    with Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as bars:

        @contextmanager
        def task(name: str, total: int) -> Iterator[Callable[[], object]]:
            number = bars.add_task(name, total=total)
            yield lambda: bars.advance(number)
            bars.remove_task(number)

        yield task


# Tables


def write_tables(report: Report) -> None:
    """Print a table of times and one of memory; Markdown where nobody looks on."""
    console = headed(f"{report.title}: {report.place}")
    console.print(times_table(report, empty_table(console)))
    console.print()
    console.print(memory_table(report, empty_table(console)))


def headed(heading: str) -> Console:
    """Return a console that shows a heading; a wide one where nobody looks on."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPE_WIDTH)
    console.print(heading, highlight=False)
    console.print()
    return console


def empty_table(console: Console) -> Table:
    """Return a table, in Markdown where nobody looks on."""
    return Table(box=box.SIMPLE_HEAD if console.is_terminal else box.MARKDOWN)


def times_table(report: Report, table: Table) -> Table:
    """Return the table with a row for each figure."""
    for heading in ("What", "Ours", "Peer", "Peer's", "Ours / peer's"):
        table.add_column(
            heading, justify="left" if heading in ("What", "Peer") else "right"
        )
    for heading in ("Measured", "Target", "Met"):
        table.add_column(heading)
    for figure in report.figures:
        table.add_row(
            figure.name,
            duration(figure.ours.median),
            escape(figure.peer),
            duration(figure.theirs.median),
            f"{figure.ratio:.3g}",
            measured(figure),
            target(figure.limit),
            verdict(figure.met),
        )
    return table


def memory_table(report: Report, table: Table) -> Table:
    """Return the table with a row for each long run."""
    for heading in ("A long run of", "Grew by", "Peer", "Grew by"):
        table.add_column(heading, justify="right" if heading == "Grew by" else "left")
    for heading in ("References left", "Target", "Met"):
        table.add_column(heading)
    for growth in report.growths:
        left = [
            f"{name}: {count:+}" for name, count in growth.references.items() if count
        ]
        table.add_row(
            f"{growth.count:,} {growth.name}",
            size(growth.ours),
            growth.peer,
            size(growth.theirs),
            ", ".join(left) or "none",
            f"under {size(growth.limit)}, no references",
            verdict(growth.met),
        )
    return table


def duration(nanoseconds: float) -> str:
    """Return a time in the unit that suits it."""
    if nanoseconds < MILLISECOND:
        return f"{nanoseconds / MICROSECOND:.3g} us"
    if nanoseconds < SECOND:
        return f"{nanoseconds / MILLISECOND:.3g} ms"
    return f"{nanoseconds / SECOND:.3g} s"


def size(count: int) -> str:
    """Return megabytes."""
    return f"{count / 1e6:.2g} MB"


def measured(figure: Figure) -> str:
    """Return what is held against the target, in its terms."""
    match figure.limit.kind:
        case "over":
            return f"{duration(figure.ours.median - figure.theirs.median)} over"
        case "times":
            return times(figure.ratio, figure.limit)
        case "below":
            return duration(figure.ours.median)


def target(limit: Limit) -> str:
    """Return the target in words."""
    match limit.kind:
        case "over":
            return f"at most {duration(limit.value)} over"
        case "times" if limit.value > 1:
            return f"at most {times(limit.value, limit)}"
        case "times" if limit.value == 1:
            return "faster"
        case "times":
            return f"at least {times(limit.value, limit)}"
        case "below":
            return f"at most {duration(limit.value)}"


def times(ratio: float, limit: Limit) -> str:
    """Return a ratio of times in words: how long, or how fast, as the target has it."""
    if limit.value > 1:
        return f"{ratio:.3g} times as long"
    return f"{1 / ratio:.3g} times as fast"


def verdict(met: bool) -> str:  # noqa: FBT001
    """Return yes or no."""
    return "yes" if met else "[bold red]NO[/]"


# Files


def write_json(report: Report, path: Path) -> None:
    """Write all figures, with quartiles and samples."""
    data = {
        "title": report.title,
        "place": report.place,
        "figures": [
            {**asdict(figure), "allowed": figure.allowed, "met": figure.met}
            for figure in report.figures
        ],
        "growths": [
            {**asdict(growth), "grew": growth.ours, "met": growth.met}
            for growth in report.growths
        ],
    }
    write_data(data, path)


def write_data(data: object, path: Path) -> None:
    """Write what was measured, for programs to read."""
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
