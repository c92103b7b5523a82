"""What the pages of README and docs say: commands, and what they print."""

from collections.abc import Iterator
from doctest import ELLIPSIS, OutputChecker
from typing import Final

INSTALL: Final = "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/"


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block, and what is shown under it."""
    for part in block.split("\n$ ") if block.startswith("$ ") else ():
        command, _, expected = part.removeprefix("$ ").partition("\n")
        yield command.removeprefix(INSTALL), expected


def compare(expected: str, printed: str) -> None:
    wanted, got = (
        "".join(line.rstrip() + "\n" for line in text.rstrip().splitlines())
        for text in (expected, printed)
    )
    checker = OutputChecker()
    assert checker.check_output(wanted, got, ELLIPSIS), f"{wanted}\nbut it is\n{got}"
