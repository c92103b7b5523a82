"""How the kernel makes reports and formats them."""

import subprocess
import sys
import traceback
from typing import TYPE_CHECKING

import pytest

from pythonarium_kernel import report
from pythonarium_kernel.report import HALF, format_report, from_exception

if TYPE_CHECKING:
    from pythonarium_kernel.report import Report


def raised(source: str) -> "tuple[BaseException, Report]":
    try:
        exec(compile(source, "script.py", "exec"), {"__name__": "__main__"})
    except BaseException as error:  # noqa: BLE001  # any exception will do
        inner = error.__traceback__ and error.__traceback__.tb_next  # without this file
        error = error.with_traceback(inner)
        return error, from_exception(error, lines=source.split("\n"))
    raise AssertionError(source)


def plain(text: str, source: str) -> list[str]:
    """Return the lines of a traceback without source lines, carets and empty ones."""
    texts = {line.strip() for line in source.split("\n")}
    lines = [line for line in text.split("\n") if set(line.strip()) - set("^~")]
    return [line for line in lines if line.strip() not in texts]


@pytest.mark.row("B2")
@pytest.mark.parametrize(
    "source",
    [
        "1 / 0",
        "def f(x):\n    return 1 / x\n\n\ndef g():\n    f(0)\n\n\ng()",
        "raise ValueError",
        "raise ValueError('one\\ntwo')",
        "raise ValueError('')",
        "import json\nraise json.JSONDecodeError('bad', 'doc', 1)",
        "class A:\n    class B(Exception): pass\nraise A.B(1)",
        "try:\n    {}[1]\nexcept KeyError as e:\n    raise ValueError('a') from e",
        "try:\n    {}[1]\nexcept KeyError:\n    1 / 0",
        "try:\n    {}[1]\nexcept KeyError:\n    raise ValueError('a') from None",
        "e = ValueError('a')\ne.add_note('x\\ny')\ne.add_note('z')\nraise e",
        "def f(n):\n    if n: f(n - 1)\n    1 / 0\nf(20)",
    ],
)
def test_format_is_that_of_python(source: str) -> None:
    error, data = raised(source)
    expected = "".join(traceback.format_exception(error))
    assert plain(format_report(data), source) == plain(expected, source)


@pytest.mark.row("B2")
def test_columns_point_at_the_failing_expression() -> None:
    _, data = raised("x = 0\nif True:\n    y = 'é' + str(1 / x)")
    _, line, _, text, start, stop = data["frames"][-1]
    assert line == 3
    assert (start, stop) == (-1, -1) or text[start:stop] == "1 / x"


@pytest.mark.row("B2")
@pytest.mark.parametrize("depth", [2 * HALF - 2, 2 * HALF, 5 * HALF])
def test_frames_are_kept_at_both_ends(depth: int) -> None:
    source = (
        "import sys\nsys.setrecursionlimit(5000)\n"
        "def odd(n): even(n - 1) if n else 1 / 0\n"
        "def even(n): odd(n - 1) if n else 1 / 0\n"
        f"odd({depth})"
    )
    limit = sys.getrecursionlimit()
    try:
        _, data = raised(source)
    finally:
        sys.setrecursionlimit(limit)
    total = depth + 2
    assert len(data["frames"]) + data["omitted"] == total
    assert len(data["frames"]) == min(total, 2 * HALF)
    assert data["frames"][-1][2] == ("odd" if depth % 2 == 0 else "even")
    left_out = f"[{data['omitted']} frames are left out here]"
    assert (left_out in format_report(data)) == (total > 2 * HALF)


def test_headline_is_type_and_message() -> None:
    for source, line in (
        ("raise ValueError('a')", "ValueError: a"),
        ("raise ValueError", "ValueError"),
        ("class Own(Exception): pass\nraise Own(1)", "Own: 1"),
        ("import asyncio; raise asyncio.CancelledError", None),
    ):
        _, data = raised(source)
        expected = line or "asyncio.exceptions.CancelledError"
        assert report.headline(data) == expected


@pytest.mark.row("B3")
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("m",),
        (5,),
        ("m", ("f.py", None, None, None)),
        ("m", ("f.py", 10**9, 10**9, "x")),
        ("m", ("f.py", -1, -1, "")),
        ("m", ("f.py", 2, 3, "one\ntwo")),
        ("m", ("f.py", "x", "y", 5)),
    ],
    ids=ascii,
)
def test_odd_syntax_errors_are_reported(arguments: tuple[object, ...]) -> None:
    error = SyntaxError(*arguments)
    data = from_exception(error, ["first", "second"])
    syntax = data["syntax"]
    assert syntax is not None
    assert syntax["line"] >= 1
    assert 1 <= syntax["column"] <= len(syntax["text"]) + 1
    assert "\n" not in syntax["text"]
    assert format_report(data)


@pytest.mark.row("B3")
def test_syntax_error_without_text_takes_it_from_the_source() -> None:
    error = SyntaxError("m", ("f.py", 2, 1, None))
    syntax = from_exception(error, ["first", "second"])["syntax"]
    assert syntax is not None
    assert syntax["text"] == "second"


def test_kernel_imports_nothing_of_the_host_side() -> None:
    program = (
        "import sys, pythonarium_kernel.session\n"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'pythonarium']"
    )
    folder = report.__file__.rsplit("/", 2)[0]
    environment = {"PYTHONPATH": folder}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
