"""What a user is told of a machine, a command line or a Python that will not do."""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from java_programs import DIRECT, PROGRAMS, Java
from pythonarium.jvm import jars, jdks

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.untraced("what it runs is Java"),
]


def told(java: Java, python: str | None, *options: str, **environment: str) -> str:
    """Return the one line that a program prints where it cannot run Python."""
    ended = java.run("First", options=options, python=python, environment=environment)
    assert ended.printed.count("\n") == 1
    return ended.printed


@pytest.mark.row("S50", "B15")
def test_no_python_says_where_it_looked_and_what_installs_one(
    programs: Java, tmp_path: Path
) -> None:
    said = told(programs, None, PATH=str(tmp_path))
    assert said.startswith(
        "no Python found: org.pythonarium.python, PYTHONARIUM_PYTHON and VIRTUAL_ENV are"
        f" not set, and there is no python3 or python in PATH ({tmp_path}); next: "
    )


@pytest.mark.row("S50")
@pytest.mark.parametrize("by", ["property", "variable"])
def test_a_python_that_is_not_there_is_named_with_who_named_it(
    programs: Java, tmp_path: Path, by: str
) -> None:
    path = str(tmp_path / "python")
    if by == "property":
        said, named = told(programs, path), "org.pythonarium.python"
    else:
        said = told(programs, None, PYTHONARIUM_PYTHON=path)
        named = "PYTHONARIUM_PYTHON"
    assert said.startswith(f"{named}: '{path}' names no Python, no executable file")


@pytest.mark.row("S50", "S59")
@pytest.mark.parametrize("by", ["setter", "property"])
def test_after_a_failure_another_python_can_be_tried(
    programs: Java, tmp_path: Path, by: str
) -> None:
    ended = programs.run("Retry", by, sys.executable, python=str(tmp_path / "none"))
    refusal, *again, last = ended.printed.splitlines()
    assert "names no Python" in refusal
    assert again == [refusal] * 4
    assert last == "it works, and left 1 thread to start Python"


@pytest.mark.row("S50")
def test_a_python_that_does_not_start_is_named(programs: Java, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no luck >&2\nexit 3\n")
    broken.chmod(0o755)
    said = told(programs, str(broken))
    assert str(broken) in said
    assert "no luck" in said


@pytest.mark.row("S50")
def test_a_broken_environment_is_named(programs: Java, tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").write_text(f"home = {tmp_path}/gone\nversion = 3.13.0\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").symlink_to(tmp_path / "gone/python3.13")
    assert str(tmp_path) in told(programs, str(tmp_path))


@pytest.mark.row("S59")
def test_a_bad_setting_is_refused_by_name(programs: Java) -> None:
    name = "org.eclipse.python4j.path.append"
    said = told(programs, sys.executable, f"-D{name}=beside")
    assert said.startswith(f"{name}: ")
    assert "'beside'" in said


@pytest.mark.row("S50")
def test_denied_native_access_says_the_option(programs: Java) -> None:
    class_path = os.pathsep.join([str(programs.classes), str(programs.jar)])
    done = subprocess.run(
        [
            *(programs.home / "bin/java", "-XX:-UsePerfData"),
            *("--illegal-native-access=deny", "-cp", class_path, "First"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("start java with --enable-native-access=ALL-UNNAMED\n")


def test_on_the_module_path_the_option_names_the_module(programs: Java) -> None:
    modules = ("--add-modules", "org.pythonarium", "--module-path", str(programs.jar))
    for option, ends in {
        "--illegal-native-access=deny": "--enable-native-access=org.pythonarium\n",
        "--enable-native-access=org.pythonarium": "it works\n",
    }.items():
        done = subprocess.run(
            [
                *(programs.home / "bin/java", "-XX:-UsePerfData", DIRECT, option),
                f"-Dorg.pythonarium.python={sys.executable}",
                *(*modules, "-cp", programs.classes, "First"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith(ends)


def old_jdks() -> list[Path]:
    """Return the Javas of this machine that are too old."""
    found = (jdks._read(candidate) for candidate in jdks._homes())
    return [jdk.home for jdk in found if jdk and not jdk.is_new_enough]


def test_an_old_java_says_which_class_files_it_needs(
    programs: Java, tmp_path: Path
) -> None:
    """In Java's own words: it reads no class of ours that could say it better."""
    with ZipFile(programs.jar) as jar:
        header = jar.read("org/pythonarium/PythonException.class")[:8]
    assert struct.unpack(">IHH", header) == (0xCAFEBABE, 0, 66)
    programs.compile([PROGRAMS / "First.java"], tmp_path, "--release", "17")
    class_path = os.pathsep.join([str(tmp_path), str(programs.jar)])
    for home in old_jdks():
        done = subprocess.run(
            [home / "bin/java", "-XX:-UsePerfData", "-cp", class_path, "First"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert (
            "UnsupportedClassVersionError: org/pythonarium/PythonException has been"
            " compiled by a more recent version of the Java Runtime (class file version"
            " 66.0)"
        ) in done.stderr


def test_sources_that_do_not_compile_are_told(jdk: Path, tmp_path: Path) -> None:
    sources = tmp_path / "java/src/main/java"
    sources.mkdir(parents=True)
    (tmp_path / "java/pom.xml").write_text("<project/>")
    (sources / "Wrong.java").write_text("class Wrong { int number = text; }")
    assert jars.is_source(tmp_path)
    with pytest.raises(subprocess.CalledProcessError) as failed:
        jars.build(tmp_path, jdk, tmp_path / "wrong.jar")
    assert re.search(r"cannot find symbol\s.*text", failed.value.stderr, re.DOTALL)
