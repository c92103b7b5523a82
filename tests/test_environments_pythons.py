"""A path, a name or a version finds a Python; what is not there is told."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pythonarium import Environment, PythonNotFoundError
from pythonarium.environments import layouts, pythons

HERE = ".".join(map(str, sys.version_info[:3]))
MINOR = ".".join(map(str, sys.version_info[:2]))


def fake_python(path: Path, version: str) -> Path:
    """Write a program that tells a version, as a Python does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no Python but the host's, and what a test puts there."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("PYENV_ROOT", "XDG_DATA_HOME", "VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pythons, "USUAL", ("~/usual",))
    return tmp_path


@pytest.mark.parametrize("wanted", [HERE, MINOR, "3", sys.executable])
def test_host_is_found_first(machine: Path, wanted: str) -> None:
    assert pythons.find(wanted) == pythons.Python(Path(sys.executable), HERE)


@pytest.mark.parametrize(
    "place",
    [
        "bin/python3.99",
        "bin/python3",
        "usual/python3.99",
        ".pyenv/versions/3.99.4/bin/python3.99",
        ".local/share/uv/python/cpython-3.99.4-linux-x86_64-gnu/bin/python",
    ],
)
@pytest.mark.parametrize("wanted", ["3.99", "3.99.4", "python3.99"])
def test_python_of_a_version_is_found_in(
    machine: Path, place: str, wanted: str
) -> None:
    path = fake_python(machine / place, "3.99.4")
    assert pythons.find(wanted) == pythons.Python(path, "3.99.4")
    assert pythons.find_matching(">=3.99") == pythons.Python(path, "3.99.4")


def test_newest_of_a_version_is_taken(machine: Path) -> None:
    for version in ("3.99.4", "3.99.10", "3.98.20"):
        fake_python(machine / ".pyenv/versions" / version / "bin/python", version)
    assert pythons.find("3.99").version == "3.99.10"
    assert pythons.find_matching(">=3.98").version == "3.99.10"
    assert pythons.find_matching("==3.98.*").version == "3.98.20"


def test_host_is_taken_where_it_matches(machine: Path) -> None:
    fake_python(machine / ".pyenv/versions/3.99.4/bin/python", "3.99.4")
    assert pythons.find_matching("").version == HERE
    assert pythons.find_matching(f">={MINOR}").version == HERE


def test_shims_and_broken_pythons_are_passed_over(machine: Path) -> None:
    shim = fake_python(machine / "shims" / "python3.99", "3.99.1")
    (machine / "bin").mkdir()
    (machine / "bin" / "python3.99").symlink_to("nowhere")
    broken = fake_python(machine / "usual" / "python3.99", "no version")
    os.environ["PATH"] += f"{os.pathsep}{shim.parent}"  # the fixture puts it back
    with pytest.raises(PythonNotFoundError) as caught:
        pythons.find("3.99")
    assert str(broken.parent) in caught.value.looked_in
    assert str(shim.parent) not in caught.value.looked_in


def test_error_tells_where_was_looked_and_what_mends_it(machine: Path) -> None:
    with pytest.raises(PythonNotFoundError) as caught:
        pythons.find("3.99")
    error = caught.value
    assert error.wanted == "3.99"
    assert set(error.looked_in) == {
        *(str(machine / each) for each in ("bin", "usual", ".pyenv/versions")),
        str(machine / ".local/share/uv/python"),
    }
    assert error.mend.endswith("uv python install 3.99")
    assert str(error).startswith("there is no Python 3.99; looked in ")


@pytest.mark.parametrize(
    ("has_pyenv", "mend"),
    [(True, "pyenv install 3.99"), (False, "-m uv python install 3.99")],
)
def test_mend_names_what_this_machine_has(
    machine: Path, monkeypatch: pytest.MonkeyPatch, has_pyenv: bool, mend: str
) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    if has_pyenv:
        fake_python(machine / "bin" / "pyenv", "")
    with pytest.raises(PythonNotFoundError) as caught:
        pythons.find("3.99")
    assert caught.value.mend.endswith(mend)


@pytest.mark.parametrize(
    ("wanted", "told", "mend"),
    [
        ("pypy9", "of the name 'pypy9'; looked in PATH", "name a version"),
        ("./venv", "at .*/venv", "-m venv .*/venv"),
        ("/nowhere/bin/python3", "at /nowhere/bin/python3", "^$"),
        ("/etc/hosts", "at /etc/hosts", "^$"),
    ],
)
def test_what_is_not_there_is_named(
    machine: Path, wanted: str, told: str, mend: str
) -> None:
    with pytest.raises(
        PythonNotFoundError, match=f"there is no Python {told}"
    ) as caught:
        pythons.find(wanted)
    assert re.search(mend, caught.value.mend)


def test_no_python_for_a_specifier_names_the_first_that_fits(machine: Path) -> None:
    with pytest.raises(PythonNotFoundError) as caught:
        pythons.find_matching(">=3.20,<4")
    assert caught.value.mend.endswith("uv python install 3.20")
    with pytest.raises(PythonNotFoundError) as caught:
        pythons.find_matching("<3")
    assert caught.value.mend == ""


def test_name_and_environment_find_their_python(machine: Path) -> None:
    named = fake_python(machine / "bin" / "pypy3", "3.11.13")
    assert pythons.find("pypy3") == pythons.Python(named, "3.11.13")
    inside = fake_python(machine / "env" / "bin" / "python", "3.99.1")
    assert pythons.find(machine / "env").path == inside
    assert pythons.find(str(inside)).path == inside


def installed() -> list[pythons.Python]:
    """Return the real Pythons of this machine, one of each minor version."""
    found = {}
    for python in sorted(pythons._Places().kept(), key=pythons._age):
        if pythons._age(python) >= (3, 9):
            found[python.version.rpartition(".")[0]] = python
    return list(found.values()) or [pythons.host()]


@pytest.mark.row("B14")
@pytest.mark.parametrize("installer", ["uv", "pip"])
@pytest.mark.parametrize("python", installed(), ids=lambda each: each.version)
def test_environment_is_made_for_every_python_here(
    tmp_path: Path,
    cache_home: Path,
    wheelhouse: Path,
    python: pythons.Python,
    installer: str,
) -> None:
    env = Environment.create(
        tmp_path / "env",
        python.version,
        ["tiny"],
        installer=installer,  # type: ignore[arg-type]  # one of the two
        no_index=True,
        find_links=[wheelhouse],
    )
    code = "import sys, tiny; print('%d.%d.%d' % sys.version_info[:3])"
    assert env.run_and_return("-c", code) == f"{python.version}\n"
    assert env.packages() == {"tiny": "2.0"}
    base = layouts.base_python(env.path)
    assert base is not None
    assert base.resolve() == python.path.resolve()


def test_program_that_embeds_python_is_not_taken_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for program in ("/usr/bin/java", ""):
        monkeypatch.setattr(sys, "executable", program)
        found = pythons.host_executable()
        done = subprocess.run([found, "-c", ""], check=False)
        assert done.returncode == 0
        assert found.parent.parent == Path(sys.prefix)
    monkeypatch.setattr(sys, "prefix", "/nowhere")
    with pytest.raises(PythonNotFoundError, match="for this process"):
        pythons.host_executable()
