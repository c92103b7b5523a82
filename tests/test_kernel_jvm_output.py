"""Where Python prints to inside of a JVM, without one: functions stand for Java's."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from pythonarium_kernel import jvm_output
from pythonarium_kernel.jvm_output import JavaSession, Scope

Told = list[tuple[str, str | None]]


@pytest.fixture
def told() -> Told:
    """What Java was told, with which of its functions."""
    return []


@contextmanager
def connected(told: Told) -> Iterator[None]:
    """Have Python print to a list."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("stdout", "stderr", "__stdout__", "__stderr__"):
            patch.setattr(sys, name, getattr(sys, name))
        jvm_output.connect(
            lambda text: told.append(("out", text)),
            lambda text: told.append(("err", text)),
        )
        yield


def say(text: str) -> None:
    sys.stdout.write(text)


@pytest.fixture
def scope() -> Iterator[Callable[..., Scope]]:
    opened: list[Scope] = []

    def open_scope(
        on_stdout: Callable[[str], object] | None = None, limit: int | None = 100
    ) -> Scope:
        opened.append(Scope(on_stdout, None, limit))
        return opened[-1]

    yield open_scope
    for each in reversed(opened):
        each.close()


def test_line_goes_to_java_as_a_whole(told: Told) -> None:
    with connected(told):
        say("a")
        say(" 1\n")
        sys.stderr.write("b\n")
        assert told == [("out", "a 1\n"), ("err", "b\n")]


def test_flush_passes_on_what_there_is(told: Told) -> None:
    with connected(told):
        say("a")
        sys.stdout.flush()
        assert told == [("out", "a"), ("out", None)]
        say("b")
        sys.stdout.close()
        assert told[2:] == [("out", "b"), ("out", None)]


def test_end_passes_on_what_any_thread_has_left(
    told: Told,
) -> None:
    with connected(told):
        thread = threading.Thread(target=say, args=("left",))
        thread.start()
        thread.join()
        jvm_output.finish()
        assert told == [("out", "left"), ("out", None), ("err", None)]


def test_text_that_java_cannot_print_is_escaped(
    told: Told,
) -> None:
    with connected(told):
        say("\u00e9\ud800\n")
        assert told == [("out", "\u00e9\\ud800\n")]


def test_console_is_the_process_stream_for_who_asks(
    told: Told,
) -> None:
    with connected(told):
        assert (sys.stdout.fileno(), sys.stderr.fileno()) == (1, 2)
        assert isinstance(sys.stdout.isatty(), bool)
        assert told == []


def test_scope_keeps_and_says_what_it_cut(
    told: Told, scope: Callable[..., Scope]
) -> None:
    with connected(told):
        inner = scope(limit=3)
        say("abcdef\n")
        assert inner.texts() == (
            "abc\n[pythonarium: 4 more characters were cut off]\n",
            "",
        )
        assert told == []


def test_consumer_prints_to_the_outer_scope(
    told: Told, scope: Callable[..., Scope]
) -> None:
    with connected(told):
        outer = scope()
        inner = scope(lambda line: say(f"heard {line}\n"), None)
        say("a\nb")
        assert outer.texts()[0] == "heard a\n"
        inner.close()
        assert outer.texts()[0] == "heard a\nheard b\n"
        assert told == []


def test_scopes_that_close_in_another_order_leave_none(
    told: Told, scope: Callable[..., Scope]
) -> None:
    with connected(told):
        outer, inner = scope(), scope()
        outer.close()
        say("a\n")
        assert inner.texts()[0] == "a\n"
        inner.close()
        say("b\n")
        assert told == [("out", "b\n")]


def test_thread_of_a_run_prints_where_the_run_began(
    told: Told, scope: Callable[..., Scope]
) -> None:
    with connected(told):
        session = JavaSession()
        try:
            outer = scope()
            session.execute(
                "main",
                "import threading; go = threading.Event()\n"
                "t = threading.Thread(target=lambda: (go.wait(), print('late')))\nt.start()",
            )
            session.execute("main", "go.set(); t.join()")
            assert outer.texts()[0] == "late\n"
        finally:
            session.close()
        assert told == []
