"""What a script raises, as the host sees it: everything, exactly, and only once."""

import gc
import pickle
import time
import traceback
import weakref
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from programs import run_code
from pythonarium import (
    Handle,
    Interpreter,
    PythonariumError,
    ScriptError,
    ScriptExitError,
    VariableTypeError,
)
from workers import Language, opening

if TYPE_CHECKING:
    from collections.abc import Callable


def failure(python: Interpreter, code: str, **options: object) -> ScriptError:
    """Run a script that fails; return its error, and see that the next one runs."""
    try:
        python.exec(code, **options)  # type: ignore[arg-type]
    except ScriptError as error:
        assert python.exec("1 + 1").value == 2
        return error
    except KeyboardInterrupt:  # which would end the whole test run
        pytest.fail("the script's KeyboardInterrupt became the host's")
    pytest.fail("the script did not fail")


@pytest.mark.row("S45")
def test_errors_need_not_be_declared() -> None:
    assert issubclass(ScriptError, PythonariumError)
    assert issubclass(PythonariumError, Exception)


@pytest.mark.row("S46", "S51")
def test_error_has_the_exceptions_own_text(python: Interpreter) -> None:
    error = failure(python, "1 / 0")
    assert "ZeroDivisionError: division by zero" in str(error)
    assert (error.type_name, error.type_module) == ("ZeroDivisionError", "builtins")
    assert error.message == "division by zero"


RAISED = {
    "empty": ("raise ValueError", "ValueError", ""),
    "empty-text": ("raise ValueError('')", "ValueError", ""),
    "none": ("raise ValueError(None)", "ValueError", "None"),
    "two": ("raise ValueError(1, 'a')", "ValueError", "(1, 'a')"),
    "assert": ("assert 1 > 2", "AssertionError", ""),
    "key": ("{}['a']", "KeyError", "'a'"),
    "lines": ("raise ValueError('a\\nb')", "ValueError", "a\nb"),
    "own-class": ("class Odd(Exception): pass\nraise Odd('x')", "Odd", "x"),
    "inner-class": (
        "class A:\n  class B(Exception): pass\nraise A.B",
        "A.B",
        "",
    ),
    "base": ("raise BaseException('x')", "BaseException", "x"),
    "generator-exit": ("raise GeneratorExit", "GeneratorExit", ""),
    "keyboard": ("raise KeyboardInterrupt('x')", "KeyboardInterrupt", "x"),
    "keyboard-in-with": (
        "with open('/dev/null'): raise KeyboardInterrupt",
        "KeyboardInterrupt",
        "",
    ),
    "stop": ("raise StopIteration(5)", "StopIteration", "5"),
    "stop-async": ("raise StopAsyncIteration", "StopAsyncIteration", ""),
    "system-error": ("raise SystemError('x')", "SystemError", "x"),
    "memory": ("raise MemoryError", "MemoryError", ""),
    "recursion": (
        "def f(): f()\nf()",
        "RecursionError",
        "maximum recursion depth exceeded",
    ),
    "os": ("open('/no/such')", "FileNotFoundError", None),
    "unicode": ("b'\\xff'.decode()", "UnicodeDecodeError", None),
    "timeout": ("raise TimeoutError('x')", "TimeoutError", "x"),
    "import": ("import no_such_module", "ModuleNotFoundError", None),
    "no-exception": (
        "raise 5",
        "TypeError",
        "exceptions must derive from BaseException",
    ),
    "nothing-to-reraise": ("raise", "RuntimeError", "No active exception to reraise"),
    "str-raises": (
        "class E(Exception):\n  def __str__(self): 1 / 0\nraise E",
        "E",
        "<no message: E.__str__ raised ZeroDivisionError>",
    ),
    "str-exits": (
        "class E(Exception):\n  def __str__(self): raise SystemExit(3)\nraise E",
        "E",
        "<no message: E.__str__ raised SystemExit>",
    ),
    "str-no-text": (
        "class E(Exception):\n  def __str__(self): return 5\nraise E",
        "E",
        "<no message: E.__str__ raised TypeError>",
    ),
    "str-subclass": (
        (
            "class S(str):\n  def encode(self, *a): 1 / 0\n"
            "class E(Exception):\n  def __str__(self): return S('hi')\nraise E"
        ),
        "E",
        "hi",
    ),
    "surrogate": ("raise ValueError('a\\udc00')", "ValueError", "a\\udc00"),
    "surrogate-name": (
        "class E(Exception): pass\nE.__qualname__ = 'a\\udc00'\nraise E('x')",
        "a\\udc00",
        "x",
    ),
    "attributes-raise": (
        "class E(Exception):\n  def __getattribute__(self, n): 1 / 0\nraise E('x')",
        "E",
        "x",
    ),
    "links-no-links": (
        (
            "class E(Exception):\n"
            "  __cause__ = __context__ = __traceback__ = 5; __notes__ = 6\n"
            "raise E('x')"
        ),
        "E",
        "x",
    ),
    "links-raise": (
        (
            "bad = property(lambda s: 1 / 0)\n"
            "class E(Exception):\n"
            "  __cause__ = __context__ = __traceback__ = __notes__ = bad\n"
            "raise E('x')"
        ),
        "E",
        "x",
    ),
    "no-module": ("class E(Exception): __module__ = None\nraise E('x')", "E", "x"),
    "module-raises": (
        (
            "class M:\n  def __str__(self): 1 / 0\n"
            "class E(Exception): __module__ = M()\nraise E('x')"
        ),
        "E",
        "x",
    ),
    "metaclass-raises": (
        (
            "class M(type):\n  def __getattribute__(self, n): 1 / 0\n"
            "class E(Exception, metaclass=M): pass\nraise E('x')"
        ),
        "E",
        "x",
    ),
}


@pytest.mark.row("B1", "S46")
@pytest.mark.parametrize(
    ("code", "type_name", "message"), RAISED.values(), ids=RAISED.keys()
)
def test_every_exception_is_raised(
    python: Interpreter, code: str, type_name: str, message: str | None
) -> None:
    python["kept"] = 41
    error = failure(python, code)
    assert error.type_name == type_name
    assert message is None or error.message == message
    assert str(error).encode()
    assert error.traceback.encode()
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert python["kept"] == 41


@pytest.mark.row("B1")
def test_interrupt_that_a_script_throws(
    python: Interpreter, language: Language
) -> None:
    code = "def f(): yield\ng = f(); next(g)\ng.throw(KeyboardInterrupt)"
    if language.tells_thrown_interrupts:
        assert failure(python, code).type_name == "KeyboardInterrupt"
    else:
        with pytest.raises(KeyboardInterrupt):
            python.exec(code)


@pytest.mark.row("B1")
def test_group_that_raises_is_raised(python: Interpreter, language: Language) -> None:
    error = failure(
        python,
        "class G(ExceptionGroup): exceptions = property(lambda s: 1 / 0)\n"
        "raise G('x', [ValueError()])",
    )
    assert error.type_name == ("G" if language.has_groups else "NameError")


@pytest.mark.row("B1")
def test_every_call_raises(python: Interpreter) -> None:
    python.exec(
        "class Odd:\n"
        "  def __getattr__(self, name): raise LookupError(name)\n"
        "  def __call__(self): raise LookupError('call')\n"
        "  def __iter__(self): yield 1; raise LookupError('iteration')\n"
        "odd = Odd()"
    )
    odd: Any = python.handle("odd")
    iterator = iter(odd)
    assert next(iterator) == 1
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: python.eval("odd()"), "call"),
        (lambda: python.exec_all("odd()"), "call"),
        (lambda: python.handle("odd()"), "call"),
        (lambda: odd.some_name, "some_name"),
        (odd, "call"),
        (lambda: next(iterator), "iteration"),
        (lambda: python.import_module("no_such_module"), "No module named"),
    ]
    for call, message in calls:
        with pytest.raises(ScriptError, match=message):
            call()


# What an error carries


@pytest.mark.row("B2", "S2")
def test_frames_are_those_of_the_script(python: Interpreter) -> None:
    code = (
        "def outer():\n    inner()\n\ndef inner():\n    int('x')  # here\n\nouter()\n"
    )
    error = failure(python, code, filename="report.py")
    assert [(f.file, f.line, f.function, f.text) for f in error.frames] == [
        ("report.py", 7, "<module>", "outer()"),
        ("report.py", 2, "outer", "inner()"),
        ("report.py", 5, "inner", "int('x')  # here"),
    ]


@pytest.mark.row("B2")
def test_frames_of_a_library_stay_those_of_pythonarium_go(
    python: Interpreter,
) -> None:
    error = failure(python, "import json\njson.loads('{')")
    files = [frame.file for frame in error.frames]
    assert files[0].startswith("<script-")
    assert all("json" in file for file in files[1:])
    assert not any("pythonarium" in file for file in files)


@pytest.mark.row("S2", "B2")
def test_traceback_is_that_of_python(python: Interpreter) -> None:
    error = failure(python, "def f():\n    return {}['a']\nf()", filename="a.py")
    lines = [line for line in error.traceback.splitlines() if set(line) - set(" ^~")]
    assert lines == [
        "Traceback (most recent call last):",
        '  File "a.py", line 3, in <module>',
        "    f()",
        '  File "a.py", line 2, in f',
        "    return {}['a']",
        "KeyError: 'a'",
    ]


@pytest.mark.row("S2", "B2")
def test_traceback_stands_below_an_uncaught_error(python: Interpreter) -> None:
    error = failure(python, "def f(): 1 / 0\nf()", filename="a.py")
    shown = "".join(traceback.format_exception(error))
    assert '  File "a.py", line 1, in f\n' in shown


@pytest.mark.row("B2")
def test_function_called_later_shows_its_own_script(python: Interpreter) -> None:
    python.exec("\n\ndef late(x):\n    return 1 / x\n", filename="first.py")
    error = failure(python, "late(0)", filename="second.py")
    assert [(f.file, f.line, f.text) for f in error.frames] == [
        ("second.py", 1, "late(0)"),
        ("first.py", 4, "return 1 / x"),
    ]


@pytest.mark.row("B2")
def test_notes_cause_and_context(python: Interpreter, language: Language) -> None:
    note = (
        "add_note('one\\ntwo')" if language.has_groups else "__notes__ = ['one\\ntwo']"
    )
    error = failure(
        python,
        "try:\n"
        "    try:\n"
        "        1 / 0\n"
        "    except ZeroDivisionError:\n"
        "        {}['a']\n"
        "except KeyError as caught:\n"
        f"    caught.{note}\n"
        "    raise ValueError('three') from caught\n",
    )
    cause = error.__cause__
    assert isinstance(cause, ScriptError)
    assert (cause.type_name, cause.notes) == ("KeyError", ("one\ntwo",))
    assert cause.frames[-1].text == "{}['a']"
    context = cause.__context__
    assert isinstance(context, ScriptError)
    assert context.type_name == "ZeroDivisionError"
    order = ["ZeroDivisionError", "During handling", "KeyError", "one", "two"]
    places = [error.traceback.index(part) for part in (*order, "direct cause", "three")]
    assert places == sorted(places)


@pytest.mark.row("B2")
def test_suppressed_context_is_not_shown(python: Interpreter) -> None:
    code = "try:\n  1 / 0\nexcept Exception:\n  raise ValueError('b') from None"
    error = failure(python, code)
    assert error.__suppress_context__
    assert isinstance(error.__context__, ScriptError)
    assert "ZeroDivisionError" not in error.traceback


@pytest.mark.row("B2")
def test_group_carries_its_members(python: Interpreter, language: Language) -> None:
    error = failure(
        python,
        "group = ExceptionGroup('several', [ValueError(1), ExceptionGroup('inner', "
        "[KeyError('k')])])\n"
        "group.add_note('a note')\n"
        "group.exceptions[0].add_note('another')\n"
        "raise group",
    )
    if not language.has_groups:
        assert "name 'ExceptionGroup' is not defined" in error.message
        return
    assert error.message.startswith("several")
    assert error.notes == ("a note",)
    first, inner = error.errors
    assert (first.type_name, first.message, first.notes) == (
        "ValueError",
        "1",
        ("another",),
    )
    assert [member.type_name for member in inner.errors] == ["KeyError"]
    assert error.traceback.index("ValueError: 1") < error.traceback.index("KeyError")


@pytest.mark.row("B2")
@pytest.mark.parametrize(
    "code",
    [
        (
            "a = ValueError(1); b = ValueError(2)\n"
            "a.__cause__ = b; b.__cause__ = a; raise a"
        ),
        (
            "e = None\nfor i in range(5000):\n"
            "  n = ValueError(i); n.__cause__ = e; e = n\nraise e"
        ),
        "g = ValueError()\nfor i in range(5000): g = ExceptionGroup('x', [g])\nraise g",
        "raise ExceptionGroup('x', [ValueError(i) for i in range(10**5)])",
        (
            "g = ExceptionGroup('x', [ValueError()])\n"
            "for i in range(24): g = ExceptionGroup('x', [g, g])\nraise g"
        ),
        (
            "e = ValueError()\n"
            "for i in range(24):\n"
            "  n = ExceptionGroup('x', [e, e]); n.__cause__ = e; n.__context__ = n; e = n\n"
            "raise e"
        ),
    ],
    ids=["circle", "chain", "deep-group", "wide-group", "shared-group", "all"],
)
def test_monstrous_exceptions_are_reported_in_bounded_time(
    python: Interpreter, code: str
) -> None:
    started = time.process_time()
    error = failure(python, code)
    assert len(error.traceback) < 1_000_000
    assert len(pickle.dumps(error)) < 2_000_000
    assert time.process_time() - started < 5


ENDLESS = {
    "text": "class E(Exception):\n  def __str__(self):\n    while True: pass\nraise E",
    "notes": "class N:\n  def __iter__(self):\n    while True: yield 1\n"
    "e = ValueError('x'); e.__notes__ = N()\nraise e",
    "many-notes": "e = ValueError('x'); e.__notes__ = ['n'] * 10**5\nraise e",
}


@pytest.mark.row("B2", "B7")
@pytest.mark.parametrize("code", ENDLESS.values(), ids=ENDLESS.keys())
def test_exception_without_end_does_not_hang_the_host(rung: str, code: str) -> None:
    program = (
        "import faulthandler; faulthandler.dump_traceback_later(8, exit=True)\n"
        "from pythonarium import Interpreter, ScriptError\n"
        f"with {opening(rung)} as python:\n"
        "    try:\n"
        f"        python.exec({code!r}, timeout=0.5)\n"
        "    except ScriptError as error:\n"
        "        assert len(error.traceback) < 100_000\n"
        "        assert python.exec('1 + 1').value == 2\n"
        "        print('ended')\n"
    )
    assert run_code(program) == "ended\n"


@pytest.mark.row("B2")
def test_deep_recursion_keeps_both_ends(python: Interpreter) -> None:
    code = "def f(n):\n    if n == 0:\n        1 / 0\n    f(n - 1)\n\nf(800)"
    error = failure(python, code)
    assert [frame.line for frame in error.frames[:2]] == [6, 4]
    assert error.frames[-1].line == 3
    assert len(error.frames) < 300
    assert "more times" in error.traceback


@pytest.mark.row("B2")
def test_error_holds_nothing_of_the_script(python: Interpreter) -> None:
    alive: list[weakref.ref[object]] = []
    python["probe"] = lambda thing: alive.append(weakref.ref(thing))
    code = "class Big: pass\ndef f():\n    big = Big()\n    probe(big)\n    1 / 0\nf()"
    gc.disable()
    try:
        error = failure(python, code)
        assert alive[0]() is None
    finally:
        gc.enable()
    assert error.message == "division by zero"


@pytest.mark.row("S2")
def test_error_tells_what_was_printed_before(python: Interpreter) -> None:
    code = "import sys\nprint('before')\nprint('warned', file=sys.stderr)\n1 / 0"
    error = failure(python, code, capture=True)
    assert (error.stdout, error.stderr) == ("before\n", "warned\n")


@pytest.mark.row("S2")
def test_output_is_flushed_when_a_script_fails(
    python: Interpreter, capfd: pytest.CaptureFixture[str]
) -> None:
    code = "import sys\nsys.stdout.write('no line end')\n1 / 0"
    failure(python, code)
    assert capfd.readouterr().out == "no line end"


def test_variables_of_a_failed_script_stay(python: Interpreter) -> None:
    python.exec("before = 1")
    failure(python, "during = given\n1 / 0\nafter = 3", inputs={"given": 2})
    assert dict(python.variables()) == {"before": 1, "given": 2, "during": 2}


@pytest.mark.row("S48")
def test_conversion_error_is_no_script_error(python: Interpreter) -> None:
    with pytest.raises(VariableTypeError) as caught:
        python.exec("a = 'text'", None, {"a": int})
    assert not isinstance(caught.value, ScriptError)
    assert isinstance(caught.value, TypeError)


# The end of a script


@pytest.mark.row("B4")
@pytest.mark.parametrize(
    ("code", "status", "message"),
    [
        ("sys.exit()", 0, ""),
        ("sys.exit(0)", 0, ""),
        ("sys.exit(None)", 0, ""),
        ("sys.exit(False)", 0, ""),
        ("sys.exit(True)", 1, ""),
        ("sys.exit(7)", 7, ""),
        ("sys.exit(-1)", -1, ""),
        ("sys.exit(256)", 256, ""),
        ("raise SystemExit(7)", 7, ""),
        ("sys.exit('done for')", 1, "done for"),
        ("sys.exit((1, 2))", 1, "(1, 2)"),
        ("class Leave(SystemExit): pass\nraise Leave(7)", 7, ""),
        ("import threading\ndef f(): sys.exit(7)\nf()", 7, ""),
        ("try:\n  sys.exit(7)\nfinally:\n  done = True", 7, ""),
        ("class Odd:\n  def __str__(s): 1 / 0\nsys.exit(Odd())", 1, None),
    ],
)
def test_exit_ends_the_script_and_not_the_host(
    python: Interpreter, code: str, status: int, message: str | None
) -> None:
    python.exec("import sys")
    python["kept"] = 41
    with pytest.raises(ScriptExitError) as caught:
        python.exec(code + "\nnever = True")
    assert caught.value.code == status
    assert message is None or caught.value.message == message
    assert f"exit code {status}" in str(caught.value)
    assert "never" not in python.variables()
    assert python["kept"] == 41


@pytest.mark.row("B4")
def test_exit_in_a_handles_method_ends_only_the_call(python: Interpreter) -> None:
    leave = python.handle("__import__('sys').exit")
    with pytest.raises(ScriptExitError):
        leave(3)
    assert isinstance(leave, Handle)
    assert python.eval("1 + 1") == 2


@pytest.mark.row("B2")
@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("counter = 1\ncountr", "counter"),
        ("def f():\n    inner = 1\n    iner\nf()", "inner"),
        ("pront(1)", "print"),
        ("'a'.uper()", "upper"),
        ("import math\nmath.sqr", "sqrt"),
    ],
)
def test_error_names_what_was_probably_meant(
    python: Interpreter, language: Language, code: str, hint: str
) -> None:
    error = failure(python, code)
    hinted = f"Did you mean: '{hint}'?"
    assert (hinted in str(error)) == language.tells_missing_names
    assert (f"{hinted}\n" in error.traceback) == language.tells_missing_names
    assert "Did you mean" not in error.message


@pytest.mark.row("B1")
@pytest.mark.parametrize(
    "code",
    ["raise NameError", "raise NameError('x', name=5)", "len(nothing_like_it_at_all)"],
)
def test_error_without_a_near_name_guesses_nothing(
    python: Interpreter, code: str
) -> None:
    with pytest.raises(ScriptError) as caught:
        python.exec(code)
    assert "Did you mean" not in caught.value.traceback


def test_script_frame_is_above_those_of_libraries(python: Interpreter) -> None:
    error = failure(python, "import json\nx = 1\njson.loads('{')")
    assert error.frames[-1].file.endswith("decoder.py")
    assert error.script_frame == error.frames[0]
    assert error.script_frame.text == "json.loads('{')"


def test_error_without_a_frame_of_the_script(python: Interpreter) -> None:
    code = "raise ValueError(5).with_traceback(None)"
    assert failure(python, code).script_frame is not None
    bare = "import threading\n_ = threading.Thread(target=print)\n_.start(); _.join()"
    python.exec(bare, capture=True)
    with pytest.raises(ScriptError) as caught:
        python.handle("_").start()
    assert caught.value.script_frame is None
    assert caught.value.message == "threads can only be started once"


HARD_TO_SHOW = {
    "dir-raises": """
        class Bad:
            def __dir__(self): raise LookupError
        Bad().nearly
    """,
    "loader-raises": """
        class Bad:
            def get_source(self, name): raise LookupError
        names = {"__loader__": Bad(), "__name__": "gone"}
        exec(compile("None.nearly", "<gone>", "exec"), names)
    """,
    "no-instruction": """
        import sys, types
        entry = types.TracebackType(None, sys._getframe(), -1, 1)
        raise AttributeError("nearly").with_traceback(entry)
    """,
}


@pytest.mark.row("B2")
@pytest.mark.parametrize("case", HARD_TO_SHOW)
def test_error_is_told_where_a_part_cannot_be_shown(
    python: Interpreter, case: str
) -> None:
    error = failure(python, dedent(HARD_TO_SHOW[case]))
    assert error.type_name == "AttributeError"
    assert "nearly" in error.message
    assert "nearly" in error.traceback
