"""Measures Pythonarium beside others: `python benchmarks shared`, `process`, `java`."""

import os
import tempfile
from pathlib import Path

import jvm
from cyclopts import App

app = App(
    name="python benchmarks",
    help="Measures Pythonarium side by side with others.",
    version_flags=[],
    default_parameter=None,
    result_action="return_int_as_exit_code_else_zero",
)


@app.command
def shared(
    *, quick: bool = False, json: Path | None = None, picture: Path | None = None
) -> None:
    """Measure the shared rung; see `process` for the options."""
    import shared as rung  # noqa: PLC0415  # it brings its own peers

    rung.run(quick=quick, json=json, picture=picture)


@app.command
def process(
    *, quick: bool = False, json: Path | None = None, picture: Path | None = None
) -> None:
    """Measure the process rung.

    Args:
        quick: a smoke run; its figures mean little.
        json: a file for all figures, with their quartiles and samples.
        picture: a file for the picture; its ending tells the format.
    """
    import process as rung  # noqa: PLC0415  # it brings its own peers

    rung.run(quick=quick, json=json, picture=picture)


app.command(jvm.run, name="java")

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["IPYTHONDIR"] = folder  # not the user's own
        raise SystemExit(app())
