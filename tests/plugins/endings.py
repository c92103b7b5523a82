"""How tests end a run that would not end, and what must hold after it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from textwrap import dedent

from pythonarium import Interpreter, ScriptTimeoutError

PATIENCE = 10.0  # seconds after which a run is taken to hang
SHORT = 0.1  # a deadline that is meant to pass
PROMPT = 1.0  # what "at once" may take on a busy machine


@contextmanager
def usable_afterwards(python: Interpreter) -> Iterator[None]:
    """Check that variables stay and runs, also with a deadline, go on as before."""
    python.set("earlier", "kept")
    yield
    assert python.exec("later = earlier\nfor _ in range(1000): pass\nlater").value == (
        "kept"
    )
    assert python.exec("print('x')", capture=True, timeout=PATIENCE).stdout == "x\n"


def nesting(python: Interpreter, inner: str, seconds: float) -> Callable[[], str]:
    """Return a host callable that runs a script inside the one that calls it."""

    def call() -> str:
        try:
            python.exec(dedent(inner), timeout=seconds)
        except ScriptTimeoutError as error:
            return f"inner {error.timeout}"
        return "inner ended"

    return call


@contextmanager
def interrupting(python: Interpreter, started: threading.Event) -> Iterator[list[bool]]:
    """Interrupt from another thread once started; yield what it is told."""
    answers: list[bool] = []

    def work() -> None:
        assert started.wait(PATIENCE)
        answers.append(python.interrupt())

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield answers
    finally:
        thread.join()
