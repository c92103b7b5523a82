"""The command line: `pythonarium run`, `packages`, `doctor`, `repl`, `jar`, `java`.

app          the commands and their parser
run          a script with typed variables in and out
elsewhere    the same in another environment: --env, --python, --with, PEP 723
packages     what is installed in an environment, and changes to it
doctor       what works here, and what mends the rest
repl         an interactive session
options      what several commands have: which environment, where packages come from
inputs       --in and --out as texts -> variables
data_files   --in NAME=@FILE
presenting   results and errors, for a reader or as JSON
json_values  a value -> what JSON can say
process      what a command does to its process: streams, path, deadline, end
jar, java    for Java programs
"""

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Args:
        arguments: the words after `pythonarium`; None: those of this process.
    """
    from pythonarium.cli import app  # noqa: PLC0415  # brings the parser

    return app.main(arguments)
