"""Running source, files and expressions, with typed variables in and out."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pythonarium import (
    ContextError,
    Handle,
    Interpreter,
    ScriptError,
    SettingsError,
    Variable,
    VariableMissingError,
    VariableTypeError,
)

HELLO = "z = x + y"


@pytest.mark.row("S1", "S4", "S6")
def test_exec_takes_inputs_and_returns_outputs(python: Interpreter) -> None:
    result = python.exec(HELLO, {"x": "Hello ", "y": "World"}, {"z": str})
    assert result["z"] == "Hello World"
    assert dict(result) == {"z": "Hello World"}
    assert len(result) == 1


@pytest.mark.row("S4", "S6", "S7")
def test_exec_fills_variables(python: Interpreter) -> None:
    out = Variable[str]("z", str)
    assert not out.has_value
    inputs = [Variable("x", str, "Hello "), Variable("y", str, "World")]
    python.exec(HELLO, inputs, [out])
    assert out.value == "Hello World"


@pytest.mark.row("S4")
def test_exec_needs_no_outputs(
    python: Interpreter, capsys: pytest.CaptureFixture[str]
) -> None:
    result = python.exec("print(x + y)", {"x": "Hello ", "y": "World"})
    assert dict(result) == {}
    assert capsys.readouterr().out == "Hello World\n"


@pytest.mark.row("S3")
def test_first_script_needs_no_initialisation(shares_process: bool) -> None:
    program = (
        "from pythonarium import Interpreter\n"
        "with Interpreter() as python:\n"
        "    assert python.exec('1 + 1').value == 2\n"
        "with Interpreter() as python:\n"
        "    assert python.exec('1 + 1').value == 2\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_exec_takes_names_as_outputs(python: Interpreter) -> None:
    result = python.exec("a, b, c = 1, 'x', len", None, ["a", "b", "c"])
    assert (result["a"], result["b"]) == (1, "x")
    assert isinstance(result["c"], Handle)
    assert result["c"]([1, 2]) == 2


def test_exec_reads_an_annotation_given_as_text(python: Interpreter) -> None:
    result = python.exec("a = [1.5]", None, {"a": "list[float]"})
    assert result["a"] == [1.5]


def test_exec_converts_outputs_where_it_is_exact(python: Interpreter) -> None:
    value = python.exec("a = 3", None, {"a": float})["a"]
    assert (value, type(value)) == (3.0, float)


@pytest.mark.row("S48")
def test_exec_refuses_an_output_of_another_type(python: Interpreter) -> None:
    with pytest.raises(VariableTypeError) as caught:
        python.exec("a = 'five'", None, {"a": int})
    assert caught.value.name == "a"
    assert caught.value.expected == "int"
    assert "'five'" in caught.value.actual
    assert python["a"] == "five"


def test_exec_refuses_an_input_of_another_type_before_it_runs(
    python: Interpreter,
) -> None:
    with pytest.raises(VariableTypeError, match="variable 'x': expected int"):
        python.exec("ran = True", [Variable("x", int, "five")])
    with pytest.raises(VariableMissingError):
        python.get("ran")


def test_exec_keeps_variables_for_the_next_one(python: Interpreter) -> None:
    python.exec("a = 1")
    python.exec("a += 1", {"b": 5})
    assert python.exec("a + b").value == 7


def test_result_knows_types_of_its_variables(python: Interpreter) -> None:
    variables = python.exec("a = [1]; b = 'x'", None, {"a": list[int], "b": None})
    assert variables.variables.variable("a").type == list[int]
    assert list(variables.variables) == ["a", "b"]


def test_result_names_an_output_that_was_not_asked_for(python: Interpreter) -> None:
    result = python.exec("total = 1", None, ["total"])
    with pytest.raises(VariableMissingError) as caught:
        result["totl"]
    assert caught.value.near == ("total",)


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        (["x"], None),
        (5, None),
        ("x", None),
        ([("x", 1)], None),
        (None, "x"),
        (None, 5),
        (None, [5]),
        (None, [("x", int)]),
    ],
)
def test_exec_refuses_inputs_and_outputs_of_another_shape(
    python: Interpreter, inputs: object, outputs: object
) -> None:
    with pytest.raises(VariableTypeError):
        python.exec("x = 1", inputs, outputs)  # type: ignore[arg-type]
    assert python.exec("1 + 1").value == 2


def test_exec_refuses_an_input_without_value(python: Interpreter) -> None:
    with pytest.raises(VariableMissingError, match="'x'"):
        python.exec("", [Variable("x", int)])


def test_exec_runs_in_the_context_that_is_named(python: Interpreter) -> None:
    python.contexts.add("other")
    python.exec("a = 1", context="other")
    assert python.contexts.current == "main"
    assert "a" not in python.variables()
    assert python.variables(context="other") == {"a": 1}


@pytest.mark.parametrize("context", ["nowhere", ""])
def test_exec_refuses_a_context_that_is_not_there(
    python: Interpreter, context: str
) -> None:
    for call in (python.exec, python.exec_all, python.eval):
        with pytest.raises(ContextError):
            call("1", context=context)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), "1"])
def test_exec_refuses_a_timeout_that_is_none(
    python: Interpreter, timeout: float
) -> None:
    with pytest.raises(SettingsError, match="timeout"):
        python.exec("ran = True", timeout=timeout)
    assert "ran" not in python.variables()


@pytest.mark.row("S5", "S8")
def test_exec_all_returns_every_variable_with_its_type(python: Interpreter) -> None:
    variables = python.exec_all("a = 5\nb = '10'\nc = 20.0")
    assert dict(variables) == {"a": 5, "b": "10", "c": 20.0}
    assert [variables.variable(name).type for name in "abc"] == [int, str, float]


def test_exec_all_tells_what_it_left_out(python: Interpreter) -> None:
    variables = python.exec_all(
        "import json\n"
        "def f(): pass\n"
        "class C: pass\n"
        "_private = 1\n"
        "mixed = [1, f]\n"
        "broken = []; broken.append(broken)\n"
        "given = 5\n",
        {"also": 1},
    )
    assert dict(variables) == {"given": 5, "also": 1}
    assert set(variables.skipped) == {"json", "f", "C", "mixed", "broken"}
    assert variables.skipped["json"] == "the module json"
    assert variables.skipped["f"] == "the function f"
    assert variables.skipped["C"] == "the class C"
    assert variables.skipped["mixed"].endswith("at mixed[1]")
    assert variables.skipped["broken"].startswith("a list that contains itself")


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("", None),
        ("# a comment", None),
        ("x = 5", None),
        ("x = 5\nx + 1", 6),
        ("x = 5; x + 1", 6),
        ("6", 6),
        ("'text'", "text"),
        ("1, 2", (1, 2)),
        ("def f():\n    return 1\nf()", 1),
        ("f = lambda: 1\nf(\n)", 1),
        ("if True:\n    5", None),
        ("5\nif True:\n    6", None),
    ],
)
def test_value_is_that_of_a_last_expression_statement(
    python: Interpreter, code: str, value: object
) -> None:
    assert python.exec(code).value == value


def test_value_is_a_handle_where_it_is_no_value(python: Interpreter) -> None:
    value = python.exec("lambda: 5").value
    assert isinstance(value, Handle)
    assert value() == 5


def test_last_expression_runs_once(python: Interpreter) -> None:
    result = python.exec("seen = []\nseen.append(1)")
    assert result.value is None
    assert result.value is None
    assert python["seen"] == [1]


@pytest.mark.row("S2")
def test_exec_captures_what_was_printed(python: Interpreter) -> None:
    code = "import sys\nprint('out')\nprint('err', file=sys.stderr)"
    result = python.exec(code, capture=True)
    assert (result.stdout, result.stderr) == ("out\n", "err\n")


def test_eval_returns_a_value(python: Interpreter) -> None:
    python.exec("a = 20")
    assert python.eval("a + b", inputs={"b": 1}) == 21
    assert python.eval("  a\n") == 20
    value = python.eval("a", float)
    assert (value, type(value)) == (20.0, float)


@pytest.mark.row("S31")
def test_eval_returns_a_handle_to_what_is_no_value(python: Interpreter) -> None:
    counter = python.eval("__import__('itertools').count(5)")
    assert isinstance(counter, Handle)
    assert next(counter) == 5


def test_eval_refuses_a_value_of_another_type(python: Interpreter) -> None:
    with pytest.raises(VariableTypeError, match="expected int, got str '5'"):
        python.eval("'5'", int)


@pytest.mark.parametrize(
    "code",
    [None, 5, b"x = 1", ["x = 1"], 10**5000],
    ids=["none", "int", "bytes", "list", "int-without-repr"],
)
def test_code_that_is_no_text_is_refused(python: Interpreter, code: str) -> None:
    for call in (python.exec, python.eval, python.exec_all, python.handle):
        with pytest.raises(VariableTypeError, match="Python source as a str"):
            call(code)


# Files


def test_run_is_like_python_with_a_file(
    python: Interpreter, tmp_path: Path, shares_process: bool
) -> None:
    (tmp_path / "beside.py").write_text("number = 42\n")
    file = tmp_path / "program.py"
    file.write_text(
        "import sys, beside\n"
        "facts = (sys.argv, __file__, __name__, beside.number, sys.path[0])\n"
        "doubled = given * 2\n"
    )
    outputs = {"facts": tuple, "doubled": int}
    before = sys.argv, list(sys.path)
    result = python.run(file, ["-v", "two words"], {"given": 4}, outputs)
    assert result["facts"] == (
        [str(file), "-v", "two words"],
        str(file),
        "__main__",
        42,
        str(tmp_path),
    )
    assert result["doubled"] == 8
    if shares_process:
        assert (sys.argv, sys.path) == before
        del sys.modules["beside"]


def test_run_gives_an_absolute_file_name(
    python: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "program.py").write_text("import sys\nfacts = __file__, sys.argv[0]\n")
    monkeypatch.chdir(tmp_path)
    result = python.run("program.py", outputs={"facts": tuple})
    assert result["facts"] == (str(tmp_path / "program.py"), "program.py")


@pytest.mark.row("B5")
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"# coding: latin-1\ntext = '\xe9'\n", "é"),
        (b"#!/usr/bin/env python\n# -*- coding: cp1252 -*-\ntext = '\x80'\n", "€"),
        (b"\xef\xbb\xbftext = '\xc3\xa9'\n", "é"),
        (b"text = '''a\r\nb'''\r\n", "a\nb"),
        (b"text = '''a\rb'''\r", "a\nb"),
        (b"if 1:\n\ttext = 'no line end'", "no line end"),
    ],
    ids=["latin-1", "second-line", "bom", "crlf", "cr", "no-line-end"],
)
def test_run_reads_a_file_as_python_does(
    python: Interpreter, tmp_path: Path, data: bytes, text: str
) -> None:
    file = tmp_path / "program.py"
    file.write_bytes(data)
    assert python.run(file, outputs={"text": str})["text"] == text


def test_run_ends_with_exit_zero(python: Interpreter, tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text("import sys\ndone = True\nsys.exit()\ndone = False\n")
    assert python.run(file, outputs={"done": bool})["done"] is True


def test_run_keeps_what_the_script_adds_to_the_path(
    python: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    file = tmp_path / "program.py"
    file.write_text("import sys\nsys.path.append('/added')\n")
    python.run(file)
    python.exec(
        "import sys; found = '/added' in sys.path, sys.path.count(folder)",
        {"folder": os.fspath(tmp_path)},
    )
    assert python["found"] == (True, 0)


@pytest.mark.parametrize("args", ["a b", 5, ["a", 5], ["a", None]], ids=str)
def test_run_refuses_arguments_that_are_no_texts(
    python: Interpreter, tmp_path: Path, args: Any
) -> None:
    path = tmp_path / "script.py"
    path.write_text("ran = True")
    with pytest.raises(VariableTypeError, match="'args': expected a list of str"):
        python.run(path, args)
    assert "ran" not in python.variables()


def test_eval_shows_the_file_name_that_it_is_given(python: Interpreter) -> None:
    with pytest.raises(ScriptError) as caught:
        python.eval("1 / 0", filename="formula")
    assert [frame.file for frame in caught.value.frames] == ["formula"]
