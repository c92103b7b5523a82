"""Variables of a context: set, got, listed, deleted, and missing ones."""

import inspect
import pickle

import pytest

from pythonarium import (
    Interpreter,
    Variable,
    VariableMissingError,
    Variables,
    VariableTypeError,
)


def test_set_and_get(python: Interpreter) -> None:
    python.set("x", 1)
    assert python.get("x") == 1
    python["y"] = "text"
    assert python["y"] == "text"
    python.set("z", 3, float)
    assert python.eval("type(z).__name__") == "float"
    assert python.get("x", float) == 1.0


@pytest.mark.row("S48")
def test_set_refuses_a_value_of_another_type(python: Interpreter) -> None:
    python["x"] = "before"
    with pytest.raises(VariableTypeError, match="expected int, got str 'five'"):
        python.set("x", "five", int)
    assert python["x"] == "before"


@pytest.mark.row("S48")
def test_get_refuses_a_value_of_another_type(python: Interpreter) -> None:
    python["x"] = "five"
    with pytest.raises(TypeError) as caught:
        python.get("x", int)
    assert isinstance(caught.value, VariableTypeError)
    assert (caught.value.name, caught.value.path) == ("x", "x")


def test_delete_removes_a_variable(python: Interpreter) -> None:
    python.exec("x = y = 1")
    python.delete("x")
    del python["y"]
    assert python.variables() == {}
    with pytest.raises(VariableMissingError):
        python.delete("x")


@pytest.mark.row("S8")
def test_variables_of_a_script_are_fetched_by_name(python: Interpreter) -> None:
    python.exec("text = 'a'\nfor number in range(3): pass\nimport os\n_hidden = 1")
    assert python.get("number") == 2
    assert python["_hidden"] == 1
    assert dict(python.variables()) == {"text": "a", "number": 2}
    assert python.variables().skipped == {"os": "the module os"}


def test_variables_are_in_the_order_of_their_making(python: Interpreter) -> None:
    python.exec("c = 1; a = 2; b = 3; c = 4")
    assert list(python.variables()) == ["c", "a", "b"]


def test_variable_that_goes_while_all_are_asked_for(python: Interpreter) -> None:
    """A thread of the script may delete one at any time; here a name does, when read."""
    python.exec("""
class Name(str):
    def __getitem__(self, index):
        globals().pop("gone", None)
        return str.__getitem__(self, index)
globals()[Name("_name")] = stays = 1
gone = 2
""")
    assert dict(python.variables()) == {"stays": 1}


@pytest.mark.row("B9")
def test_missing_variable_is_named_with_context_and_near_names(
    python: Interpreter,
) -> None:
    python.exec("total = totals = 1; other = 2")
    with pytest.raises(KeyError) as caught:
        python.get("totla")
    error = caught.value
    assert isinstance(error, VariableMissingError)
    assert (error.name, error.context) == ("totla", "main")
    assert set(error.near) == {"total", "totals"}
    assert str(error).startswith("variable 'totla' is not set in context 'main'; did")


@pytest.mark.row("B9")
def test_missing_output_is_named_and_the_script_has_run(python: Interpreter) -> None:
    python.contexts.switch("work")
    with pytest.raises(VariableMissingError) as caught:
        python.exec("result_1 = 1", None, {"result1": int})
    assert caught.value.context == "work"
    assert caught.value.near == ("result_1",)
    assert python["result_1"] == 1


@pytest.mark.row("B9")
def test_missing_variable_with_nothing_near_has_no_hint(python: Interpreter) -> None:
    with pytest.raises(VariableMissingError) as caught:
        python["x"]
    assert caught.value.near == ()
    assert str(caught.value) == "variable 'x' is not set in context 'main'"


@pytest.mark.row("B9")
def test_missing_variable_beside_names_that_are_no_text(python: Interpreter) -> None:
    python.exec("globals()[5] = globals()[None] = 1; five = 5")
    with pytest.raises(VariableMissingError) as caught:
        python["fiv"]
    assert caught.value.near == ("five",)
    assert dict(python.variables()) == {"five": 5}


@pytest.mark.parametrize("name", [5, None, b"x", ["x"], ("x",), 1.5])
def test_name_that_is_no_text_is_refused_everywhere(
    python: Interpreter, name: str
) -> None:
    for call in (python.get, python.delete, python.__getitem__, python.__delitem__):
        with pytest.raises((VariableTypeError, VariableMissingError)):
            call(name)
    with pytest.raises(VariableTypeError):
        python.set(name, 1)


@pytest.mark.parametrize(
    ("given", "read"),
    [("µ", "\u03bc"), ("ﬁ", "fi"), ("\U0001d431", "x"), ("é", "e\u0301"), ("名", "名")],
)
def test_names_are_those_that_python_reads(
    python: Interpreter, given: str, read: str
) -> None:
    """Python normalises identifiers; the sign on the keyboard is not what it reads."""
    python.set(given, 1)
    python.exec(f"{given} += 1")
    python.exec(f"{read} += {given}", {given: 5}, [given])
    assert python.get(given) == python.get(read) == 10
    assert python.exec("", None, {given: int})[given] == 10
    python.delete(given)
    assert python.variables() == {}


def test_variables_keep_order_names_and_types() -> None:
    variables = Variables([Variable("b", float, 1.0), Variable("a", None, "x")])
    assert list(variables.items()) == [("b", 1.0), ("a", "x")]
    assert variables.variable("b").type is float
    with pytest.raises(VariableMissingError):
        variables["c"]


def test_variable_without_value_says_so() -> None:
    variable = Variable[int]("count", int)
    with pytest.raises(VariableMissingError, match="'count'"):
        _ = variable.value
    variable.value = 5
    assert variable.has_value
    assert variable.value == 5


def test_variables_show_what_they_hold() -> None:
    filled = Variable("x", int, 5)
    assert repr(filled) == "Variable('x', <class 'int'>, value=5)"
    assert repr(Variable("x")) == "Variable('x')"
    assert repr(Variables([filled])) == "Variables({'x': 5})"
    assert Variable("x", int) == Variable("x", int) != filled
    assert filled != ("x", int, 5)
    assert "= <no value>)" in str(inspect.signature(Variable))


@pytest.mark.parametrize("variable", [Variable("x", int), Variable("x", int, 5)])
def test_variable_pickles(variable: Variable[int]) -> None:
    copy = pickle.loads(pickle.dumps(variable))
    assert copy == variable
    assert copy.has_value is variable.has_value
