"""The programs in tests/scripts, each run as a process of its own."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "scripts"


def run_script(name: str, *args: str) -> str:
    """Run one of them; return what it prints.  It must end well, and quietly."""
    done = subprocess.run(
        [sys.executable, SCRIPTS / name, *args],
        capture_output=True,
        text=True,
        timeout=80,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
