"""The command line as a process: how it is called, and what it answers."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

COMMAND = (sys.executable, "-m", "pythonarium")

Command = Callable[..., subprocess.CompletedProcess[str]]


def run_command(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run `pythonarium` with these words; the options are those of `subprocess.run`."""
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        **{"timeout": 15, **options},
    )


def answer(done: subprocess.CompletedProcess[str]) -> Mapping[str, Any]:
    lines = done.stdout.splitlines()
    assert len(lines) == 1
    found: Mapping[str, Any] = json.loads(lines[0], parse_int=integer)
    return found


def integer(digits: str) -> int:
    return int(digits) if len(digits) < 100 else 10 ** digits.count("0")
