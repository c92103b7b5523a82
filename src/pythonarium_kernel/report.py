"""An exception becomes a report: plain data that any host can read.

A report holds no live object.  It keeps at most HALF frames at each end of a deep
recursion, a bounded chain and bounded groups, so that making and formatting one takes
bounded time.  Frames of Pythonarium itself are left out wherever they stand.
"""

import builtins
import os
import sys
from collections import deque
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Any, Optional, TypedDict

    FrameData = tuple[str, int, str, str, int, int]
    """File, line, function, source line, first and last column (from 0; -1 unknown)."""

    class Syntax(TypedDict):
        """Where a SyntaxError points; line and column count from 1."""

        file: str
        line: int
        column: int
        text: str

    class Report(TypedDict):
        """What `from_exception` returns.

        The kind is what became of the script: error, syntax, exit, timeout, interrupt.
        `host` is what `host_mark` says of the exception.
        """

        kind: str
        type_name: str
        type_module: str
        builtin: str
        message: str
        hint: str
        frames: list[FrameData]
        omitted: int
        own: int
        notes: list[str]
        cause: Optional["Report"]
        context: Optional["Report"]
        suppress_context: bool
        errors: list["Report"]
        syntax: Optional[Syntax]
        exit_code: Optional[int]
        host: Optional[int]


HALF = 100
"""Frames kept at each end of a traceback."""
CHAIN = 30
"""Exceptions kept of a chain of causes and contexts, and levels of nested groups."""
NAMES = 2000
"""Names among which the one that was meant is looked for."""
NOTES = 100
"""Notes kept of one exception."""
REPORTS = 200
"""Exceptions kept in all: of chains, groups, and groups within groups."""
REPEATED = 3
"""Frames of one line in a row that a traceback shows."""
LATE_SECONDS = 0.25
"""From here on, an end that comes after its deadline is explained to the user."""

CARRIED = "__pythonarium__"
"""Where an exception from another process, and each of its frames, carry their data."""


def _unmarked(_error: BaseException) -> "Optional[int]":
    return None


host_mark: "Callable[[BaseException], Optional[int]]" = _unmarked
"""Tells which error of the host's, by its number, an exception stands for.  Exchanged by
a host whose errors are no exceptions of Python's."""

REFUSALS = (
    "does not support loading in subinterpreters",
    "can only be loaded into one interpreter per process",
    "cannot load module more than once per process",
)
"""What CPython, Cython and numpy say of a module that an interpreter cannot have."""
ADVICE = (
    "it is an extension module that no interpreter with its own GIL can load; use it in"
    " the main interpreter, or in a process (the process rung, PythonProcess)"
)

_own_folders = [os.path.dirname(os.path.abspath(__file__)) + os.sep]


def hide_frames_below(folder: str) -> None:
    """Leave the frames of this folder's files out of every report."""
    if folder not in _own_folders:
        _own_folders.append(folder)


def is_own_file(filename: str) -> bool:
    """Tell whether a file belongs to Pythonarium, not to the user."""
    return filename.startswith(tuple(_own_folders))


def from_exception(
    error: BaseException, lines: "Optional[list[str]]" = None
) -> "Report":
    """Return the report of an exception.

    No code of the script runs here but its `__str__`s and `__notes__`, guarded: what a
    script has put over an attribute of its exceptions is looked through.

    Args:
        error: the exception, with its traceback.
        lines: the script's source lines, for a SyntaxError that does not carry its own.
    """
    report = _report(error, set(), CHAIN)
    if issubclass(type(error), SystemExit):
        report["kind"] = "exit"
        report["exit_code"], report["message"] = exit_status(error)
    if issubclass(type(error), SyntaxError) and not report["frames"]:
        report["syntax"] = _syntax(error, lines)  # it is the script that is broken
    return report


def carried(error: BaseException) -> "Any":
    """Return the report that an exception from another process carries, or None."""
    return _slot(BaseException, "__dict__", error).get(CARRIED)


def exit_status(error: BaseException) -> "tuple[int, str]":
    """Return the exit code of a SystemExit, and what `python` would print."""
    code = _slot(SystemExit, "code", error)
    if code is None:
        return 0, ""
    if isinstance(code, int):
        return int(code), ""
    return 1, _text(code)


def _report(error: BaseException, seen: "set[int]", depth: int) -> "Report":
    seen.add(id(error))
    cls = type(error)
    frames, omitted, own = _frames(_slot(BaseException, "__traceback__", error))
    is_syntax_error = issubclass(cls, SyntaxError)
    return {
        "kind": "error",
        "type_name": _text(_slot(type, "__qualname__", cls)),
        "type_module": _text(_slot(type, "__module__", cls)),
        "builtin": _builtin_name(cls),
        "message": _message(error),
        "hint": _hint(error),
        "frames": frames,
        "omitted": omitted,
        "own": own,
        "notes": _notes(error),
        "cause": _linked(_slot(BaseException, "__cause__", error), seen, depth),
        "context": _linked(_slot(BaseException, "__context__", error), seen, depth),
        "suppress_context": bool(_slot(BaseException, "__suppress_context__", error)),
        "errors": _members(error, seen, depth),
        "syntax": _syntax(error, None)
        if is_syntax_error and _has_place(error)
        else None,
        "exit_code": None,
        "host": host_mark(error),
    }


def _builtin_name(cls: type) -> str:
    for base in _slot(type, "__mro__", cls):
        name: str = _slot(type, "__name__", base)
        if vars(builtins).get(name) is base:
            return name
    return "BaseException"


def _slot(cls: type, name: str, value: object) -> "Any":
    """Read an attribute as the class defines it, past what a script has put over it."""
    return cls.__dict__[name].__get__(value)


def class_name(value: object) -> str:
    """Return the name of a value's class, whatever its metaclass does."""
    return _text(_slot(type, "__name__", type(value)))


def _linked(
    error: "Optional[BaseException]", seen: "set[int]", depth: int
) -> "Optional[Report]":
    if error is None or id(error) in seen or depth <= 0 or len(seen) >= REPORTS:
        return None
    return _report(error, seen, depth - 1)


def _members(error: BaseException, seen: "set[int]", depth: int) -> "list[Report]":
    group = getattr(builtins, "BaseExceptionGroup", None)  # new in 3.11
    if group is None or not issubclass(type(error), group):
        return []
    reports = (_linked(m, seen, depth) for m in _slot(group, "exceptions", error))
    return [report for report in reports if report is not None]


def _message(error: BaseException) -> str:
    if issubclass(type(error), SyntaxError):
        message = _slot(SyntaxError, "msg", error)
        if isinstance(message, str):
            return _text(message)
    text = _text(error)
    if issubclass(type(error), ImportError) and any(r in text for r in REFUSALS):
        return f"{text.rstrip()}; {ADVICE}"
    return text


def _hint(error: BaseException) -> str:
    """Return the name that was probably meant, for a name that is not there."""
    cls = type(error)
    if not issubclass(cls, (NameError, AttributeError)):
        return ""
    try:
        wrong = error.name  # type: ignore[attr-defined]  # since 3.10
        names = _names_in_reach(error)
    except Exception:  # noqa: BLE001  # a script's class, or its __dir__
        return ""
    if not isinstance(wrong, str) or wrong in names or len(names) > NAMES:
        return ""
    from difflib import get_close_matches

    known = [name for name in names if isinstance(name, str)]
    return next(iter(get_close_matches(wrong, known, n=1, cutoff=0.7)), "")


def _names_in_reach(error: "Any") -> "list[object]":
    if issubclass(type(error), AttributeError):
        return list(dir(error.obj))
    entry = _slot(BaseException, "__traceback__", error)
    while entry.tb_next is not None:
        entry = entry.tb_next
    frame = entry.tb_frame
    return [*frame.f_locals, *frame.f_globals, *frame.f_builtins]


def _text(value: object) -> str:
    """Return str(value), whatever its __str__ does, as text that any stream takes."""
    try:
        text = str.encode(str(value), "utf-8", "backslashreplace")
    except BaseException as failure:  # noqa: BLE001  # it is the script's __str__
        cls = _slot(type, "__qualname__", type(value))
        raised = _slot(type, "__qualname__", type(failure))
        return _text(f"<no message: {cls}.__str__ raised {raised}>")
    return text.decode("utf-8")


def _notes(error: BaseException) -> "list[str]":
    try:
        notes = getattr(error, "__notes__", ())
        kept = notes[:NOTES] if type(notes) in (list, tuple) else [notes]
        return [_text(note) for note in kept]
    except BaseException as failure:  # noqa: BLE001  # it is the script's __notes__
        return [f"<no notes: {_text(failure)}>"]


def _frames(
    traceback: "Optional[TracebackType]",
) -> "tuple[list[FrameData], int, int]":
    """Return frames, how many are left out, and which of them is the script's last."""
    first: list[TracebackType] = []
    last: deque[TracebackType] = deque(maxlen=HALF)
    count = 0
    while traceback is not None:
        if not is_own_file(traceback.tb_frame.f_code.co_filename):
            count += 1
            (first if count <= HALF else last).append(traceback)
        traceback = traceback.tb_next
    kept = (*first, *last)
    own = [i for i, entry in enumerate(kept) if _is_of_script(entry)]
    return [_frame(entry) for entry in kept], count - len(kept), max(own, default=-1)


def _is_of_script(entry: "TracebackType") -> bool:
    names = entry.tb_frame.f_globals
    return names.get("__name__") == "__main__" and names is not _host_names()


def _host_names() -> "Any":
    """Return the namespace of the host's own `__main__`, past the route."""
    main = sys.modules.get("__main__")
    return _slot(ModuleType, "__dict__", main) if isinstance(main, ModuleType) else None


def _frame(entry: "TracebackType") -> "FrameData":
    carried_data: Optional[FrameData] = entry.tb_frame.f_globals.get(CARRIED)
    if carried_data is not None:
        return carried_data
    code = entry.tb_frame.f_code
    line = entry.tb_lineno or code.co_firstlineno
    text = source_line(code.co_filename, line, entry.tb_frame.f_globals)
    start, stop = _columns(entry, line, text)
    name, function = _text(code.co_filename), _text(code.co_name)
    return name, line, function, _text(text.strip()), start, stop


def source_line(
    filename: str, line: int, module_globals: "Optional[dict[str, object]]" = None
) -> str:
    """Return one line of a file or of a script, or "" where it is not to be had."""
    import linecache

    from pythonarium_kernel.texts import live_line

    text = live_line(filename, line)
    if text is not None:
        return text.rstrip("\n")
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


def _has_place(error: BaseException) -> bool:
    return isinstance(_slot(SyntaxError, "lineno", error), int)


def _syntax(error: BaseException, lines: "Optional[list[str]]") -> "Syntax":
    number, column = (_slot(SyntaxError, name, error) for name in ("lineno", "offset"))
    file, text = (_slot(SyntaxError, name, error) for name in ("filename", "text"))
    number = number if isinstance(number, int) and number > 0 else 1
    file = _text(file) if isinstance(file, str) else "<unknown>"
    if not isinstance(text, str) and lines is not None and number <= len(lines):
        text = lines[number - 1]
    if not isinstance(text, str):
        text = source_line(file, number)
    if sys.version_info < (
        3,
        10,
    ):  # for an open text it is all the lines up to `number`
        number = max(1, number - text.rstrip("\n").count("\n"))
    text = _text(text.split("\n")[0].rstrip("\r"))
    end = len(text) + 1
    column = column if isinstance(column, int) else 1
    column = min(column, end) if column > 0 else end  # 0: at the end of the source
    return {"file": file, "line": number, "column": column, "text": text}


def headline(report: "Report") -> str:
    """Return the last line of a traceback: type and message."""
    name = report["type_name"]
    if report["type_module"] not in ("builtins", "__main__", "__mp_main__"):
        name = f"{report['type_module']}.{name}"
    hint = f". Did you mean: {report['hint']!r}?" if report["hint"] else ""
    return f"{name}: {report['message']}{hint}" if report["message"] else name


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
    from itertools import groupby

    first, last = (frames[:HALF], frames[HALF:]) if omitted else (frames, [])
    for part in (first, last):
        for _, group in groupby(part, key=lambda frame: frame[:3]):
            same = list(group)
            for frame in same[:REPEATED]:
                yield from _one_frame(frame)
            if len(same) > REPEATED:
                yield f"  [Previous line repeated {len(same) - REPEATED} more times]"
        if omitted and part is first:
            yield f"  [{omitted} frames are left out here]"


def _one_frame(frame: "FrameData") -> "Iterator[str]":
    file, line, function, text, start, stop = frame
    yield f'  File "{file}", line {line}, in {function}'
    if text:
        yield f"    {text}"
        if 0 <= start < stop and (start, stop) != (0, len(text)):
            yield "    " + " " * start + "^" * (stop - start)
