"""Memory stays flat however often a thing is done, and references are given back.

Each runs in a process of its own (scripts/growth.py), where nothing else allocates.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

GROWTH = Path(__file__).parent / "scripts" / "growth.py"
MOST = 2_000_000  # bytes that a process may grow after the first tenth

COUNTS = {
    "execs": 100_000,
    "outputs": 30_000,
    "captures": 30_000,
    "contexts": 20_000,
    "handles": 34_000,  # three handles each
    "sources": 50_000,
    "failures": 20_000,
    "broken_sources": 5_000,
    "timeouts": 5_000,
    "threads": 2_000,
    "interpreters": 10_000,
    "alone": 10_000,
}


@pytest.mark.untraced("coverage keeps what it has seen, so memory grows")
@pytest.mark.timeout(120)
@pytest.mark.row("B11")
@pytest.mark.parametrize("work", COUNTS)
def test_memory_stays_flat(work: str) -> None:
    done = subprocess.run(
        [sys.executable, GROWTH, "shared", work, str(COUNTS[work])],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["growth"] < MOST
    assert found["references"] == 0
