"""What becomes of Java's functions in a forked child; tests in java/ fork a JVM."""

import pytest

from pythonarium_kernel import jvm_guard


def test_a_child_changes_the_second_word_of_each_definition_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pieces = [bytearray(2 * 32), bytearray(32)]
    views = [memoryview(piece) for piece in pieces]
    monkeypatch.setattr(jvm_guard, "definitions", views)
    mark = bytearray(1)
    jvm_guard._leave_java(77, memoryview(mark))
    assert mark == b"\1"
    words = [list(view.cast("P")) for view in views]
    assert words == [[0, 77, 0, 0, 0, 77, 0, 0], [0, 77, 0, 0]]


@pytest.mark.row("B16")
def test_a_function_of_javas_is_refused_with_what_to_do_instead() -> None:
    with pytest.raises(RuntimeError, match=r"has no Java.*subprocess.*'spawn'"):
        jvm_guard.refuse(object(), 1, name=2)
