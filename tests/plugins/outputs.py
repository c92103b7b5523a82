"""What the tests of output share."""

from collections.abc import Callable
from textwrap import dedent

import pytest

from pythonarium import Interpreter

PATIENCE = 10.0  # seconds after which a thread is taken to hang


Opener = Callable[..., Interpreter]


Captured = pytest.CaptureFixture[str]


def output_of(python: Interpreter, code: str) -> tuple[str, str]:
    result = python.exec(dedent(code), capture=True)
    return result.stdout, result.stderr
