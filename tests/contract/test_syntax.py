"""Source as it was written: what it may look like, and what is said where it is wrong."""

import ast
import re
import textwrap
import warnings
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pythonarium import Handle, Interpreter, ScriptError, ScriptSyntaxError
from workers import Language

HINTS = "__import__('typing').get_type_hints(__import__('__main__'))"
"""The annotations of a script, also where Python evaluates them late."""

# Source runs as it stands


@pytest.mark.row("B5")
@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("text = '''a\n  b\n'''\ntext", "a\n  b\n"),
        ("    x = 1\n    x + 1\n", 2),
        ("\n\n    x = 1\n\n    if x:\n        x += 1\n    x\n", 2),
        ("\tx = 1\n\tx\n", 1),
        ("    # first\n    x = 1\n    x", 1),
        ("    text = '''a\n    b'''\n    text", "a\nb"),
        ("x = 1\r\nx + 1\r\n", 2),
        ("x = 1\rx + 1\r", 2),
        ("text = '''a\r\nb'''\r\ntext", "a\nb"),
        ("\ufeffx = 1\nx", 1),
        ("# coding: no-such-encoding\n'é'", "é"),
        ("if 1:\n\tx = 1\nif 1:\n        y = 2\nx, y", (1, 2)),
        ("x = 1 \\\n  + 1\nx", 2),
        ("x = 1; y = 2; x, y", (1, 2)),
        ("x = 1\n\f\nx + 1", 2),
        ("from __future__ import annotations\ndef f(x: no_such): pass\nx = 5\nx", 5),
        ("'''doc'''\n__doc__", "doc"),
        ("x: int = 5", None),
        (f"x: int = 5\n{HINTS}['x'].__name__", "int"),
    ],
)
def test_source_runs_as_written(python: Interpreter, code: str, value: object) -> None:
    assert python.exec(code).value == value


@pytest.mark.row("B5")
def test_future_imports_hold_for_one_script(python: Interpreter) -> None:
    code = "def f(x: 1 + 1): pass\nf.__annotations__['x']"
    future = "from __future__ import annotations\n"
    assert python.exec(future + code).value == "1 + 1"
    assert python.exec(code).value == 2
    assert python.exec("1").value == 1


@pytest.mark.row("B5", "B2")
@pytest.mark.parametrize("before", ["", "\n", "\n\n", "# c\n\n", "'''a\nb'''\n", "1\n"])
@pytest.mark.parametrize("indent", ["", "    "])
def test_line_numbers_are_those_of_the_source(
    python: Interpreter, before: str, indent: str
) -> None:
    code = textwrap.indent(f"{before}x = 1\n1 / 0", indent)
    with pytest.raises(ScriptError) as caught:
        python.exec(code)
    assert caught.value.frames[-1].line == before.count("\n") + 2


@pytest.mark.row("B5")
def test_text_of_an_unindented_block_is_not_touched(python: Interpreter) -> None:
    code = "\fx = '''\n\fabc'''\nx"
    assert python.exec(code).value == "\n\fabc"


# The value of a last expression, wherever a line may start

TRICKY = [
    "dict(\na=1\n)",
    "dict(\na=1,\nb=2)",
    "dict(\n**{},\na=1)",
    "[x\nfor x in range(3)]",
    "[x for x in range(9)\nif x % 2]",
    "(1\nif True\nelse 2)",
    "1 \\\nif True else 2",
    "x = 1\n'abc\\\nif x'",
    "'abc\\\nx = 1'",
    '"""\na = 1\n  """',
    "'''\nimport a\n'''",
    "x = '''\n1 + 1'''",
    "x = '''\n1 + 1\n'''\nx",
    "[lambda a=1: a][0](5)",
    "x = 4\n{4: lambda a=1: a}[x]()",
    "(lambda a=1: a)()",
    "y = [\n 1\n]; 5",
    "y = [\n1\n]; 5",
    "y = (\n  1); 7",
    "y = 1 + \\\n   2; 3",
    "import os, \\\n   sys; 5",
    "assert max(\n   1, 2), 2; 3",
    "x = [1]\ndel x[\n   0]; x",
    "x = 1\n\f2 + 2",
    "if 1:\n  x = 1\n\f\n2",
    "2\n\f\n",
    "f = 1\nf\n# (comment\n",
    "(\n)\n",
    "(1,\n2\n)",
    "x = {\n}\n",
    "5;",
    "x = 5;",
    "x = [1]\nx[\n0:\n1]",
    "[1,\n# a = 1\n2]",
    "s = ')'\ndict(\na=1\n)",
    "s = '('\na=1",
    "s = '[' # ]\ndict(\na=1\n)\n",
    "x = '''(\n''' ; dict(\na=1)",
    "x = 1 # \\\nx + 1",
    "match = 1\nmatch",
    "iffy = 3\niffy",
    "if(1): 2",
    "for x in [1]: x",
    "x = 2\nx == 2",
    "x = 2\nx != 2 or x <= 3",
    "x = y = 2",
    "x = 2\nx += 1",
    "(x := 5)",
    "[x := 5]",
    "x = [1, 2]\n*x, 3",
    "class A:\n  x = 1\nA.x",
    "@staticmethod\ndef f(): pass",
    "x = 1\n'a' 'b'",
    "x = 3\nf'{x=}'",
    "x = 3\nf'''{\nx\n}'''",
    "x = [1]\nx[0] = 5",
    "x: int",
    "x: int = 5",
    "# only a comment",
    "\\\n1",
    "x = 1\n    # indented comment",
    "x = 1\n    # indented comment\nx",
    "x = '\x85'\n'\u2028\x85\x1c'",
    "-1",
    "not 1",
    "lambda_ = 1\nlambda_",
    "x = 5 if 1 else 6",
    "print = 5\nprint",
]


def reference(code: str) -> object:
    """Run a program the plain way: all but a last expression, then that."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    tree = ast.parse(code)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "<reference>", "exec"), namespace)
        return None
    tree.body.pop()
    exec(compile(tree, "<reference>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "<reference>", "eval"), namespace)


@pytest.mark.row("B5")
@pytest.mark.parametrize("code", TRICKY, ids=ascii)
def test_value_is_that_of_the_last_statement(python: Interpreter, code: str) -> None:
    assert python.exec(code).value == reference(code)


@pytest.mark.row("B5")
def test_match_statement_has_no_value(python: Interpreter, language: Language) -> None:
    code = "match 1:\n  case 1: x = 5; x"
    if language.has_match:
        assert python.exec(code).value is None
        assert python["x"] == 5
    else:
        with pytest.raises(ScriptSyntaxError, match=r"line 1"):
            python.exec(code)


@pytest.mark.row("B5")
def test_value_may_be_a_function_with_a_default(python: Interpreter) -> None:
    for code in ("lambda a=1: a", "x = 0\nlambda a=1: a", "x if 0 else lambda a=1: a"):
        value = python.exec(code).value
        assert isinstance(value, Handle)
        assert value() == 1


NAMES = st.sampled_from(["a", "b", "c"])
SIMPLE = st.sampled_from(
    [
        *("1", "a", "b", "c", "'x'", '"""t"""', "None", "(1,)", "[a, b]", "{1: a}"),
        *("a == b", "a != 1", "(a := 2)", "not a", "-1", "lambda: 1", "lambda a=1: a"),
        *("'''m\n{}'''", "(\n{}\n)", "[\n{},\n{}]", "dict(\na=1,\nb=(\n{}))"),
        *(
            "1 if a else 2",
            "1 \\\nif a else \\\n2",
            "'(' ')'",
            "'#'",
            "f'{{a}} = {{b=}}'",
        ),
        *("[c\nfor c in [{}]\nif c]", "f(\n{})", "str(\n{}\n)", "{{\n'k': {}\n}}['k']"),
        *('"""\na = 1\n  """', '"a\\\nb = 2"', "b'\\\\'", "{}, {}", "*[a], b"),
    ]
)


@st.composite
def expressions(draw: st.DrawFn) -> str:
    text: str = draw(SIMPLE)
    while "{}" in text:
        inner: str = draw(st.sampled_from(["1", "a", "b", "'x'", "(1 +\n2)", "[a]"]))
        text = text.replace("{}", inner, 1)
    return text.replace("{{", "{").replace("}}", "}")


STATEMENTS = st.one_of(
    st.builds(str.format, st.sampled_from(["{}", "{}  # = x", "{} ;"]), expressions()),
    st.builds("{} = {}".format, NAMES, expressions()),
    st.builds("{} = (\n{})".format, NAMES, expressions()),
    st.builds("{} = \\\n{}".format, NAMES, expressions()),
    st.builds("{}: object = {}".format, NAMES, expressions()),
    st.builds("{0} = 1; {0}".format, NAMES),
    st.builds("{0} = [\n1\n]; {1}".format, NAMES, expressions()),
    st.builds("import os, \\\n  sys; {}".format, expressions()),
    st.builds("def f(x=1, *y):\n    return x\n".format),
    st.builds("def f(\nx=1, *y\n): return x".format),
    st.builds("class C:\n    x = 1\n\n\n    y = {}".format, NAMES),
    st.builds("if a:\n    {} = 5\nelse: b".format, NAMES),
    st.builds("if a: {}".format, NAMES),
    st.builds("for c in [1]:\n  c\n\n  # c".format),
    st.builds("try: {}\nfinally:\n\tb".format, NAMES),
    st.sampled_from(
        ["# (", "    # '''", "", "\f", "pass", "1;2", "@str\nclass D: pass", "1 / 0"]
    ),
)
PROGRAMS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "\n", "# '''\n", "'doc'\n", "    # indented\n"]),
    st.lists(STATEMENTS, max_size=6).map("\n".join),
    st.sampled_from(["", "\n", "\n\n", "\n# end", "\n  # end", "\n\f\n"]),
)
ADDRESS = re.compile(" at 0x[0-9a-f]+")
START = "a, b, c = 1, 2, 3\ndef f(x, *y): return x\n"


def outcome(run: Callable[[], object]) -> object:
    """Return the value as text, or how it failed: the class and the line."""
    try:
        value = run()
    except ScriptSyntaxError as error:
        return "syntax", error.line
    except ScriptError as error:
        return error.type_name, error.frames[-1].line
    except SyntaxError as error:
        return "syntax", error.lineno
    except Exception as error:  # noqa: BLE001  # what a script may raise
        traceback = error.__traceback__
        assert traceback is not None
        while traceback.tb_next is not None:
            traceback = traceback.tb_next
        return type(error).__name__, traceback.tb_lineno
    return ADDRESS.sub("", shown(value))


def shown(value: object) -> str:
    """Return what repr() gives, of the object itself where it is a handle's."""
    return repr(value)[len("<Handle ") : -1] if type(value) is Handle else repr(value)


@pytest.mark.row("B5", "B21")
@given(program=PROGRAMS)
@example(program="dict(\na=1,\nb=(\n1))")
@example(program="")
@settings(
    deadline=None,
    max_examples=600,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_program_does_what_plain_python_does(
    python: Interpreter, language: Language, program: str
) -> None:
    code = START + program
    python.contexts.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        expected = outcome(lambda: reference(code))
        found = outcome(lambda: python.exec(code).value)
    if not language.is_the_hosts:  # Pythons do not agree on the lines of errors
        expected, found = (
            told[0] if type(told) is tuple else told for told in (expected, found)
        )
    assert found == expected


# What is said of broken source

BROKEN = {
    "token": ("x = = 1", "SyntaxError", 1, 5, "x = = 1"),
    "second-line": ("x = 1\ny = )", "SyntaxError", 2, 5, "y = )"),
    "last-line": ("x = 1\n\n\ny y", "SyntaxError", 4, 3, "y y"),
    "unclosed": ("x = (1,\n", "SyntaxError", 1, 5, "x = (1,"),
    "open-string": ("x = 1\ny = 'abc", "SyntaxError", 2, 5, "y = 'abc"),
    "open-text": ("x = '''abc\nd", "SyntaxError", 1, 5, "x = '''abc"),
    "indent": ("x = 1\n  y = 2", "IndentationError", 2, None, "  y = 2"),
    "dedent": ("if 1:\n    x\n  y", "IndentationError", 3, None, "  y"),
    "no-block": ("if 1:\nx = 1", "IndentationError", 2, 1, "x = 1"),
    "tabs": ("if 1:\n\tx = 1\n        y = 2", "TabError", 3, None, "        y = 2"),
    "return": ("x = 1\nreturn 5", "SyntaxError", 2, 1, "return 5"),
    "yield": ("x = 1\nx = yield x", "SyntaxError", 2, 5, "x = yield x"),
    "await": ("x = 1\nawait x", "SyntaxError", 2, 1, "await x"),
    "break": ("if 1:\n    break", "SyntaxError", 2, 5, "    break"),
    "nonlocal": ("x = 1\nnonlocal x", "SyntaxError", 2, 1, "nonlocal x"),
    "global": ("def f():\n  x = 1\n  global x", "SyntaxError", 3, 3, "  global x"),
    "arguments": ("def f(a, a): pass", "SyntaxError", 1, None, "def f(a, a): pass"),
    "future": (
        "from __future__ import no_such",
        "SyntaxError",
        1,
        None,
        "from __future__ import no_such",
    ),
    "late-future": (
        "x = 1\nfrom __future__ import annotations",
        "SyntaxError",
        2,
        1,
        "from __future__ import annotations",
    ),
    "wide": ("'é🐍' = = 1", "SyntaxError", 1, None, "'é🐍' = = 1"),
    "escape": ("x = '\\N{no such}'", "SyntaxError", 1, None, "x = '\\N{no such}'"),
    "print": ("print 'a'", "SyntaxError", 1, 1, "print 'a'"),
    "indented-block": ("    x = 1\n    y = = 2", "SyntaxError", 2, 5, "y = = 2"),
    "crlf": ("x = 1\r\ny = )\r\n", "SyntaxError", 2, 5, "y = )"),
}


WHERE_IT_ENDED = {
    "unclosed": (1, 8, "x = (1,"),
    "open-string": (2, 9, "y = 'abc"),
    "open-text": (1, 11, "x = '''abc"),
    "print": (1, 7, "print 'a'"),
}
"""Line, column and text of those where an older parser stopped behind what is broken."""


@pytest.mark.row("B3", "S47")
@pytest.mark.parametrize("broken", BROKEN)
def test_syntax_error_says_where(
    python: Interpreter, language: Language, broken: str
) -> None:
    code, type_name, *place = BROKEN[broken]
    if not language.points_at_starts:
        place = [*WHERE_IT_ENDED.get(broken, place)]
    line, column, text = place
    python["kept"] = 41
    with pytest.raises(ScriptSyntaxError) as caught:
        python.exec(code, filename="broken.py")
    error = caught.value
    assert (error.type_name, error.file, error.line) == (type_name, "broken.py", line)
    assert error.text == text
    assert column is None or error.column == column
    assert 1 <= error.column <= len(text) + 1
    shown = str(error).split("\n")
    assert f"{type_name}: {error.message} (broken.py, line {line})" == shown[0]
    assert shown[2].rindex("^") - shown[1].index(text) == error.column - 1
    assert not error.frames
    assert dict(python.variables()) == {"kept": 41}


@pytest.mark.row("B3", "S52")
def test_syntax_error_shows_text_and_caret_in_its_traceback(
    python: Interpreter,
) -> None:
    with pytest.raises(ScriptSyntaxError) as caught:
        python.exec("if 1:\n    x = = 1\n", filename="broken.py")
    assert caught.value.traceback.splitlines() == [
        '  File "broken.py", line 2',
        "    x = = 1",
        "        ^",
        "SyntaxError: invalid syntax",
    ]


@pytest.mark.row("B3", "S47")
def test_every_call_that_compiles_says_where(python: Interpreter) -> None:
    calls: list[Callable[[], object]] = [
        lambda: python.eval("1 +"),
        lambda: python.eval("x = 1"),
        lambda: python.eval(""),
        lambda: python.handle("1 +"),
        lambda: python.exec_all("1 +"),
    ]
    for call in calls:
        with pytest.raises(ScriptSyntaxError) as caught:
            call()
        assert caught.value.line == 1


@pytest.mark.row("B3")
def test_syntax_error_within_a_run_is_the_scripts_own(python: Interpreter) -> None:
    with pytest.raises(ScriptError) as caught:
        python.exec("x = 1\nexec('y = = 2')", filename="outer.py")
    assert not isinstance(caught.value, ScriptSyntaxError)
    assert caught.value.type_name == "SyntaxError"
    assert caught.value.frames[0].line == 2
    assert "y = = 2" in caught.value.traceback
