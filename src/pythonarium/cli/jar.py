"""`pythonarium jar`: where the jar lies."""

import sys

from pythonarium.cli import process
from pythonarium.cli.presenting import warn
from pythonarium.jvm.jars import JAR

__all__ = ["MEND", "jar"]

MEND = f"{sys.executable} -m pip install --force-reinstall --no-deps ."
"""Builds the wheel in a clone; the jar is in it where a JDK is found."""


def jar() -> int:
    """Print the path of the jar that a Java program puts on its class path."""
    if not JAR.is_file():
        warn(
            "this Pythonarium has no jar: there was no JDK 22 or newer when it was built;"
            f" install one, then build again, in the clone: {MEND}"
        )
        return 1
    process.say(f"{JAR}\n")
    return 0
