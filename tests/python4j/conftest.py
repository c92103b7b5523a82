"""After each test the one interpreter of Python4J's names is closed, and its settings forgotten."""

from collections.abc import Iterator

import pytest

from pythonarium import (
    settings,
)
from pythonarium.python4j import (
    PythonExecutioner,
)


@pytest.fixture(autouse=True)
def interpreter_closes() -> Iterator[None]:
    yield
    PythonExecutioner.close()
    settings.clear_properties()
