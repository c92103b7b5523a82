"""`pythonarium run`, in a folder of the test's own."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from commands import COMMAND, Command


@pytest.fixture
def run(tmp_path: Path) -> Command:
    """Run the command with these words, in a folder of its own."""

    def call(
        *words: object, stdin: str = "", **options: Any
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *map(str, words)],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=15,
            check=False,
            **options,
        )

    return call
