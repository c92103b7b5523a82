"""Loops over handles: items as the object gives them, at the time it gives them."""

from typing import Any

import pytest

from pythonarium import Handle, Interpreter, ScriptError

SOURCES = (
    "list(range(3000))",
    "tuple(range(100))",
    "range(5, 5000, 7)",
    "range(2**70, 2**70 + 100)",
    "'abc' * 100",
    "'aä€' * 100",
    "bytes(range(256))",
    "bytearray(b'abc' * 100)",
    "{n: str(n) for n in range(3000)}",
    "{n: str(n) for n in range(3000)}.values()",
    "set(range(3000))",
    "frozenset(range(99))",
    "['x' * 100_000] * 30",
    "reversed(range(50))",
    "(n * n for n in range(50))",
    "[]",
)


@pytest.mark.row("S29")
@pytest.mark.parametrize("source", SOURCES)
def test_loop_gives_every_item_once(python: Interpreter, source: str) -> None:
    assert list(python.handle(source)) == list(eval(source))


def test_items_with_parts_are_handles_between_values(python: Interpreter) -> None:
    python.exec("inner = [5]; mixed = [1, 2, inner, 3, 'x', inner]")
    items = list(python.handle("mixed"))
    assert [type(item) for item in items] == [int, int, Handle, int, str, Handle]
    items[2].append(6)
    assert python.get("inner") == [5, 6]


@pytest.mark.row("S29")
@pytest.mark.parametrize("make", ["(step(n) for n in range(9))", "map(step, range(9))"])
def test_generator_does_its_steps_when_they_are_asked_for(
    python: Interpreter, make: str
) -> None:
    python.exec("done = []\ndef step(n):\n    done.append(n)\n    return n")
    iterator = iter(python.handle(make))
    for expected in range(4):
        assert next(iterator) == expected
        assert python.get("done") == list(range(expected + 1))


def test_iterator_of_a_class_of_the_script_is_lazy(python: Interpreter) -> None:
    python.exec("""
        done = []
        class Numbers(list):
            def __iter__(self):
                for item in list.__iter__(self):
                    done.append(item)
                    yield item
        numbers = Numbers(range(9))
    """)
    iterator = iter(python.handle("numbers"))
    next(iterator)
    assert python.get("done") == [0]


def test_loop_sees_what_its_body_changes(python: Interpreter) -> None:
    numbers: Any = python.handle("list(range(20))")
    seen = []
    for number in numbers:
        seen.append(number)
        if number == 2:
            del numbers[5:]
            numbers.append(99)
    assert seen == [0, 1, 2, 3, 4, 99]


def test_dict_that_changes_in_a_loop_ends_it(python: Interpreter) -> None:
    table: Any = python.handle("dict.fromkeys(range(20))")
    iterator = iter(table)
    assert [next(iterator), next(iterator)] == [0, 1]
    table["new"] = 1
    with pytest.raises(ScriptError, match="changed size during iteration"):
        next(iterator)


@pytest.mark.parametrize("source", ["list(range(50))", "set(range(50))", "range(50)"])
def test_iterator_goes_on_where_the_loop_left_it(
    python: Interpreter, source: str
) -> None:
    iterator = iter(python.handle(source))
    for number in iterator:
        if number == 9:
            break
    assert next(iterator) == 10
    python.set("iterator", iterator)
    assert python.eval("next(iterator)") == 11
    assert next(iterator) == 12
    assert python.eval("list(iterator)") == list(range(13, 50))
    with pytest.raises(StopIteration):
        next(iterator)


def test_two_loops_over_one_object(python: Interpreter) -> None:
    numbers: Any = python.handle("list(range(12))")
    pairs = [(left, right) for left in numbers for right in numbers]
    assert pairs == [(left, right) for left in range(12) for right in range(12)]


def test_callable_of_the_host_takes_items_while_the_script_changes_them(
    python: Interpreter,
) -> None:
    python.exec("numbers = list(range(20))")
    iterator = iter(python.handle("numbers"))
    code = "taken = [take()]\nnumbers[1] = 'changed'\ntaken.append(take())"
    python.exec(code, {"take": lambda: next(iterator)})
    assert python.get("taken") == [0, "changed"]
