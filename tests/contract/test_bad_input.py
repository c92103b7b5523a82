"""Whatever comes in: a clear error, variables kept, the interpreter usable afterwards."""

import os
import sys
import threading
from collections.abc import Callable, Generator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pythonarium import (
    ClosedError,
    ContextError,
    Interpreter,
    PythonariumError,
    ScriptError,
    ScriptSyntaxError,
    ThreadSafetyError,
    VariableMissingError,
    VariableTypeError,
)

pytestmark = pytest.mark.row("B5")


@pytest.fixture
def sound(python: Interpreter) -> Generator[Interpreter]:
    """Give an interpreter with a variable; see that both are sound afterwards."""
    python["kept"] = 41
    yield python
    assert python["kept"] == 41
    assert python.exec("new = kept + 1\nnew", capture=True).value == 42
    assert python.exec("print('printed')", capture=True).stdout == "printed\n"
    with pytest.raises(ScriptError, match="division by zero"):
        python.exec("1 / 0")


# Source

SOURCES = {
    "nul": ("x = 1\ny = 'a\0b'", 2, "null bytes"),
    "only-nul": ("\0", 1, "null bytes"),
    "surrogate": ("x = 1\n\ny = '\udc00'", 3, r"lone surrogate '\udc00'"),
    "surrogate-in-comment": ("# \ud800", 1, "lone surrogate"),
    "bom-inside": ("x = 1\n\ufeffx", 2, "U+FEFF"),
    "tabs-and-spaces": ("if 1:\n\tx = 1\n        y = 2", 3, "tabs and spaces"),
    "control": ("x = 1\x01", 1, "invalid"),
    "huge-int": ("x = 1\n" + "9" * 5_000, 2, "Exceeds the limit (4300"),
    "blocks": (
        "".join(" " * depth + "if 1:\n" for depth in range(150)) + " " * 150 + "1",
        101,
        "too many levels of indentation",
    ),
}


@pytest.mark.row("B3", "B5")
@pytest.mark.parametrize(
    ("code", "line", "message"), SOURCES.values(), ids=SOURCES.keys()
)
def test_bad_source_is_a_syntax_error(
    sound: Interpreter, code: str, line: int, message: str
) -> None:
    with pytest.raises(ScriptSyntaxError) as caught:
        sound.exec("ran = True\n" + code)
    assert caught.value.line == line + 1
    assert message in caught.value.message
    assert "\0" not in str(caught.value)
    assert str(caught.value).encode()
    assert "ran" not in sound.variables()


@pytest.mark.row("B5")
@pytest.mark.parametrize("code", ["", "\n", "   \n\t\n", "# nothing", "\ufeff", "\r\n"])
def test_empty_source_does_nothing(sound: Interpreter, code: str) -> None:
    assert sound.exec(code).value is None


@pytest.mark.parametrize("filename", [5, ["a.py"], "a\0b.py", "a\udc00.py"])
def test_bad_filename_is_refused(sound: Interpreter, filename: str) -> None:
    with pytest.raises(PythonariumError) as caught:
        sound.exec("ran = True", filename=filename)
    assert "filename" in str(caught.value)
    assert str(caught.value).encode()
    assert "ran" not in sound.variables()


# Files

FILES = {
    "nul": (b"x = 1\ny = '\0'", 2, "null bytes"),
    "binary": (bytes(range(256)), None, ""),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 1, ""),
    "elf": (b"\x7fELF\2\1\1\0\0\0\0", 1, ""),
    "utf-16": ("x = 1\n".encode("utf-16"), 1, ""),
    "not-utf-8": (b"x = 1\ny = '\xff'\n", 2, "can't decode byte 0xff"),
    "not-utf-8-at-end": (b"x = 1\n\xe2\x82", 2, "unexpected end of data"),
    "form-feeds": (b"x = 1\n\x0c\x0c\ny = '\xff'\n", 3, "can't decode byte 0xff"),
    "unknown-cookie": (b"# coding: no-such\n", 1, "no-such"),
    "unknown-cookie-below": (b"#!/bin/python\n# coding: no-such\n", 2, "no-such"),
    "rot13-cookie": (b"# coding: rot13\nk = 1\n", 1, "rot13"),
    "zlib-cookie": (b"# coding: zlib\nk = 1\n", 1, "zlib"),
    "undefined-cookie": (b"# coding: undefined\nk = 1\n", 1, "undefined"),
    "bom-and-cookie": (b"\xef\xbb\xbf# coding: latin-1\n", 1, "utf-8"),
    "surrogate": (b"x = '\xed\xb0\x80'", 1, ""),
}


@pytest.mark.row("B3", "B5")
@pytest.mark.parametrize(("data", "line", "message"), FILES.values(), ids=FILES.keys())
def test_bad_file_is_a_syntax_error(
    sound: Interpreter, tmp_path: Path, data: bytes, line: int | None, message: str
) -> None:
    file = tmp_path / "bad.py"
    file.write_bytes(data)
    with pytest.raises(ScriptSyntaxError) as caught:
        sound.run(file)
    assert caught.value.file == str(file)
    assert line is None or caught.value.line == line
    assert message in caught.value.message
    assert str(caught.value).encode()


@pytest.mark.row("B5")
def test_empty_file_does_nothing(sound: Interpreter, tmp_path: Path) -> None:
    file = tmp_path / "empty.py"
    file.touch()
    assert dict(sound.run(file)) == {}


def test_missing_file_and_folder_are_os_errors(
    sound: Interpreter, tmp_path: Path
) -> None:
    path = list(sys.path)
    with pytest.raises(FileNotFoundError, match=r"no_such\.py"):
        sound.run(tmp_path / "no_such.py")
    with pytest.raises(IsADirectoryError):
        sound.run(tmp_path)
    assert sys.path == path


# Names and values

NAMES = [
    "",
    "1a",
    "a b",
    "a.b",
    "a-b",
    "class",
    "None",
    "True",
    "a\n",
    "a\0",
    "a\udc00",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_bad_name_is_refused(sound: Interpreter, name: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: sound.exec("ran = 1", {name: 1}),
        lambda: sound.exec("ran = 1", None, {name: int}),
        lambda: sound.exec("ran = 1", None, [name]),
        lambda: sound.eval("1", inputs={name: 1}),
        lambda: sound.set(name, 1),
    ]
    for call in calls:
        with pytest.raises(VariableTypeError, match="expected a Python identifier"):
            call()
    with pytest.raises((VariableMissingError, VariableTypeError)):
        sound.get(name)
    assert dict(sound.variables()) == {"kept": 41}


def test_name_that_is_no_text_is_refused(sound: Interpreter) -> None:
    name: Any = 5
    told = "variable '5': expected a Python identifier, got int 5"
    for call in (sound.get, sound.delete, lambda name: sound.exec("", {name: 1})):
        with pytest.raises(VariableTypeError, match=told):
            call(name)


def test_interpreter_is_no_collection_of_its_variables(sound: Interpreter) -> None:
    container: Any = sound
    with pytest.raises(TypeError, match="'Interpreter' object is not a container"):
        _ = "kept" in container
    with pytest.raises(TypeError, match="'Interpreter' object is not iterable"):
        list(container)


def test_name_whose_repr_fails_is_refused(sound: Interpreter) -> None:
    names: dict[object, int] = {10**5000: 1}
    with pytest.raises(VariableTypeError, match="expected a Python identifier"):
        sound.exec("ran = 1", names)  # type: ignore[arg-type]


@pytest.mark.row("B9")
def test_output_that_was_never_set(sound: Interpreter) -> None:
    with pytest.raises(VariableMissingError) as caught:
        sound.exec("result = 1; resold = 2", None, {"resullt": int})
    assert caught.value.near[0] == "result"


@pytest.mark.row("B8", "S48")
def test_wrong_type_four_levels_deep(sound: Interpreter) -> None:
    value = {"rows": [{"cells": [1, 2, None]}]}
    annotation = dict[str, list[dict[str, list[int]]]]
    with pytest.raises(VariableTypeError) as caught:
        sound.set("table", value, annotation)
    assert caught.value.path == "table['rows'][0]['cells'][2]"
    assert (caught.value.expected, caught.value.actual) == ("int", "None")


@pytest.mark.row("B8")
def test_nan_for_a_decimal(sound: Interpreter) -> None:
    with pytest.raises(VariableTypeError, match="expected Decimal, got float nan"):
        sound.set("price", float("nan"), Decimal)


@pytest.mark.row("B8")
def test_annotation_that_is_none(sound: Interpreter) -> None:
    for annotation in (5, "no such(", [int], "int; 1"):
        with pytest.raises(VariableTypeError):
            sound.exec("x = 1", None, {"x": annotation})


# What a script does to its surroundings

DAMAGE = {
    "deletes-builtins": "del __builtins__",
    "deletes-name": "del __name__, __doc__",
    "names-of-no-text": "globals()[5] = globals()[None] = 1",
    "replaces-stdout": "import io, sys; sys.stdout = sys.stderr = io.StringIO()",
    "stdout-none": "import sys; sys.stdout = sys.stderr = None; print(1)",
    "stdout-odd": "import sys; sys.stdout = sys.stderr = 5",
    "deletes-stdout": "import sys; del sys.stdout, sys.stderr",
    "closes-stdout": "import sys; sys.stdout.close(); sys.stderr.close()",
    "detaches-stdout": "import sys; sys.stdout.detach()",
    "recursion-limit": "import sys; sys.setrecursionlimit(10**6)",
    "clears-linecache": "import linecache; linecache.clearcache()",
    "clears-main": "import sys; sys.modules['__main__'].__dict__.clear(); kept = 41\n"
    "__import__('__main__').x = 5",
    "traces": "import sys\nbefore = sys.gettrace()\n"
    "sys.settrace(lambda *event: None); sys.settrace(before)",
    "many-names": "for i in range(10**5): globals()[f'name{i}'] = i",
    "raises-in-a-run": "import contextlib\n"
    "with contextlib.suppress(KeyboardInterrupt): raise KeyboardInterrupt",
}


@pytest.mark.parametrize("code", DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_is_kept_in_bounds(
    sound: Interpreter, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sys.stdout, sys.stderr, sys.getrecursionlimit()
    sound.exec(code, capture=True)
    assert (sys.stdout, sys.stderr, sys.getrecursionlimit()) == before
    print("host")  # noqa: T201  # the host prints as before
    assert capsys.readouterr().out == "host\n"
    sound.exec("print('script')")
    assert capsys.readouterr().out == "script\n"


@pytest.mark.parametrize("code", DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_before_an_error_is_kept_in_bounds(
    sound: Interpreter, code: str
) -> None:
    with pytest.raises(ScriptError) as caught:
        sound.exec(f"{code}\nopen('/no/such/file')", capture=True, timeout=15)
    assert caught.value.type_name in (
        "FileNotFoundError",
        "RecursionError",
        "NameError",
    )


def test_folder_that_is_gone(
    sound: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    gone = tmp_path / "gone"
    gone.mkdir()
    code = "import os; os.chdir(gone); os.rmdir(gone)\ndef f(): 1 / 0\nf()"
    with pytest.raises(ScriptError) as caught:
        sound.exec(code, {"gone": os.fspath(gone)})
    assert caught.value.frames[-1].text == "def f(): 1 / 0"
    assert sound.exec("class C: pass\nC().__class__.__name__").value == "C"


def test_path_that_is_changed_stays_changed(
    sound: Interpreter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shares_process: bool,
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "from_there.py").write_text("value = 5\n")
    sound.exec("import sys; sys.path.insert(0, folder)", {"folder": str(tmp_path)})
    assert sound.exec("import from_there; from_there.value").value == 5
    monkeypatch.delitem(sys.modules, "from_there", raising=shares_process)


# Its life


def test_use_after_close(open_interpreter: Callable[[], Interpreter]) -> None:
    python = open_interpreter()
    handle = python.handle("[1]")
    scope = python.watch()
    python.close()
    calls: list[Callable[[], object]] = [
        lambda: python.exec("1"),
        lambda: python.exec_all("1"),
        lambda: python.eval("1"),
        lambda: python.run(__file__),
        lambda: python.set("a", 1),
        lambda: python.get("a"),
        lambda: python.delete("a"),
        python.variables,
        lambda: python.handle("1"),
        lambda: python.import_module("os"),
        python.lock,
        python.watch,
        python.pause,
        python.leak_report,
        lambda: python.keep(handle),
        python.contexts.names,
        lambda: python.contexts.add("a"),
        lambda: python.context("a"),
        python.__enter__,
        lambda: len(handle),
        lambda: handle.append(1),
    ]
    for call in calls:
        with pytest.raises(ClosedError):
            call()
    scope.close()
    python.close()
    assert python.closed
    assert not python.interrupt()


def test_script_that_closes_its_interpreter(sound: Interpreter) -> None:
    with pytest.raises(ScriptError) as caught:
        sound.exec("close()", {"close": sound.close})
    assert caught.value.type_name == ThreadSafetyError.__name__
    sound.delete("close")


def test_close_while_another_thread_runs(sound: Interpreter) -> None:
    inside, go = threading.Event(), threading.Event()
    code = "inside.set(); go.wait(10); through = True"

    def work() -> None:
        with sound.lock():
            sound.exec(code, {"inside": inside, "go": go})

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert inside.wait(10)
        with pytest.raises(ThreadSafetyError, match="is using this interpreter"):
            sound.close()
    finally:
        go.set()
        thread.join()
    assert sound["through"] is True
    assert not sound.closed


def test_contexts_left_out_of_order(sound: Interpreter) -> None:
    outer, inner = sound.context("outer"), sound.context("inner")
    with pytest.raises(ContextError, match="reverse order"):
        outer.close()
    inner.close()
    outer.close()
    assert sound.contexts.current == "main"
