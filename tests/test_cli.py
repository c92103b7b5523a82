"""The command line as a whole: help, version, cost."""

import os
import subprocess
import sys

import pytest

from commands import run_command


def test_help_lists_the_commands_that_are_there() -> None:
    done = run_command("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for command in ("run", "packages", "doctor", "jar", "java", "repl"):
        assert f"│ {command} " in done.stdout
    assert run_command().stdout == done.stdout


@pytest.mark.parametrize("command", ["run", "doctor", "repl"])
def test_help_of_a_command_describes_it(command: str) -> None:
    done = run_command(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: pythonarium {command} ")
    assert "Parameters" in done.stdout


def test_help_of_run_says_what_json_makes_of_nan() -> None:
    told = " ".join(run_command("run", "--help").stdout.replace("│", " ").split())
    assert 'NaN and infinities are "NaN", "Infinity", "-Infinity".' in told


@pytest.mark.parametrize("name", ["NO_COLOR", "TERM"])
def test_help_has_no_colours_outside_of_a_terminal(name: str) -> None:
    assert "\x1b" not in run_command("--help", env={**os.environ, name: "1"}).stdout


def test_version_is_told() -> None:
    done = run_command("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("pythonarium")


def test_an_unknown_command_is_wrong_use() -> None:
    done = run_command("rnu")
    assert (done.returncode, done.stdout) == (2, "")
    assert 'Unknown command "rnu"' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "complaint", "command"),
    [
        (("doctor", "x"), "`pythonarium doctor` takes no 'x'", "doctor"),
        (("repl", "-"), "`pythonarium repl` takes no '-'", "repl"),
        (("packages", "list", "a", "b"), "packages list` takes no 'a b'", None),
        (("packages", "show"), "parameter NAME requires an argument", None),
        (("packages", "show", "--name", "rich"), "Unknown option: --name", None),
        (("packages", "shwo"), 'Unknown command "shwo"', "packages"),
        (("run", "x.py", "--version"), "own options stand after --", "run"),
        (("doctor", "--version"), "Unknown option: --version", "doctor"),
        (("packages", "list", "--version"), "Unknown option: --version", None),
    ],
)
def test_wrong_use_says_what_is_too_much_or_missing(
    words: tuple[str, ...], complaint: str, command: str | None
) -> None:
    done = run_command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    told, advice = done.stderr.splitlines()
    assert complaint in told
    assert advice.endswith(f"`pythonarium {command or ' '.join(words[:2])} --help`")


@pytest.mark.parametrize(
    "package",
    ["cyclopts", "rich", "numpy", "pandas", "msgspec", "packaging", "filelock"],
)
def test_import_of_pythonarium_brings_no_other_package(package: str) -> None:
    source = f"import pythonarium, sys; sys.exit({package!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", source], check=True, timeout=15)


@pytest.mark.parametrize("package", ["rich", "numpy", "pandas", "msgspec"])
def test_run_brings_no_package_that_it_does_not_need(package: str) -> None:
    source = f"import sys; sys.exit({package!r} in sys.modules)"
    assert run_command("run", "-c", source).returncode == 0
