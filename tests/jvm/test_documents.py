"""Every Java example of the two documents that Pythonarium takes up, as it stands there.

The programs ScriptExecution, AdvancedUsage, Settings and Processes hold them, each with
the section that it comes from; only the imports are others.
"""

import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from java_programs import Java

Printed = Callable[[str], Mapping[str, str]]

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.untraced("what it runs is Java"),
]
SENTENCE = (
    "Attempt to use Python4j from multiple threads without acquiring GIL. Enclose your"
    " code in a try(PythonGIL gil = PythonGIL.lock()){...} block"
)


def param(title: str, shown: str, rows: tuple[str, ...]) -> ParameterSet:
    """Return a section of a program, what it shows, and the rows that it proves."""
    return pytest.param(title, shown, marks=pytest.mark.row(*rows), id=title)


SCRIPT_EXECUTION = [
    param("initialization", "same process: true", ("S1", "S3")),
    param("passing in", "Hello World", ("S2", "S4")),
    param(
        "all variables",
        "a int Long 5\nb str String 10\nc float Double 20.0",
        ("S5", "S8"),
    ),
    param(
        "outputs",
        "before: null\nafter: Hello World",
        ("S6", "S7"),
    ),
    param("double try/with", "done: 100", ("S9", "S15")),
    param(
        "one context per thread",
        "[one=one, three=three, two=two]",
        ("S10", "S21"),
    ),
]
ADVANCED_USAGE = [
    param("lock", "42\nlocked: false", ("S12", "S13")),
    param("two threads", "one after the other", ("S14", "S15")),
    param("one namespace", "second", ("S20",)),
    param("switching contexts", "resnet", ("S21", "S22", "S23")),
    param(
        "context as a scope",
        "my_context\nmain\n42\ntrue",
        ("S24",),
    ),
    param(
        "temporary context",
        "true\nfalse\norg.pythonarium.PythonException: variable 'temp_var' is not set"
        " in context 'main'",
        ("S25", "B9"),
    ),
    param(
        "resetting and deleting",
        "[]\nfalse\n[main]\norg.pythonarium.PythonException: Cannot delete current"
        " context! It is 'main'; first make another one current",
        ("S26", "S27", "S28"),
    ),
    param(
        "watch",
        "2\naddress: 0\norg.pythonarium.PythonException: this PythonObject was released"
        " when its PythonGC frame closed, or by del(); PythonGC.keep(object) lets it"
        " outlive the frame",
        ("S29", "S30", "S31"),
    ),
    param("keep", "[1, 2, 3]", ("S32",)),
    param("pause", "not tracked", ("S33",)),
    param(
        "resume",
        "false\ntrue\norg.pythonarium.PythonException: GC not paused!",
        ("S34",),
    ),
]


@pytest.mark.parametrize(("title", "shown"), SCRIPT_EXECUTION)
def test_script_execution_gives_what_it_says(
    sections: Printed, title: str, shown: str
) -> None:
    assert sections("ScriptExecution")[title] == shown


@pytest.mark.parametrize(("title", "shown"), ADVANCED_USAGE)
def test_advanced_usage_gives_what_it_says(
    sections: Printed, title: str, shown: str
) -> None:
    assert sections("AdvancedUsage")[title] == shown


@pytest.mark.row("S11", "S16", "S17", "S18", "S49")
def test_every_call_of_a_second_thread_without_the_lock_is_refused(
    sections: Printed,
) -> None:
    said = sections("AdvancedUsage")["assertThreadSafe"].splitlines()
    assert len(said) == 10
    assert all(line.startswith(SENTENCE) for line in said)


@pytest.mark.row("S45", "S51")
def test_the_error_s_message_has_that_of_python(sections: Printed) -> None:
    said = sections("AdvancedUsage")["error"]
    assert said.startswith("Caught: ZeroDivisionError: division by zero")


@pytest.mark.row("S46", "S47", "S48", "S52", "B1", "B3", "B4")
def test_the_situations_that_throw_do_throw(sections: Printed) -> None:
    said = sections("AdvancedUsage")["situations"]
    assert "nothing was thrown" not in said
    for message in (
        "ValueError",
        "AssertionError",
        "SystemExit: over",
        "Execution failed, unable to retrieve python exception.",
        "SyntaxError: '(' was never closed",
        "Could not convert value to int: str 'five' (variable 'text')",
    ):
        assert message in said


# Settings: each holds for the life of a process


@pytest.mark.row("S19", "S55", "S59")
@pytest.mark.parametrize("way", ["setter", "property"])
def test_gil_can_be_left_to_an_embedding_host(programs: Java, way: str) -> None:
    options = {
        "setter": [],
        "property": ["-Dorg.eclipse.python4j.release_gil_automatically=false"],
    }
    argument = "release" if way == "setter" else "none"
    ended = programs.run("Settings", argument, options=options[way])
    path, refusal = ended.printed.splitlines()
    assert path.startswith("[")
    assert "org.eclipse.python4j.release_gil_automatically" in refusal


@pytest.mark.row("S56")
@pytest.mark.parametrize(
    ("argument", "options"),
    [
        ("initialize", []),
        ("none", ["-Dorg.eclipse.python4j.python.initialize=false"]),
    ],
)
def test_start_can_be_left_to_a_host(
    programs: Java, argument: str, options: list[str]
) -> None:
    ended = programs.run("Settings", argument, options=options)
    assert ended.printed.startswith(
        "org.eclipse.python4j.python.initialize is false, and nothing else has started"
    )


@pytest.mark.row("S53", "S54")
@pytest.mark.parametrize(
    ("options", "place"),
    [([], 0), (["-Dorg.eclipse.python4j.path.append=after"], -1)],
    ids=["before", "after"],
)
def test_path_takes_its_place(
    programs: Java, tmp_path: Path, options: list[str], place: int
) -> None:
    ended = programs.run("Settings", "path", str(tmp_path), options=options)
    path = ended.printed.splitlines()[0].strip("[]").split(", ")
    assert path[place] == str(tmp_path)
    assert len(path) > 1


@pytest.mark.row("S54")
def test_path_can_stand_alone(programs: Java, tmp_path: Path) -> None:
    options = ["-Dorg.eclipse.python4j.path.append=none"]
    ended = programs.run("Settings", "path", str(tmp_path), options=options)
    assert "site-packages" not in ended.printed
    assert str(tmp_path) in ended.printed


# Subprocess mode


@pytest.mark.row("S35", "S36", "S37")
def test_process_gives_its_output_or_inherits_the_streams(
    programs: Java, tmp_path: Path
) -> None:
    script = tmp_path / "myscript.py"
    script.write_text("print(input(), 'was read')")
    ended = programs.run("Processes", "running", str(script), stdin="a line\n")
    assert ended.printed == "hello from subprocess\n\na line was read\n"


def wheel(folder: Path, name: str, version: str) -> None:
    """Write a wheel with nothing in it but its metadata."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        name = name.replace("_", "-")
        file.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        )
        file.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        file.writestr(f"{info}/RECORD", "")


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment with pip in it."""
    folder = tmp_path_factory.mktemp("environment")
    base = sys._base_executable  # type: ignore[attr-defined]
    subprocess.run([base, "-m", "venv", folder], check=True)
    return folder


@pytest.mark.row("S38", "S39", "S40", "S41", "S42", "S43", "S44", "B14")
def test_packages_are_installed_asked_for_and_removed(
    programs: Java, environment: Path, tmp_path: Path
) -> None:
    for name, version in {
        "requests": "2.0",
        "scikit_learn": "1.2.0",
        "numpy": "9.9",
    }.items():
        wheel(tmp_path, name, version)
    wheel(tmp_path, "scikit_learn", "1.3.0")
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("numpy >= 9\n")
    ended = programs.run(
        "Processes",
        "packages",
        str(requirements),
        python=str(environment / "bin/python"),
        environment={
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(tmp_path),
            "PIP_CONFIG_FILE": "/dev/null",
        },
    )
    versions, failure = ended.printed.split("Error installing package", 1)
    assert versions == "true 9.9\n1.2.0\ntrue\nfalse\n"
    assert "no-such-package" in failure
    assert "No matching distribution found" in failure
