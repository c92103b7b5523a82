"""One suite on every rung: a new rung is one line in RUNGS, and what is its own in FACTS.

A test asks for `python`, an open interpreter, or for `open_interpreter` to make more.
What a rung may do in its own way is a fact, and each fact is a fixture of its own.
So is what the scripts' Python may be too old for: `pytest tests/contract --worker 3.9`
runs the process rung's half with workers of that Python, see plugins/workers.py.
"""

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

import pytest

from pythonarium import Interpreter
from workers import Language, language_of, python_for

Opener = Callable[..., Interpreter]


@dataclass(frozen=True, slots=True)
class Facts:
    """Where rungs differ, with a reason.

    Attributes:
        shares_objects: a value that comes back is the one that went in.
        shares_process: the script has the host's pid, `sys.path` and `sys.modules`.
        ends_calls: a call that does not return to Python ends at a deadline; in C code
            that never looks, it ends with its process and the variables.
        exact_to: seconds by which the CPU time of a receipt may be wrong.
    """

    shares_objects: bool
    shares_process: bool
    ends_calls: bool
    exact_to: float


FACTS: Final = {
    "shared": Facts(
        shares_objects=True, shares_process=True, ends_calls=False, exact_to=20e-6
    ),
    "process": Facts(
        shares_objects=False, shares_process=False, ends_calls=True, exact_to=100e-6
    ),
}
RUNGS: Final = ["shared", "process"]


@pytest.fixture(params=RUNGS)
def rung(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def shares_objects(rung: str) -> bool:
    return FACTS[rung].shares_objects


@pytest.fixture
def shares_process(rung: str) -> bool:
    return FACTS[rung].shares_process


@pytest.fixture
def ends_calls(rung: str) -> bool:
    return FACTS[rung].ends_calls


@pytest.fixture
def exact_to(rung: str) -> float:
    return FACTS[rung].exact_to


@pytest.fixture
def language(rung: str) -> Language:
    return language_of(rung)


@pytest.fixture
def open_interpreter(rung: str) -> Generator[Opener]:
    """Open interpreters on the rung under test; they are closed after the test."""
    with ExitStack() as opened:

        def open_one(**options: Any) -> Interpreter:
            options.setdefault("python", python_for(rung))
            return opened.enter_context(Interpreter(rung, **options))

        yield open_one


@pytest.fixture
def python(open_interpreter: Opener) -> Interpreter:
    """Return an open interpreter."""
    return open_interpreter()


@pytest.fixture(autouse=True)
def streams_are_the_hosts_afterwards() -> Iterator[None]:
    before = sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__
    yield
    assert (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__) == before
