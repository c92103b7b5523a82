"""Each Python from 3.9 as a worker of the host that runs this: pair by pair.

The table of what crosses is docs/reference/versions.md; its examples are the test.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pythonarium import (
    Handle,
    Interpreter,
    PythonNotFoundError,
    ScriptError,
    VariableTypeError,
)
from pythonarium.environments.pythons import find

VERSIONS: Final = ("3.9", "3.10", "3.11", "3.12", "3.13")
PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "versions.md"


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntFlag):
    LOW = 1
    HIGH = 2


@dataclass(frozen=True)
class Point:
    x: float
    names: tuple[str, ...] = ()


class Pair(NamedTuple):
    left: int
    right: object


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def old(version: str) -> Iterator[Interpreter]:
    try:
        python = find(version).path
    except PythonNotFoundError:
        # A machine has the Pythons that it has; the host is tried with each of them.
        pytest.skip(f"Python {version} is not installed")
    with Interpreter("process", python=python) as interpreter:
        yield interpreter


# The table of the page


class Case(NamedTuple):
    example: str
    value: Any
    outcomes: dict[str, str]


def table() -> list[Case]:
    """Return the examples of the page, and what it says of each on each Python."""
    text = PAGE.read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "examples_of_the_page"}
    (source,) = re.findall("```python\n(.*?)```", text, re.DOTALL)
    exec(source, names)
    cases = []
    for line in re.findall(r"^\| .* \|$", text, re.MULTILINE):
        cells = re.split(r"(?<!\\)\|", line)[1:-1]
        outcomes = dict(zip(VERSIONS, map(str.strip, cells[2:]), strict=False))
        if len(outcomes) == len(VERSIONS):
            examples = re.findall("`([^`]+)`", cells[1].replace(r"\|", "|"))
            cases += [Case(e, eval(e, names), outcomes) for e in examples]
    return cases


def outcome(python: Interpreter, value: Any) -> str:
    """Take a value to the worker and back; return what became of it, as the page says."""
    try:
        python["given"] = value
    except VariableTypeError as error:
        is_clear = error.name == "given" and "Python 3." in error.expected
        return "refused" if is_clear and error.advice else f"refused: {error}"
    back = python.exec("back = given", outputs=["back"])["back"]
    if type(back) is Handle:
        return "by reference"
    assert python.eval("type(given).__name__") == type(value).__name__
    assert type(back) is type(value)
    assert back == value or (back != back and value != value)  # noqa: PLR0124  # a NaN
    if not isinstance(value, (set, frozenset, memoryview)):  # which show something else
        assert repr(back) == repr(value)
    return "crosses"


@pytest.mark.row("B8", "B19", "B21")
def test_values_cross_as_the_page_says(old: Interpreter, version: str) -> None:
    cases = table()
    assert len(cases) > 50
    found = [(case.example, outcome(old, case.value)) for case in cases]
    assert found == [(case.example, case.outcomes[version]) for case in cases]


@pytest.mark.row("B8", "B19")
def test_values_cross_within_each_other(old: Interpreter, version: str) -> None:
    values = [
        case.value
        for case in table()
        if case.outcomes[version] == "crosses" and case.value == case.value
    ]
    back = old.exec("back = given", {"given": values}, {"back": list})["back"]
    assert back == values


# What is refused

NO_NUMPY: Final = "import sys\nsys.modules['numpy'] = None"


@pytest.mark.row("B8", "B13")
def test_array_is_refused_where_there_is_no_numpy(old: Interpreter) -> None:
    old.exec(NO_NUMPY)
    inputs = {"rows": [np.ones(3)], "count": 3}
    with pytest.raises(VariableTypeError, match="needs numpy, which cannot") as caught:
        old.exec("ran = True", inputs)
    assert caught.value.name == "rows"
    assert "a worker whose Python has what it needs" in caught.value.advice
    assert "ran" not in old.variables()


@pytest.mark.row("B8")
def test_each_input_that_may_be_meant_is_named(old: Interpreter) -> None:
    old.exec(NO_NUMPY)
    inputs = {"rows": np.ones(3), "numbers": range(3), "text": "a"}
    with pytest.raises(VariableTypeError, match="variable 'rows or numbers'"):
        old.exec("ran = True", inputs)


@pytest.mark.row("B8")
def test_zone_that_a_worker_does_not_know_is_refused(old: Interpreter) -> None:
    old.exec(
        "import sys, zoneinfo\nsys.modules['tzdata'] = None\nzoneinfo.reset_tzpath(())"
    )
    with pytest.raises(VariableTypeError, match="No time zone found") as caught:
        old["zone"] = ZoneInfo("Asia/Tokyo")
    assert caught.value.name == "zone"


@pytest.mark.row("B8", "B16")
def test_callable_whose_value_is_refused_raises_in_the_script(
    old: Interpreter,
) -> None:
    old.exec(NO_NUMPY)
    with pytest.raises(ScriptError, match="needs numpy") as caught:
        old.exec("given()", {"given": lambda: np.ones(3)})
    assert caught.value.frames[-1].text == "given()"


# The rest of the contract, in short; `nox -s workers` runs all of it


@pytest.mark.row("B19", "B21")
def test_records_are_records_on_every_python(old: Interpreter) -> None:
    inputs = {
        "colour": Colour.RED,
        "level": Level.HIGH,
        "point": Point(2.0),
        "pair": Pair(1, 2),
    }
    code = (
        "import dataclasses\n"
        "told = (colour.value, int(level), point.x, dataclasses.asdict(point),"
        " pair.left, pair._asdict()['right'])\n"
        "moved = dataclasses.replace(point, x=5.0)"
    )
    result = old.exec(code, inputs, {"told": tuple, "moved": Point})
    assert result["told"] == ("red", 2, 2.0, {"x": 2.0, "names": ()}, 1, 2)
    assert result["moved"] == Point(5.0)


@pytest.mark.row("B1", "B2", "B21")
def test_errors_come_from_every_python(old: Interpreter) -> None:
    with pytest.raises(ScriptError) as caught:
        old.exec("def f():\n    {}['a']\nf()", filename="old.py")
    error = caught.value
    assert (error.type_name, error.message) == ("KeyError", "'a'")
    assert [frame.line for frame in error.frames] == [3, 2]
    with pytest.raises(ScriptError, match="SyntaxError"):
        old.exec("x = = 1")


@pytest.mark.row("B6", "B16", "B17", "B21")
def test_callables_and_handles_work_on_every_python(old: Interpreter) -> None:
    def add(left: int, *, right: int) -> int:
        return left + right

    assert old.exec("add(1, right=2)", {"add": add}).value == 3
    numbers = old.handle("(numbers := [1])")
    numbers.append(2)
    assert old.eval("numbers") == [1, 2]
    assert old.exec("print('text')", capture=True).stdout == "text\n"


@pytest.mark.row("B7", "B21")
@pytest.mark.parametrize(
    "code", ["while True: pass", "import time\ntime.sleep(100)"], ids=["loop", "sleep"]
)
def test_runs_end_on_every_python(old: Interpreter, code: str) -> None:
    old["kept"] = 1
    with pytest.raises(TimeoutError):
        old.exec(code, timeout=0.05)
    assert old["kept"] == 1
