"""`pythonarium java`: a Java program, with this Python."""

import os
from typing import Annotated

from cyclopts import Parameter

from pythonarium.cli.jar import jar
from pythonarium.cli.presenting import warn
from pythonarium.jvm.jars import JAR
from pythonarium.jvm.jdks import OLDEST, find_jdk
from pythonarium.jvm.launch import java_command

__all__ = ["java"]


def java(
    *words: Annotated[str, Parameter(show=False)],
) -> int:
    """Start java with this Python, native access and stacks for the direct path."""
    jdk = find_jdk()
    if jdk is None or not jdk.is_new_enough:
        found = f"only {jdk.version} at {jdk.home}" if jdk else "none"
        warn(
            f"Java {OLDEST} or newer is needed, and there is {found};"
            " `pythonarium doctor` names the command that installs one"
        )
        return 1
    if not JAR.is_file():
        return jar()
    command = java_command(jdk.home / "bin/java", JAR, words)
    try:
        os.execv(command[0], command)  # noqa: S606  # java takes our place
    except OSError as error:
        warn(f"cannot start {command[0]}: {error.strerror}")
    return 1
