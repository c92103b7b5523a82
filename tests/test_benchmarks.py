"""The benchmarks run; what they measure is not asserted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

# The tests need no peers: they are many, and `nox -s races` installs them.
pytest.importorskip("IPython", reason="the benchmarks' peers are not installed")
pytest.importorskip("execnet", reason="the benchmarks' peers are not installed")

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.mark.timeout(60)
def test_quick_run_shows_every_figure(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [
        sys.executable,
        str(BENCHMARKS),
        "shared",
        "--quick",
        "--json",
        str(file),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    report = json.loads(file.read_text(encoding="utf-8"))
    assert len(report["figures"]) == 14
    assert len(report["growths"]) == 3
    for figure in report["figures"]:
        row = f"| {figure['name']} "
        assert any(line.startswith(row) for line in run.stdout.splitlines()), row
    for growth in report["growths"]:
        assert f"| {growth['count']:,} {growth['name']} " in run.stdout


@pytest.mark.timeout(120)
def test_quick_run_of_the_process_rung_shows_every_figure(tmp_path: Path) -> None:
    file, picture = tmp_path / "figures.json", tmp_path / "figures.png"
    options = ["process", "--quick", "--json", str(file), "--picture", str(picture)]
    command = [sys.executable, str(BENCHMARKS), *options]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    report = json.loads(file.read_text(encoding="utf-8"))
    assert len(report["figures"]) == 14
    assert len(report["growths"]) == 2
    assert picture.read_bytes().startswith(b"\x89PNG")
