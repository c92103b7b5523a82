"""Draws what was measured in JVMs."""

from pathlib import Path
from typing import Final

import matplotlib as mpl
from jvm_contenders import JEP, OURS, PYTHON4J
from jvm_show import Crossing, JvmReport
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from picture import MISSED, TARGET, finish, label
from picture import OURS as MET
from picture import PEER as GREY
from show import duration

__all__ = ["write_picture"]

LIGHT: Final = "#dfe3e7"
HEIGHT: Final = 0.27
LEGEND: Final = {
    OURS: MET,
    f"{OURS}, target missed": MISSED,
    JEP: GREY,
    PYTHON4J: LIGHT,
}
OFFSETS: Final = {OURS: -HEIGHT, JEP: 0.0, PYTHON4J: HEIGHT}


def write_picture(report: JvmReport, path: Path) -> None:
    """Draw times as bars on a log scale, a group of bars for each row."""
    rows = [crossing for crossing in report.crossings if crossing.times]
    with mpl.rc_context({"font.size": 9}):
        drawing = Drawing(figsize=(10.5, 0.5 * len(rows) + 1.6), layout="constrained")
        axes = drawing.subplots()
        for row, crossing in enumerate(rows):
            draw_row(axes, row, crossing)
        axes.set_xscale("log")
        shortest, longest = axes.get_xlim()
        axes.set_xlim(shortest / 2, longest * 4)  # room for bars and labels
        finish(axes, [crossing.name for crossing in rows], LEGEND)
        drawing.suptitle(f"Pythonarium in a Java program\n{report.place}", fontsize=11)
        drawing.savefig(path, dpi=110)


def draw_row(axes: Axes, row: int, crossing: Crossing) -> None:
    """Draw a bar for each contender, and a mark for the target."""
    figure = crossing.figure
    missed = figure is not None and not figure.met
    colours = {OURS: MISSED if missed else MET, JEP: GREY, PYTHON4J: LIGHT}
    for name, offset in OFFSETS.items():
        if name in crossing.times:
            taken = crossing.times[name].median
            axes.barh(row + offset, taken, HEIGHT, color=colours[name])
            end = max(taken, figure.allowed) if figure and name == OURS else taken
            weight = "bold" if name == OURS else "normal"
            label(axes, end, row + offset, duration(taken), weight)
    if figure is not None:
        top = row - 1.5 * HEIGHT
        axes.vlines(figure.allowed, top, top + HEIGHT, color=TARGET, lw=2)
