"""An exception becomes a report: plain data that any host can read.

A report holds no live object.  It keeps at most HALF frames at each end of a deep
recursion, a bounded chain and bounded groups, so that making and formatting one takes
bounded time.  Frames of Pythonarium itself are left out wherever they stand.
"""

import os
import sys
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Optional, TypedDict

    FrameData = tuple[str, int, str, str, int, int]
    """File, line, function, source line, first and last column (from 0; -1 unknown)."""

    class Syntax(TypedDict):
        """Where a SyntaxError points; line and column count from 1."""

        file: str
        line: int
        column: int
        text: str

    class Report(TypedDict):
        """What `from_exception` returns."""

        kind: str
        type_name: str
        type_module: str
        message: str
        frames: list[FrameData]
        omitted: int
        notes: list[str]
        cause: Optional["Report"]
        context: Optional["Report"]
        suppress_context: bool
        errors: list["Report"]
        syntax: Optional[Syntax]
        exit_code: Optional[int]


HALF = 100
"""Frames kept at each end of a traceback."""
CHAIN = 30
"""Exceptions kept of a chain of causes and contexts, and levels of nested groups."""
MEMBERS = 100
"""Exceptions kept of one group."""
LATE_SECONDS = 0.25
"""From here on, an end that comes after its deadline is explained to the user."""

_own_folders = [os.path.dirname(os.path.abspath(__file__)) + os.sep]


def hide_frames_below(folder: str) -> None:
    """Leave the frames of this folder's files out of every report."""
    if folder not in _own_folders:
        _own_folders.append(folder)


def is_own_file(filename: str) -> bool:
    """Tell whether a file belongs to Pythonarium, not to the user."""
    return filename.startswith(tuple(_own_folders))


def from_exception(
    error: BaseException, kind: str = "error", lines: "Optional[list[str]]" = None
) -> "Report":
    """Return the report of an exception.

    Args:
        error: the exception, with its traceback.
        kind: what became of the script: error, syntax, exit, timeout or interrupt.
        lines: the script's source lines, for a SyntaxError that does not carry its own.
    """
    report = _report(error, set(), CHAIN)
    report["kind"] = kind
    if isinstance(error, SystemExit):
        report["exit_code"], report["message"] = exit_status(error)
    if isinstance(error, SyntaxError):
        report["syntax"] = _syntax(error, lines)
    return report


def exit_status(error: SystemExit) -> "tuple[int, str]":
    """Return the exit status that `python` would end with, and what it would print."""
    code = error.code
    if code is None:
        return 0, ""
    if isinstance(code, int):
        return int(code), ""
    return 1, _text(code)


def _report(error: BaseException, seen: "set[int]", depth: int) -> "Report":
    seen.add(id(error))
    frames, omitted = _frames(error.__traceback__)
    cls = type(error)
    return {
        "kind": "error",
        "type_name": cls.__qualname__,
        "type_module": str(cls.__module__),
        "message": _message(error),
        "frames": frames,
        "omitted": omitted,
        "notes": _notes(error),
        "cause": _linked(error.__cause__, seen, depth),
        "context": _linked(error.__context__, seen, depth),
        "suppress_context": error.__suppress_context__,
        "errors": _members(error, seen, depth),
        "syntax": _syntax(error, None) if isinstance(error, SyntaxError) else None,
        "exit_code": None,
    }


def _linked(
    error: "Optional[BaseException]", seen: "set[int]", depth: int
) -> "Optional[Report]":
    if error is None or id(error) in seen or depth <= 0:
        return None
    return _report(error, seen, depth - 1)


def _members(error: BaseException, seen: "set[int]", depth: int) -> "list[Report]":
    members = getattr(error, "exceptions", None)
    if depth <= 0 or not _is_group(error) or not isinstance(members, tuple):
        return []
    return [_report(member, seen, depth - 1) for member in members[:MEMBERS]]


def _is_group(error: BaseException) -> bool:
    if sys.version_info >= (3, 11):
        return isinstance(error, BaseExceptionGroup)
    return False


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and isinstance(error.msg, str):
        return error.msg
    return _text(error)


def _text(value: object) -> str:
    """Return str(value), whatever its __str__ does, as text that any stream takes."""
    try:
        text = str(value)
    except BaseException as failure:  # noqa: BLE001  # it is the script's __str__
        return f"<no message: {type(value).__name__}.__str__ raised " + (
            f"{type(failure).__name__}>"
        )
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _notes(error: BaseException) -> "list[str]":
    notes = getattr(error, "__notes__", None)
    if notes is None:
        return []
    return [_text(n) for n in (notes if isinstance(notes, (list, tuple)) else [notes])]


def _frames(traceback: "Optional[TracebackType]") -> "tuple[list[FrameData], int]":
    first: list[TracebackType] = []
    last: deque[TracebackType] = deque(maxlen=HALF)
    count = 0
    while traceback is not None:
        if not is_own_file(traceback.tb_frame.f_code.co_filename):
            count += 1
            (first if count <= HALF else last).append(traceback)
        traceback = traceback.tb_next
    kept = [_frame(entry) for entry in (*first, *last)]
    return kept, count - len(kept)


def _frame(entry: "TracebackType") -> "FrameData":
    code = entry.tb_frame.f_code
    line = entry.tb_lineno or code.co_firstlineno
    text = source_line(code.co_filename, line, entry.tb_frame.f_globals)
    start, stop = _columns(entry, line, text)
    return code.co_filename, line, code.co_name, text.strip(), start, stop


def source_line(
    filename: str, line: int, module_globals: "Optional[dict[str, object]]" = None
) -> str:
    """Return one line of a file or of a script, or "" where it is not to be had."""
    import linecache

    try:
        return linecache.getline(filename, line, module_globals).rstrip("\r\n")
    except Exception:  # noqa: BLE001  # a broken __loader__ of the script
        return ""


def _columns(entry: "TracebackType", line: int, text: str) -> "tuple[int, int]":
    """Return where in the stripped source line the failing expression stands."""
    code = entry.tb_frame.f_code
    if entry.tb_lasti < 0 or not hasattr(code, "co_positions"):
        return -1, -1
    from itertools import islice

    positions = next(islice(code.co_positions(), entry.tb_lasti // 2, None), None)
    if positions is None or positions[0] != line or positions[2] is None:
        return -1, -1
    _, end_line, start, stop = positions
    raw = text.encode("utf-8", "replace")
    if end_line != line or stop is None:
        stop = len(raw)
    indent = len(text) - len(text.lstrip())
    left = len(raw[:start].decode("utf-8", "replace")) - indent
    right = len(raw[:stop].decode("utf-8", "replace")) - indent
    return (left, right) if 0 <= left < right else (-1, -1)


def _syntax(error: SyntaxError, lines: "Optional[list[str]]") -> "Syntax":
    line = error.lineno if isinstance(error.lineno, int) and error.lineno > 0 else 1
    file = error.filename if isinstance(error.filename, str) else "<unknown>"
    text = error.text if isinstance(error.text, str) else None
    if text is None and lines is not None and line <= len(lines):
        text = lines[line - 1]
    if text is None:
        text = source_line(file, line)
    text = text.split("\n")[0].rstrip("\r")
    column = error.offset if isinstance(error.offset, int) and error.offset > 0 else 1
    column = min(column, len(text) + 1)
    return {"file": file, "line": line, "column": column, "text": text}


def headline(report: "Report") -> str:
    """Return the last line of a traceback: type and message."""
    name = report["type_name"]
    if report["type_module"] not in ("builtins", "__main__", "__mp_main__"):
        name = f"{report['type_module']}.{name}"
    return f"{name}: {report['message']}" if report["message"] else name


def format_report(report: "Report", chain: bool = True) -> str:
    """Return the traceback as text, the way Python prints one, with a line end."""
    return "\n".join(_lines(report, chain)) + "\n"


def _lines(report: "Report", chain: bool) -> "Iterator[str]":
    if chain and report["cause"] is not None:
        yield from _lines(report["cause"], True)
        yield from (
            "",
            "The above exception was the direct cause of the following exception:",
            "",
        )
    elif chain and report["context"] is not None and not report["suppress_context"]:
        yield from _lines(report["context"], True)
        yield from (
            "",
            "During handling of the above exception, another exception occurred:",
            "",
        )
    if report["frames"]:
        yield "Traceback (most recent call last):"
        yield from _frame_lines(report["frames"], report["omitted"])
    syntax = report["syntax"]
    if syntax is not None:
        yield f'  File "{syntax["file"]}", line {syntax["line"]}'
        stripped = syntax["text"].lstrip()
        indent = len(syntax["text"]) - len(stripped)
        yield f"    {stripped}"
        yield "    " + " " * max(0, syntax["column"] - 1 - indent) + "^"
    yield headline(report)
    for note in report["notes"]:
        yield from note.split("\n")
    for number, member in enumerate(report["errors"], 1):
        yield f"  +---------------- {number} ----------------"
        for line in _lines(member, True):
            yield f"  | {line}" if line else "  |"
    if report["errors"]:
        yield "  +------------------------------------"


def _frame_lines(frames: "list[FrameData]", omitted: int) -> "Iterator[str]":
    previous, repeated = None, 0
    for index, frame in enumerate((*frames, None)):
        if frame is not None and frame[:3] == previous:
            repeated += 1
            if repeated >= 3:
                continue
        else:
            if repeated >= 3:
                yield f"  [Previous line repeated {repeated - 2} more times]"
            previous, repeated = frame and frame[:3], 0
        if omitted and index == HALF:
            yield f"  [{omitted} frames left out]"
        if frame is not None:
            yield from _one_frame(frame)


def _one_frame(frame: "FrameData") -> "Iterator[str]":
    file, line, function, text, start, stop = frame
    yield f'  File "{file}", line {line}, in {function}'
    if text:
        yield f"    {text}"
        if 0 <= start < stop and (start, stop) != (0, len(text)):
            yield "    " + " " * start + "^" * (stop - start)
