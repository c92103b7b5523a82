"""What programs of Python4J do, as they do it: see the program Idioms."""

from collections.abc import Callable, Mapping

import pytest

Printed = Callable[[str], Mapping[str, str]]

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.untraced("what it runs is Java"),
]
ERROR = "org.pythonarium.PythonException: "
SHOWN = {
    "executioner to start Python": "",
    "variables": """\
[1, 2.0, True, None, [1, 'two'], {'k': 2.5}, b'\\x01\\x02']
""",
    "getters": """\
5 4 x int
5 null
1.5
{1=one}
five
""",
    "collections": """\
true
true
['5', 6]
""",
    "primitives": """\
3
abc
7.0
false
[9, 8]
""",
    "objects": f"""\
['a', 1.0, (1, 2)] 3 a
[a, set, [1, 2]]
7 5 12 1.5 1 2 3
true false
{ERROR}AttributeError: 'int' object has no attribute 'nothing'
""",
    "calls": f"""\
() {{}}
(1, 'a', None) {{}}
(1, 2) {{}}
(1, 2) {{}}
() {{'k': 1}}
() {{'k': 2}}
(1,) {{'k': 3}}
4
{ERROR}TypeError: 'int' object is not callable
""",
    "builtins": f"""\
5 1.5 3 False {{}} (1,) set() bytearray(b'x') b''
true true <class 'float'> true False e
true <module 'builtins' (built-in)>
{ERROR}TypeError: object of type 'int' has no len()
""",
    "contexts": f"""\
1 context1
[] 3
{ERROR}Invalid context name: '1st'; use letters, digits and underscores, not starting \
with a digit
""",
    "collected": """\
1000
0
""",
    "threads": """\
[] 140
""",
}


@pytest.mark.row("S4", "S8", "S9", "S21", "S29", "S31", "B1", "B8")
@pytest.mark.parametrize("title", SHOWN)
def test_idiom_gives_what_it_says(sections: Printed, title: str) -> None:
    assert sections("Idioms")[title] == SHOWN[title].rstrip("\n")


def test_types_are_found_by_name_and_by_value(sections: Printed) -> None:
    known, found, unknown = sections("Idioms")["types"].splitlines()
    assert known == "true"
    assert found == "int int NoneType float"
    assert unknown.startswith(f"{ERROR}Unknown python type: complex128; known are [")


@pytest.mark.row("B5", "B8")
def test_null_and_what_is_no_name_or_value_is_refused(sections: Printed) -> None:
    said = sections("Idioms")["null and names"]
    assert "nothing was thrown" not in said
    assert "not expected" not in said
    for message in (
        "Invalid identifier: no name; a variable's name has letters,",
        "Invalid identifier: null; ",
        "Invalid identifier: $x; ",
        "Invalid identifier: class; it is a keyword of Python",
        "Invalid identifier: x y; ",
        "code: expected the text of a script or expression, got null",
        "SyntaxError: source code cannot contain null bytes",
        "x: a text with a lone surrogate, \\ud800 at index 0 cannot cross to Python",
        "TypeError: unhashable type: 'dict'",
        "x[0]: a List that contains itself cannot cross to Python",
        "SyntaxError: '(' was never closed",
    ):
        assert message in said
