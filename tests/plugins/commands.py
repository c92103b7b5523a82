"""The command line as a process: how it is called, and what it answers."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

COMMAND = (sys.executable, "-m", "pythonarium", "run")


Command = Callable[..., subprocess.CompletedProcess[str]]


def answer(done: subprocess.CompletedProcess[str]) -> Mapping[str, Any]:
    lines = done.stdout.splitlines()
    assert len(lines) == 1
    found: Mapping[str, Any] = json.loads(lines[0], parse_int=integer)
    return found


def integer(digits: str) -> int:
    return int(digits) if len(digits) < 100 else 10 ** digits.count("0")
