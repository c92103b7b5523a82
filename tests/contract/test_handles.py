"""Handles: a live object used from the host as if it were here."""

import asyncio
import copy
import gc
import math
import operator
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pythonarium import (
    ClosedError,
    Handle,
    Interpreter,
    ScriptError,
    ThreadSafetyError,
    VariableTypeError,
)

CLASS = """
class Account:
    bank = "B"
    def __init__(self, owner, *, balance=0):
        self.owner, self.balance = owner, balance
    def pay(self, amount, *, fee=1):
        self.balance -= amount + fee
        return self
    @property
    def broken(self): raise LookupError("broken")
    def __eq__(self, other): return self.owner == getattr(other, "owner", None)
    def __hash__(self): return 7
    def __bool__(self): return self.balance > 0
    def __call__(self, *args, **named): return f"{args} {named}"
account = Account("Ann", balance=10)
"""


@pytest.fixture
def account(python: Interpreter) -> Any:
    python.exec(CLASS)
    return python.handle("account")


@pytest.mark.row("S29", "S31", "B17")
def test_handle_gives_scalars_as_values_and_the_rest_as_handles(
    python: Interpreter,
) -> None:
    two = python.handle("1 + 1")
    assert isinstance(two, Handle)
    assert python.get(two) == 2
    parts = python.handle(
        "{'n': 5, 'list': [1], 'when': __import__('datetime').date.max}"
    )
    assert parts["n"] == 5
    assert parts["when"].year == 9999
    assert isinstance(parts["list"], Handle)
    assert python.get(parts["list"]) == [1]
    assert python.get(parts["list"], list[float]) == [1.0]


@pytest.mark.row("B17")
def test_attributes(account: Any, python: Interpreter) -> None:
    assert account.owner == "Ann"
    account.owner = "Bob"
    account.extra = [1, 2]
    assert python.eval("account.owner, account.extra") == ("Bob", [1, 2])
    del account.extra
    assert not hasattr(account, "extra")
    assert getattr(account, "extra", 5) == 5
    assert "pay" in dir(account)
    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        _ = account.missing
    with pytest.raises(ScriptError, match="LookupError: broken"):
        _ = account.broken


@pytest.mark.row("B17")
def test_attribute_error_of_a_subclass_is_one_too(python: Interpreter) -> None:
    python.exec(
        "class Gone(AttributeError): pass\n"
        "class Odd:\n  def __getattr__(self, name): raise Gone(name)\n"
        "class AttributeError(Exception): pass\n"
        "class Own:\n  def __getattr__(self, name): raise AttributeError(name)"
    )
    assert not hasattr(python.handle("Odd()"), "x")
    with pytest.raises(ScriptError) as caught:
        hasattr(python.handle("Own()"), "x")
    assert caught.value.type_module == "__main__"


@pytest.mark.row("B17")
def test_calls_take_keywords_and_handles(account: Any, python: Interpreter) -> None:
    assert account.pay(2).pay(1, fee=0).balance == 6
    assert account(1, 2, a=3) == "(1, 2) {'a': 3}"
    make = python.handle("Account")
    other = make("Cy", balance=account.balance)
    assert (other.owner, other.balance) == ("Cy", 6)
    pair = python.handle("lambda *args, **named: [args, named]")(account, x=other)
    assert pair[0][0].owner == "Ann"
    assert pair[1]["x"].owner == "Cy"


@pytest.mark.row("B17")
def test_keywords_may_have_any_name(python: Interpreter) -> None:
    named = python.handle("lambda **named: sorted(named)")
    names = ["self", "args", "operation", "keywords", "caller", "context", "road"]
    assert python.get(named(**dict.fromkeys(names, 1))) == sorted(names)


@pytest.mark.row("B17")
def test_items(python: Interpreter) -> None:
    numbers = python.handle("(numbers := list(range(5)))")
    numbers[0] = 9
    del numbers[1]
    assert numbers[-1] == 4
    assert python.get(numbers[1:3]) == [2, 3]
    assert python.eval("numbers") == [9, 2, 3, 4]
    assert 9 in numbers
    assert 1 not in numbers
    with pytest.raises(ScriptError, match="list index out of range"):
        _ = numbers[7]


@pytest.mark.row("B17")
@pytest.mark.parametrize(
    "source",
    [
        *("[1, 2, 3]", "(1, 2, 3)", "{1, 2, 3}", "{1: 0, 2: 0, 3: 0}", "range(1, 4)"),
        *("iter([1, 2, 3])", "(i for i in (1, 2, 3))", "map(int, '123')"),
        "type('Old', (), {'__getitem__': lambda s, i: [1, 2, 3][i]})()",
    ],
)
def test_iteration(python: Interpreter, source: str) -> None:
    assert list(python.handle(source)) == [1, 2, 3]
    assert [*python.handle(source)] == [1, 2, 3]
    assert tuple(python.handle(source)) == (1, 2, 3)
    assert sum(python.handle(source)) == 6
    assert 2 in python.handle(source)
    first, *rest = python.handle(source)
    assert (first, rest) == (1, [2, 3])


@pytest.mark.row("B17")
def test_iteration_ends(python: Interpreter) -> None:
    iterator = iter(python.handle("[5]"))
    assert iter(iterator) is not None
    assert [next(iterator, None) for _ in range(3)] == [5, None, None]
    mapping = python.handle("{'a': 1, 'b': [2]}")
    assert list(mapping) == ["a", "b"]
    assert dict(mapping).keys() == {"a", "b"}
    assert dict(mapping.items())["a"] == 1
    assert list(reversed(python.handle("{1: 2, 3: 4}"))) == [3, 1]
    assert list(reversed(python.handle("[1, 2]"))) == [2, 1]
    with pytest.raises(ScriptError, match="not iterable"):
        _ = iter(python.handle("5"))


@pytest.mark.row("B17")
def test_length_truth_and_hash(account: Any, python: Interpreter) -> None:
    assert len(python.handle("'abc'")) == 3
    assert bool(account)
    account.balance = 0
    assert not account
    assert not python.handle("[]")
    assert hash(account) == 7
    assert {account: 1}[account] == 1
    with pytest.raises(ScriptError, match="unhashable"):
        hash(python.handle("[]"))
    with pytest.raises(ScriptError, match="has no len"):
        len(python.handle("5"))


@pytest.mark.row("B17")
def test_comparison(account: Any, python: Interpreter) -> None:
    assert account == python.handle("Account('Ann')")
    assert account != python.handle("Account('Bob')")
    five: Any = python.handle("5")
    assert five == 5
    six: Any = python.handle("6")
    assert five < 6 <= six
    numbers: list[Any] = [five, python.handle("3"), python.handle("4")]
    assert min(numbers) == 3
    with pytest.raises(ScriptError, match="not supported"):
        _ = five < "x"


BINARY = [
    *(operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv),
    *(operator.mod, operator.pow, operator.lshift, operator.rshift, operator.and_),
    *(operator.or_, operator.xor, divmod),
]


@pytest.mark.row("B17")
@pytest.mark.parametrize("operate", BINARY, ids=lambda function: function.__name__)
def test_arithmetic(
    python: Interpreter, operate: Callable[[object, object], object]
) -> None:
    seven, two = python.handle("7"), python.handle("2")
    for result in (operate(seven, 2), operate(7, two), operate(seven, two)):
        value = python.get(result) if isinstance(result, Handle) else result
        assert value == operate(7, 2)


@pytest.mark.row("B17")
def test_conversion_and_one_sided_operators(python: Interpreter) -> None:
    number: Any = python.handle("-7")
    assert (-number, +number, ~number, abs(number)) == (7, -7, 6, 7)
    assert (int(number), float(number), complex(number)) == (-7, -7.0, -7 + 0j)
    assert [0, 1, 2][python.handle("1")] == 1
    assert bytes(python.handle("b'ab'")) == b"ab"
    assert f"{python.handle('3.14159'):.2f} {number}" == "3.14 -7"
    assert round(python.handle("2.567"), 1) == 2.6
    assert round(python.handle("2.567")) == 3
    assert math.trunc(python.handle("2.5")) == 2
    assert pow(python.handle("3"), 2, 5) == 4
    matrix: Any = python.handle("__import__('numpy').eye(2)")
    product = matrix @ [[1, 2], [3, 4]]
    assert product[1, 0] == 3


@pytest.mark.row("B17")
def test_assignment_operators_work_in_place(python: Interpreter) -> None:
    numbers: Any = python.handle("(numbers := [1])")
    numbers += [2]
    numbers *= 2
    assert python.eval("numbers") == [1, 2, 1, 2]
    assert python.get(numbers) == [1, 2, 1, 2]
    names: Any = python.handle("(names := {1, 2})")
    names |= {3}
    names -= {1}
    assert python.eval("names") == {2, 3}
    count: Any = python.handle("5")
    count += 1
    assert count == 6


@pytest.mark.row("B17")
def test_with_statement(python: Interpreter) -> None:
    python.exec(
        "class Door:\n"
        "    seen = []\n"
        "    def __enter__(self): self.seen.append('in'); return [1]\n"
        "    def __exit__(self, kind, error, trace):\n"
        "        self.seen.append(kind and kind.__name__); return kind is KeyError\n"
        "door = Door()"
    )
    door = python.handle("door")
    with door as entered:
        assert python.get(entered) == [1]
    with door:
        raise KeyError
    with pytest.raises(ValueError, match="mine"), door:
        raise ValueError("mine")
    assert python.eval("door.seen") == [
        "in",
        None,
        "in",
        "KeyError",
        "in",
        "ValueError",
    ]


@pytest.mark.row("B17")
def test_await(python: Interpreter) -> None:
    python.exec(
        "import asyncio\n"
        "async def double(x):\n    await asyncio.sleep(0)\n    return [x * 2]\n"
        "async def fail():\n    await asyncio.sleep(0)\n    raise LookupError('late')\n"
        "async def wait(): await asyncio.Event().wait()\n"
    )

    async def main() -> None:
        doubled: Any = await python.handle("double(4)")
        assert python.get(doubled) == [8]
        results: Any = await asyncio.gather(
            python.handle("double(1)"), python.handle("double(2)")
        )
        assert [result[0] for result in results] == [2, 4]
        with pytest.raises(ScriptError, match="late"):
            await python.handle("fail()")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(python.handle("wait()"), 0.01)
        with pytest.raises((TypeError, ScriptError), match="await"):
            await python.handle("5")

    asyncio.run(main())


def test_import_module(python: Interpreter) -> None:
    decoder = python.import_module("json.decoder")
    assert decoder.__name__ == "json.decoder"
    assert python.import_module("json").dumps([1]) == "[1]"
    assert "json" not in python.variables().skipped


@pytest.mark.row("B2")
def test_import_that_fails_shows_the_users_frames_alone(
    python: Interpreter, tmp_path: Path
) -> None:
    for name in ("no_such", "json.no_such"):
        with pytest.raises(ScriptError, match=f"No module named '{name}'") as caught:
            _ = python.import_module(name)
        assert not caught.value.frames
    (tmp_path / "broken_module.py").write_text("def f():\n    1 / 0\nf()\n")
    python.exec(f"import sys; sys.path.append({str(tmp_path)!r})")
    try:
        with pytest.raises(ScriptError) as caught:
            _ = python.import_module("broken_module")
    finally:
        python.exec("sys.path.pop()")
    found = [(Path(frame.file).name, frame.line) for frame in caught.value.frames]
    assert found == [("broken_module.py", 3), ("broken_module.py", 2)]


def test_handle_goes_in_as_its_object(python: Interpreter) -> None:
    numbers = python.handle("[1]")
    python["numbers"] = numbers
    python.exec("numbers.append(2)")
    python.exec("given.append(3)", {"given": numbers})
    assert python.eval("len(given)", inputs={"given": numbers}) == 3
    assert python.get(numbers) == [1, 2, 3]


def test_handle_of_another_interpreter_is_refused(
    python: Interpreter, open_interpreter: Callable[[], Interpreter]
) -> None:
    other = open_interpreter()
    stranger = other.handle("[1]")
    calls: list[Callable[[], object]] = [
        lambda: python.set("x", stranger),
        lambda: python.exec("", {"x": stranger}),
        lambda: python.handle("len")(stranger),
        lambda: python.get(stranger),
        lambda: python.keep(stranger),
    ]
    for call in calls:
        with pytest.raises(ThreadSafetyError, match="interpreter that made it"):
            call()
    assert other.get(stranger) == [1]


def test_handle_shows_what_it_stands_for(python: Interpreter) -> None:
    assert repr(python.handle("[1]")) == "<Handle [1]>"
    assert str(python.handle("[1]")) == "[1]"
    python.exec("class Odd:\n  def __repr__(self): 1 / 0")
    assert "division by zero" in repr(python.handle("Odd()"))


def test_handle_is_neither_pickled_nor_copied(python: Interpreter) -> None:
    handle = python.handle("[1]")
    for call in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            call(handle)


def test_value_of_a_handle_that_is_no_value_is_refused(python: Interpreter) -> None:
    with pytest.raises(VariableTypeError, match="the function"):
        python.get(python.handle("lambda: 1"))


@pytest.mark.row("S29", "B17")
def test_leak_report_names_the_line_that_made_each_handle(
    python: Interpreter,
) -> None:
    python.exec("class Own: pass")
    kept = [python.handle("[1]"), python.handle("Own()")]
    gone = python.handle("{}")
    line = test_leak_report_names_the_line_that_made_each_handle.__code__.co_firstlineno
    del gone
    gc.collect()
    held = python.leak_report()
    assert [(entry.type_name, entry.file) for entry in held] == [
        ("list", __file__),
        ("Own", __file__),
    ]
    assert [entry.line - line for entry in held] == [5, 5]
    assert str(held[0]) == f"list made at {__file__}:{held[0].line}"
    kept.clear()
    assert python.leak_report() == []


def test_released_handle_says_so(python: Interpreter) -> None:
    with python.watch():
        handle = python.handle("[1]")
    calls: list[Callable[[], object]] = [
        lambda: len(handle),
        lambda: handle.append(1),
        lambda: python.get(handle),
        lambda: python.set("x", handle),
        lambda: python.exec("", {"x": handle}),
    ]
    for call in calls:
        with pytest.raises(ClosedError, match="released when its frame closed"):
            call()
    assert "released" in repr(handle)


def test_await_of_an_object_with_an_await_of_its_own(python: Interpreter) -> None:
    python.exec("class Own:\n    def __await__(self):\n        yield\n        return 5")

    async def main() -> object:
        return await python.handle("Own()")

    assert asyncio.run(main()) == 5
