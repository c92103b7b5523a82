"""Programs that a test runs as processes of their own: a file of tests/scripts, or code."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "scripts"


def run_script(name: str, *args: str) -> str:
    """Run one of tests/scripts; return what it prints.  It must be quiet on stderr."""
    done = _ended(str(SCRIPTS / name), *args)
    assert done.stderr == ""
    return done.stdout


def run_code(code: str, *options: str) -> str:
    """Run code, with options of Python's own; return what it prints."""
    return _ended(*options, "-c", code).stdout


def run_quietly(code: str) -> str:
    """Run code, with every warning an error; it must be quiet on stderr."""
    done = _ended("-W", "error", "-c", code)
    assert done.stderr == ""
    return done.stdout


def _ended(*words: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        timeout=80,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done
