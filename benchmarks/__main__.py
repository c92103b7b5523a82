"""Measures Pythonarium side by side with others: `python benchmarks shared`, or `java`."""

import jvm
import shared
from cyclopts import App

app = App(
    name="python benchmarks",
    help="Measures Pythonarium side by side with others.",
    version_flags=[],
    default_parameter=None,
    result_action="return_int_as_exit_code_else_zero",
)
app.command(shared.run, name="shared")
app.command(jvm.run, name="java")

if __name__ == "__main__":
    raise SystemExit(app())
