"""`pythonarium doctor`: what works here, and the one command that mends the rest."""

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Final

from cyclopts import Parameter

from pythonarium.cli import process
from pythonarium.cli.findings import Finding
from pythonarium.cli.jar import MEND
from pythonarium.cli.limit_findings import limit_findings
from pythonarium.errors import PythonariumError
from pythonarium.interpreter import Interpreter
from pythonarium.jvm.jars import JAR
from pythonarium.jvm.jdks import OLDEST, find_jdk
from pythonarium.jvm.libraries import shared_library
from pythonarium.rungs import RUNGS

__all__ = ["doctor", "examine"]

LATER_RUNGS: Final = ("own-gil", "cluster")
PACKAGES: Final = {"numpy": "numpy", "pandas": "pandas", "pyarrow": "pandas"}
"""Package -> the extra of Pythonarium that brings it."""
NEWEST_JDK: Final = 25


def doctor(
    *,
    as_json: Annotated[bool, Parameter(name="--json", show_default=False)] = False,
) -> int:
    """Say what works here, and for the rest the one command that mends it.

    Parameters
    ----------
    as_json
        Write one JSON object instead of a table.
    """
    findings = list(examine())
    healthy = all(finding.usable for finding in findings if finding.needed)
    if as_json:
        answer = {"healthy": healthy, "findings": [asdict(each) for each in findings]}
        process.say(json.dumps(answer, indent=2) + "\n")
    else:
        _show(findings)
    return 0 if healthy else 1


def examine() -> Iterator[Finding]:
    """Look at everything, and yield what was found."""
    yield _python()
    yield _libpython()
    yield _jdk()
    yield _jar()
    yield _environment()
    for package, extra in PACKAGES.items():
        yield _package(package, extra)
    yield _uv()
    for rung in RUNGS:
        yield _rung(rung)
    yield from limit_findings()
    for rung in LATER_RUNGS:
        yield Finding(f"rung {rung}", usable=False, text="not in this version")


def _python() -> Finding:
    implementation = platform.python_implementation()
    text = f"{implementation} {platform.python_version()} at {sys.executable}"
    if implementation == "CPython":
        return Finding("python", usable=True, text=text, needed=True)
    mend = "uv venv --python cpython"
    return Finding(
        "python",
        usable=False,
        text=f"{text}; CPython is needed",
        mend=mend,
        needed=True,
    )


def _libpython() -> Finding:
    path = shared_library()
    if path is not None:
        return Finding("libpython", usable=True, text=str(path))
    text = "none: this Python was built without one, so a JVM cannot load it"
    return Finding("libpython", usable=False, text=text, mend=_mend_libpython())


def _mend_libpython() -> str:
    if "pyenv" in sys.base_prefix:
        wanted = platform.python_version()
        return (
            f"env PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install --force {wanted}"
        )
    return f"uv python install {sys.version_info.major}.{sys.version_info.minor}"


def _jdk() -> Finding:
    jdk = find_jdk()
    if jdk is not None and jdk.is_new_enough:
        text = f"{jdk.version} at {jdk.home}, found by {jdk.found_by}"
        return Finding("jdk", usable=True, text=text)
    text = f"{jdk.version} at {jdk.home}" if jdk else "none found"
    return Finding(
        "jdk",
        usable=False,
        text=f"{text}; {OLDEST} or newer is needed",
        mend=_mend_jdk(),
    )


def _jar() -> Finding:
    if JAR.is_file():
        return Finding("jar", usable=True, text=str(JAR))
    text = "none: no JDK was there at the build; install one, then, in the clone:"
    return Finding("jar", usable=False, text=text, mend=MEND)


def _mend_jdk() -> str:
    installers = {
        "apt-get": f"apt-get install openjdk-{NEWEST_JDK}-jdk-headless",
        "dnf": f"dnf install java-{NEWEST_JDK}-openjdk-devel",
        "pacman": f"pacman -S jdk{NEWEST_JDK}-openjdk",
        "apk": f"apk add openjdk{NEWEST_JDK}",
    }
    sudo = "" if os.geteuid() == 0 else "sudo "
    for program, command in installers.items():
        if shutil.which(program):
            return sudo + command
    return f"brew install openjdk@{NEWEST_JDK}"


def _environment() -> Finding:
    if sys.prefix == sys.base_prefix:
        return Finding(
            "environment", usable=True, text=f"{sys.prefix}, no virtual environment"
        )
    text = f"{sys.prefix}, a virtual environment on {sys.base_prefix}"
    return Finding("environment", usable=True, text=text)


def _package(name: str, extra: str) -> Finding:
    try:
        return Finding(name, usable=True, text=version(name))
    except PackageNotFoundError:
        mend = f"{sys.executable} -m pip install {extra}"
        return Finding(name, usable=False, text="not installed", mend=mend)


def _uv() -> Finding:
    from pythonarium.environments import pythons  # noqa: PLC0415  # it takes 15 ms

    program = pythons.uv_program()
    if program is not None:
        return Finding("uv", usable=True, text=program)
    text = "not installed; environments are made by venv and pip, which take longer"
    return Finding(
        "uv", usable=False, text=text, mend=f"{sys.executable} -m pip install uv"
    )


def _rung(rung: str) -> Finding:
    """Run a script there."""
    try:
        with Interpreter(rung) as python:
            python.exec("y = x + 1", {"x": 41}, {"y": int})
    except PythonariumError as error:
        mend = "env -u PYTHONARIUM_PATH -u PYTHONARIUM_PATH_APPEND pythonarium doctor"
        return Finding(
            f"rung {rung}", usable=False, text=str(error), mend=mend, needed=True
        )
    return Finding(f"rung {rung}", usable=True, text="a script ran in it", needed=True)


def _show(findings: list[Finding]) -> None:
    from rich.console import Console  # noqa: PLC0415  # for this alone
    from rich.text import Text  # noqa: PLC0415  # likewise

    console = Console(file=process.answers(), highlight=False)
    for finding in findings:
        mark = Text("yes  ", "green") if finding.usable else Text("no   ", "yellow")
        console.print(
            mark,
            f"{finding.name:13}",
            finding.text,
            sep="",
            soft_wrap=True,
            markup=False,
        )
        if finding.mend:
            console.print(Text(f"{'':18}$ {finding.mend}", "bold"), soft_wrap=True)
