"""`pythonarium run`, in a folder of the test's own."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from commands import Command, run_command


@pytest.fixture
def run(tmp_path: Path) -> Command:
    """Run the command with these words, in a folder of its own."""

    def call(
        *words: object, stdin: str = "", **options: Any
    ) -> subprocess.CompletedProcess[str]:
        return run_command("run", *words, cwd=tmp_path, input=stdin, **options)

    return call
