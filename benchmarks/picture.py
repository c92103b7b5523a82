"""Draws what was measured."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import matplotlib as mpl
from harness import Figure, Growth
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from show import Report, duration

__all__ = ["write_picture"]

OURS, PEER, MISSED, TARGET = "#1f6fb4", "#b9bfc6", "#d1495b", "#222222"
LINES: Final = ("#1f6fb4", "#2a9d6f", "#c77f1a")


def write_picture(report: Report, path: Path) -> None:
    """Draw times as bars on a log scale, and memory over the long runs."""
    rows = 0.56 * len(report.figures)
    with mpl.rc_context({"font.size": 9}):
        drawing = Drawing(figsize=(10.5, rows + 3.8), layout="constrained")
        bars, lines = drawing.subplots(2, height_ratios=[rows, 2.4])
        draw_times(bars, report.figures)
        draw_memory(lines, report.growths)
        drawing.suptitle(f"Pythonarium, {report.title}\n{report.place}", fontsize=11)
        drawing.savefig(path, dpi=110)


def draw_times(axes: Axes, figures: list[Figure]) -> None:
    """Draw two bars for each figure, ours and the peer's, and a mark for the target."""
    for row, figure in enumerate(figures):
        ours, theirs = figure.ours.median, figure.theirs.median
        axes.barh(row - 0.19, ours, 0.36, color=OURS if figure.met else MISSED)
        axes.barh(row + 0.19, theirs, 0.36, color=PEER)
        axes.vlines(figure.allowed, row - 0.4, row + 0.02, color=TARGET, lw=2)
        end = max(ours, figure.allowed)
        label(axes, end, row - 0.19, duration(ours), weight="bold")
        label(axes, theirs, row + 0.19, f"{duration(theirs)}  {figure.peer}")
    axes.set_xscale("log")
    axes.set_xlim(right=axes.get_xlim()[1] * 8)  # room for the labels
    legend = {
        "Pythonarium, target met": OURS,
        "Pythonarium, target missed": MISSED,
        "the peer": PEER,
    }
    finish(axes, [figure.name for figure in figures], legend)


def finish(axes: Axes, names: list[str], legend: Mapping[str, str]) -> None:
    """Name rows and axes, and say what the colours and the mark mean.

    Args:
        axes: with the bars, on a log scale.
        names: of the rows.
        legend: the colours of bars, by what they mean.
    """
    axes.xaxis.set_major_formatter(lambda value, _: duration(value))
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.6)
    axes.set_xlabel("time per call, log scale; shorter is better")
    axes.grid(axis="x", color="#e4e7ea")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(
        handles=[
            *(Patch(color=colour, label=what) for what, colour in legend.items()),
            Line2D([], [], color=TARGET, lw=2, label="target"),
        ],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=len(legend) + 1,
        frameon=False,
    )


def label(axes: Axes, x: float, y: float, text: str, weight: str = "normal") -> None:
    """Write behind a bar."""
    axes.annotate(
        text,
        (x, y),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        weight=weight,
        color=TARGET,
    )


def draw_memory(axes: Axes, growths: list[Growth]) -> None:
    """Draw a line for each long run: resident memory, from the first tenth on."""
    for growth, colour in zip(growths, LINES, strict=False):
        for samples, style, whose in (
            (growth.samples, "-", ""),
            (growth.peer_samples, ":", f"the peer: {growth.peer}"),
        ):
            parts = len(samples) - 1
            start = samples[parts // 10]
            axes.plot(
                [100 * part / parts for part in range(parts + 1)],
                [(sample - start) / 1e6 for sample in samples],
                style,
                color=colour,
                label=whose or f"{growth.count:,} {growth.name}",
            )
    limit = min(growth.limit for growth in growths) / 1e6
    axes.hlines(limit, 10, 100, color=TARGET, lw=2)
    axes.text(99, limit * 0.95, "target", ha="right", va="top", fontsize=8)
    axes.axvline(10, color="#cfd4d9", lw=1)
    axes.set_xlim(0, 100)
    axes.set_xlabel("per cent of the calls done")
    axes.set_ylabel("resident memory,\nMB above that at 10 %")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="center", ncols=len(growths), frameon=False, fontsize=8)
