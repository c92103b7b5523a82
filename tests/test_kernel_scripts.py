"""Source text to code: the cut before a last expression, and the cache."""

import ast
import linecache
from pathlib import Path
from typing import Any

import pytest

from pythonarium_kernel import scripts
from pythonarium_kernel.scripts import Script, SourceError, compiled, decoded


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    scripts.forget_all()


def run(script: Script) -> tuple[dict[str, object], object]:
    names: dict[str, object] = {"__name__": "__main__"}
    if script.head is not None:
        exec(script.head, names)
    value = None if script.tail is None else eval(script.tail, names)
    return names, value


def has_last_expression(source: str) -> bool:
    body = ast.parse(source).body
    return bool(body) and isinstance(body[-1], ast.Expr)


LIBRARY = sorted(Path(ast.__file__).parent.glob("[a-d]*.py"))


@pytest.mark.row("B5")
@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_cut_of_a_real_file_is_where_the_syntax_tree_has_it(path: Path) -> None:
    source = path.read_text(encoding="utf-8", errors="strict")
    for text in (source, source + "\nlast_one"):
        script = compiled(text, str(path))
        assert (script.tail is not None) == has_last_expression(text)


@pytest.mark.row("B5")
@pytest.mark.parametrize("count", [1, 2, 3, 50, 500])
def test_cut_keeps_line_numbers(count: int) -> None:
    script = compiled("x = 1\n" * count + "x +\\\n  1 / 0", "numbers.py")
    assert script.tail is not None
    with pytest.raises(ZeroDivisionError) as caught:
        run(script)
    traceback = caught.tb
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    assert traceback.tb_lineno == count + 2


@pytest.mark.row("B5")
def test_cut_keeps_future_imports() -> None:
    source = "from __future__ import annotations\ndef f(x: no_such): ...\nf"
    value: Any
    _, value = run(compiled(source))
    assert value.__annotations__ == {"x": "no_such"}


def test_cut_keeps_the_docstring() -> None:
    for source in ("'doc'\nx = 1\nx", "'doc'\n1", "'doc'"):
        names, _ = run(compiled(source))
        assert names["__doc__"] == "doc"


def test_source_seen_before_is_not_compiled_again() -> None:
    first = compiled("a = 1\na")
    assert compiled("a = 1\na") is first
    assert compiled("a = 1\na", "named.py") is not first
    assert compiled("a", mode="eval") is not compiled("a")
    scripts.forget_all()
    assert compiled("a = 1\na") is not first


def test_cache_keeps_what_is_used_and_forgets_the_rest() -> None:
    used = compiled("used")
    unused = compiled("unused")
    for number in range(4 * scripts.GENERATION):
        compiled(f"filler = {number}")
        assert compiled("used") is used
    assert compiled("unused") is not unused


def test_cache_is_bounded_by_characters_too() -> None:
    first = compiled("first")
    big = "# " + "x" * (scripts.GENERATION_CHARACTERS // 2)
    for number in range(6):
        compiled(f"{number}\n{big}")
    assert compiled("first") is not first


def test_names_of_scripts_are_their_own() -> None:
    names = {compiled(f"{number}").filename for number in range(10)}
    assert len(names) == 10
    assert compiled("11", "given.py").filename == "given.py"


def test_broken_source_leaves_nothing_behind() -> None:
    before = set(linecache.cache)
    for source in ("x = = 1", "(" * 10_000, "\0", "\ud800"):
        with pytest.raises(SourceError) as caught:
            compiled(source, "broken.py")
        assert caught.value.report["kind"] == "syntax"
        assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert set(linecache.cache) == before


@pytest.mark.row("B5")
def test_bytes_are_read_by_their_cookie() -> None:
    assert decoded(b"# coding: latin-1\n'\xe9'", "a.py").endswith("'é'")
    assert decoded(b"\xef\xbb\xbf'\xc3\xa9'\r\n", "a.py").endswith("'é'\n")
    with pytest.raises(SourceError) as caught:
        decoded(b"ok\n\n'\xe9'", "a.py")
    syntax = caught.value.report["syntax"]
    assert syntax is not None
    assert (syntax["file"], syntax["line"]) == ("a.py", 3)
