"""`pythonarium doctor`: what it finds on this machine, and on others."""

import json
import os
import platform
import pty
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from commands import COMMAND, run_command
from machine import LANDLOCK, READ_ONLY, UNSHARE, forbids, landlock_version
from programs import SCRIPTS
from pythonarium import Interpreter, UnsupportedError
from pythonarium.cli import doctor, limit_findings
from pythonarium.environments import pythons
from pythonarium.jvm import jdks, libraries


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run_command("doctor", *words, env={**os.environ, **environment})


def findings(done: subprocess.CompletedProcess[str]) -> dict[str, Mapping[str, Any]]:
    return {each["name"]: each for each in json.loads(done.stdout)["findings"]}


@pytest.mark.row("B15")
@READ_ONLY
def test_doctor_finds_that_scripts_run_here() -> None:
    done = run("--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["healthy"] is True
    found = findings(done)
    assert sys.executable in found["python"]["text"]
    assert sys.prefix in found["environment"]["text"]
    assert found["rung shared"]["usable"]
    assert found["rung process"]["usable"]
    for rung in ("own-gil", "cluster"):
        assert found[f"rung {rung}"]["text"] == "not in this version"


@pytest.mark.row("B15")
def test_doctor_names_a_command_for_everything_that_can_be_mended() -> None:
    of_the_kernel = ("landlock", "no network", "read-only")
    for name, finding in findings(run("--json", JAVA_HOME="")).items():
        later = finding["text"] == "not in this version" or name in of_the_kernel
        assert finding["usable"] or later or finding["mend"], name


@pytest.mark.row("B15", "B19")
def test_doctor_says_which_limits_hold() -> None:
    found = findings(run("--json"))
    assert found["limits"]["usable"]
    for name in ("memory", "cpu_seconds", "file_size", "open_files"):
        assert name in found["limits"]["text"].partition("hold")[0]
    abi = found["landlock"]["text"].split()[1]
    assert found["landlock"]["usable"] is abi.isdecimal()
    for name, limits in (
        ("no network", {"network": False}),
        ("read-only", {"writable": []}),
    ):
        refusal = refusal_of(limits)
        assert found[name]["usable"] is not bool(refusal)
        assert not refusal or found[name]["text"] == refusal
        assert (name in forbidden_here()) is bool(refusal)


def forbidden_here() -> set[str]:
    """Return the findings about limits that this machine gives no ground for."""
    grounds = {
        "landlock": landlock_version() > 0,
        "no network": not forbids("network"),
        "read-only": not forbids("writable"),
    }
    return {name for name, is_there in grounds.items() if not is_there}


def refusal_of(limits: Mapping[str, object]) -> str:
    try:
        Interpreter("process", limits=limits).close()
    except UnsupportedError as error:
        return str(error)
    return ""


@pytest.mark.row("B15", "B19")
@READ_ONLY
@pytest.mark.parametrize(
    ("call", "names"),
    [
        (UNSHARE, {"no network", "read-only"}),
        (LANDLOCK, {"landlock", "read-only"}),
    ],
    ids=["no-namespaces", "no-landlock"],
)
def test_doctor_says_which_limits_the_kernel_does_not_have(
    call: int, names: set[str]
) -> None:
    command = [SCRIPTS / "without_calls.py", call, "-m", "pythonarium", "doctor"]
    done = subprocess.run(
        [sys.executable, *map(str, command), "--json"],
        capture_output=True,
        text=True,
        timeout=15,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    missing = {name for name, found in findings(done).items() if not found["usable"]}
    limits = {"limits", "landlock", "no network", "read-only"}
    assert missing & limits == names | forbidden_here()


def test_doctor_takes_the_command_from_the_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = (
        "limits: it cannot be held; `sysctl -w user.max_user_namespaces=15000` allows"
    )
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    command = limit_findings._command(said)
    assert command == "sysctl -w user.max_user_namespaces=15000"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert limit_findings._command(said) == f"sudo {command}"
    assert limit_findings._command("no command") == ""


@pytest.mark.row("B15")
def test_doctor_finds_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    found = doctor._uv()
    assert found.usable is (pythons.uv_program() is not None)
    monkeypatch.setattr(pythons, "uv_program", lambda: None)
    assert doctor._uv().mend == f"{sys.executable} -m pip install uv"


def test_doctor_prints_plain_lines_into_a_pipe() -> None:
    done = run(FORCE_COLOR="")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("yes  python ")
    assert lines[-1] == "no   rung cluster not in this version"
    assert "\x1b" not in done.stdout


def at_terminal(**environment: str) -> str:
    """Return what is shown at a pseudo-terminal."""
    end, other = pty.openpty()
    kept = {name: os.environ[name] for name in os.environ if name != "NO_COLOR"}
    with subprocess.Popen(
        [*COMMAND, "doctor"],
        stdout=other,
        env={**kept, "TERM": "xterm", **environment},
    ) as process:
        os.close(other)
        shown = b""
        with suppress(OSError):  # so Linux tells the end of a terminal
            while piece := os.read(end, 4096):
                shown += piece
        os.close(end)
    assert process.returncode == 0
    return shown.decode()


def test_doctor_has_colours_only_where_they_are_wanted() -> None:
    assert "\x1b[32myes" in at_terminal()
    assert "\x1b[3" not in at_terminal(NO_COLOR="1")


@pytest.mark.row("B15")
def test_doctor_fails_where_no_script_can_run() -> None:
    done = run("--json", PYTHONARIUM_PATH_APPEND="sideways")
    assert done.returncode == 1
    rung = findings(done)["rung shared"]
    assert not rung["usable"]
    assert "PYTHONARIUM_PATH_APPEND" in rung["text"]
    mended = subprocess.run(
        [*rung["mend"].split()[:-2], *COMMAND, "doctor"],
        env={**os.environ, "PYTHONARIUM_PATH_APPEND": "sideways"},
        capture_output=True,
        timeout=15,
        check=False,
    )
    assert mended.returncode == 0


def test_doctor_says_what_brings_a_missing_package() -> None:
    finding = doctor._package("no-such-package-anywhere", "numpy")
    assert not finding.usable
    assert finding.mend == f"{sys.executable} -m pip install numpy"


def test_doctor_finds_the_shared_library_of_this_python() -> None:
    library = libraries.shared_library()
    if sysconfig.get_config_var("Py_ENABLE_SHARED"):
        assert library is not None
        assert library.exists()
    else:
        assert library is None


# JDKs


def make_jdk(home: Path, version: str) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    java = home / "bin" / "java"
    java.write_text("#!/bin/sh\n")
    java.chmod(0o755)
    return home


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Java, whose usual folder for it is the one returned."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(jdks, "_USUAL_FOLDERS", (f"{tmp_path}/jvm/*",))
    return tmp_path / "jvm"


def test_find_jdk_finds_none_where_there_is_none(machine: Path) -> None:
    assert jdks.find_jdk() is None
    finding = doctor._jdk()
    assert not finding.usable
    assert finding.text == "none found; 22 or newer is needed"
    assert finding.mend


@pytest.mark.parametrize(
    ("version", "new_enough"),
    [
        *(("1.8.0_392", False), ("17.0.9", False), ("21", False)),
        *(("22", True), ("25.0.1", True), ("26-ea", True)),
    ],
)
def test_find_jdk_knows_which_are_new_enough(
    machine: Path, version: str, new_enough: bool
) -> None:
    home = make_jdk(machine / "jdk", version)
    jdk = jdks.find_jdk()
    assert jdk == jdks.Jdk(home, version, "a usual folder")
    assert jdk.is_new_enough is new_enough
    assert doctor._jdk().usable is new_enough


def test_find_jdk_prefers_java_home_then_path(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_jdk(machine / "usual", "22")
    (machine.parent / "bin").mkdir()
    on_path = make_jdk(machine.parent / "on_path", "23")
    (machine.parent / "bin" / "java").symlink_to(on_path / "bin" / "java")
    assert jdks.find_jdk() == jdks.Jdk(on_path, "23", "PATH")
    named = make_jdk(machine.parent / "named", "24")
    monkeypatch.setenv("JAVA_HOME", str(named))
    assert jdks.find_jdk() == jdks.Jdk(named, "24", "JAVA_HOME")


def test_find_jdk_goes_past_one_that_is_too_old(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(make_jdk(machine.parent / "old", "17")))
    new = make_jdk(machine / "new", "25")
    assert jdks.find_jdk() == jdks.Jdk(new, "25", "a usual folder")


def test_find_jdk_ignores_a_folder_that_is_no_jdk(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(machine / "nowhere"))
    (machine / "empty").mkdir(parents=True)
    assert jdks.find_jdk() is None


# Other machines


def test_doctor_says_that_cpython_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "python_implementation", lambda: "PyPy")
    finding = doctor._python()
    assert not finding.usable
    assert finding.needed
    assert finding.text.endswith("; CPython is needed")
    assert finding.mend == "uv venv --python cpython"


@pytest.mark.parametrize(
    ("base", "command"),
    [
        (
            "pyenv/versions/3",
            "env PYTHON_CONFIGURE_OPTS=--enable-shared pyenv",
        ),
        ("/usr", "uv python install 3."),
    ],
)
def test_doctor_says_what_brings_a_shared_library(
    monkeypatch: pytest.MonkeyPatch, base: str, command: str
) -> None:
    monkeypatch.setattr(sys, "base_prefix", base)
    monkeypatch.setattr(doctor, "shared_library", lambda: None)
    finding = doctor._libpython()
    assert not finding.usable
    assert finding.mend.startswith(command)


@pytest.mark.parametrize(
    ("is_framework", "name"),
    [(False, "libpython3.so"), (True, "Versions/3/Python")],
    ids=["so", "framework"],
)
def test_doctor_finds_a_shared_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_framework: bool, name: str
) -> None:
    library = tmp_path / name
    library.parent.mkdir(parents=True, exist_ok=True)
    library.touch()
    folder = "PYTHONFRAMEWORKPREFIX" if is_framework else "LIBDIR"
    known = {folder: str(tmp_path), "LDLIBRARY": name}
    monkeypatch.setattr(sysconfig, "get_config_var", known.get)
    assert libraries.shared_library() == library
    assert doctor._libpython().text == str(library)


@pytest.mark.parametrize("program", ["apt-get", "dnf", "pacman", "apk", "brew"])
def test_doctor_knows_who_installs_a_jdk(machine: Path, program: str) -> None:
    folder = machine.parent / "bin"
    folder.mkdir()
    (folder / program).touch(mode=0o755)
    command = doctor._jdk().mend
    assert command.removeprefix("sudo ").startswith(program)
    assert command.startswith("sudo ") is (program != "brew" and os.geteuid() != 0)


def test_doctor_tells_a_python_that_is_no_virtual_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert doctor._environment().text == f"{sys.prefix}, no virtual environment"
