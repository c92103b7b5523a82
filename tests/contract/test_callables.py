"""Row B16: functions of the host, called by a script."""

import traceback

import pytest

from pythonarium import Handle, Interpreter, ScriptError, ScriptExitError

pytestmark = pytest.mark.row("B16")


def price(
    item: str, *extras: int, count: int = 1, **options: object
) -> dict[str, object]:
    return {"item": item, "extras": extras, "count": count, "options": options}


def refuse(message: str) -> None:
    raise LookupError(message)


def test_script_calls_a_function_of_the_host(python: Interpreter) -> None:
    code = "answer = price('tea', 1, 2, count=3, sugar=False)"
    result = python.exec(code, {"price": price}, {"answer": dict[str, object]})
    assert result["answer"] == {
        "item": "tea",
        "extras": (1, 2),
        "count": 3,
        "options": {"sugar": False},
    }


def test_callables_of_any_kind_go_in(python: Interpreter) -> None:
    class Counter:
        total = 0

        def add(self, number: int) -> int:
            self.total += number
            return self.total

    counter = Counter()
    inputs = {
        "add": counter.add,
        "make": Counter,
        "biggest": max,
        "twice": lambda x: 2 * x,
    }
    code = "add(3); add(number=4); made = make().add(1), biggest(2, 9), twice('a')"
    assert python.exec(code, inputs, ["made"])["made"] == (1, 9, "aa")
    assert counter.total == 7


def test_script_catches_what_the_host_raises(python: Interpreter) -> None:
    code = (
        "try:\n    refuse('no tea')\n"
        "except LookupError as error:\n    caught = str(error), type(error).__name__\n"
    )
    result = python.exec(code, {"refuse": refuse}, ["caught"])
    assert result["caught"] == ("no tea", "LookupError")


def test_error_of_the_host_comes_back_with_both_traces(python: Interpreter) -> None:
    code = "def order():\n    refuse('no tea')\norder()"
    with pytest.raises(ScriptError) as caught:
        python.exec(code, {"refuse": refuse}, filename="order.py")
    error = caught.value
    assert (error.type_name, error.message) == ("LookupError", "no tea")
    assert [(frame.file, frame.function) for frame in error.frames] == [
        ("order.py", "<module>"),
        ("order.py", "order"),
        (__file__, "refuse"),
    ]
    assert error.frames[-1].text == "raise LookupError(message)"


def test_host_catches_what_a_scripts_function_raises(
    python: Interpreter, shares_process: bool
) -> None:
    seen: list[str] = []

    def attempt(function: object) -> str:
        assert callable(function)
        try:
            function()
        except ZeroDivisionError as error:
            seen.extend(
                frame.name for frame in traceback.extract_tb(error.__traceback__)
            )
            return "caught"
        return "no error"

    code = "def divide(): 1 / 0\nattempt(divide)"
    assert python.exec(code, {"attempt": attempt}).value == "caught"
    if not shares_process:  # what carried the call stands between them
        seen[1:-1] = []
    assert seen == ["attempt", "divide"]


def test_host_function_may_use_the_interpreter(python: Interpreter) -> None:
    def nested(code: str) -> object:
        with python.context():
            return python.exec(code, {"secret": 5}).value

    code = "secret = 1\nresult = nested('secret + 1'), secret"
    assert python.exec(code, {"nested": nested}, ["result"])["result"] == (6, 1)


def test_error_of_a_nested_script_shows_both_scripts(python: Interpreter) -> None:
    def nested(code: str) -> None:
        python.exec(code, filename="inner.py")

    with pytest.raises(ScriptError) as caught:
        python.exec("nested('1 / 0')", {"nested": nested}, filename="outer.py")
    error = caught.value
    assert error.type_name == "ScriptError"
    assert "ZeroDivisionError: division by zero (inner.py, line 1)" in error.message
    assert [frame.file for frame in error.frames] == ["outer.py", __file__]


def test_nested_scripts_keep_their_output_apart(python: Interpreter) -> None:
    inner: list[str] = []

    def nested() -> None:
        inner.append(python.exec("print('inner')", capture=True).stdout)

    code = "print('before'); nested(); print('after')"
    result = python.exec(code, {"nested": nested}, capture=True)
    assert (result.stdout, inner) == ("before\nafter\n", ["inner\n"])


def test_exit_in_a_host_function_ends_the_script(python: Interpreter) -> None:
    def leave() -> None:
        raise SystemExit(3)

    with pytest.raises(ScriptExitError) as caught:
        python.exec("leave()", {"leave": leave})
    assert caught.value.code == 3


def test_host_function_comes_back(python: Interpreter, shares_objects: bool) -> None:
    python["price"] = price
    handle = python["price"]
    assert isinstance(handle, Handle)
    assert handle("tea")["item"] == "tea"
    if shares_objects:
        python.exec("assert price is given", {"given": price})


def test_scripts_function_is_given_to_the_host(python: Interpreter) -> None:
    python.exec("def twice(x, *, plus=0): return [2 * x + plus]")
    twice = python.handle("twice")
    assert python.get(twice(4, plus=1)) == [9]
    assert [result[0] for result in map(twice, (1, 2))] == [2, 4]


@pytest.mark.parametrize("padding", range(0, 12, 3))
def test_endless_calls_from_host_to_script_and_back_end(
    python: Interpreter, padding: int
) -> None:
    """Wherever the stack ends: there must be room to tell of it, on both sides."""
    python["kept"] = 1

    def again() -> object:
        return python.exec("again()", {"again": again}).value

    def deeper(levels: int) -> object:
        return deeper(levels - 1) if levels else again()

    with pytest.raises(ScriptError, match="ScriptError"):
        deeper(padding)
    assert python.exec("kept").value == 1


def test_script_that_recurses_through_a_callable_can_catch_it(
    python: Interpreter,
) -> None:
    code = """
def down(): call(); down()
try: down()
except RecursionError: caught = True
"""
    given = {"call": lambda: None}
    assert python.exec(code, given, {"caught": bool})["caught"]


def test_host_that_recurses_gets_its_own_error(python: Interpreter) -> None:
    python["kept"] = 1

    def down() -> object:
        python.exec("kept")
        return down()

    with pytest.raises(RecursionError):
        down()
    assert python.exec("kept").value == 1
