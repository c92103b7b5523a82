"""Exceptions cross as data, and are exceptions again on the other side.

    refusal    what a session refused: its class, from a fixed list, and its attributes
    interrupt  the end of a run that somebody outside wants, on its way out
    keyboard   the host's Ctrl-C, likewise
    error      any other exception: its report

An error becomes an exception of the same name: a builtin class where it is one, else a
class made for it, below the nearest builtin one, so that `except` works by builtin names.
It carries its report, so that the frames of both sides show in one traceback.
"""

import builtins
import sys
from types import FunctionType, TracebackType

from pythonarium_kernel import report
from pythonarium_kernel.contexts import ContextRefusal
from pythonarium_kernel.handles import HandleRefusal
from pythonarium_kernel.interrupts import Interrupt
from pythonarium_kernel.runner import ScriptFailed
from pythonarium_kernel.scripts import SourceError
from pythonarium_kernel.session import MissingVariable, RefusedValue
from pythonarium_kernel.tags import Refused, Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Optional

    from pythonarium_kernel.report import FrameData, Report

_NUMBER = (int, float, type(None))
_ATTRIBUTES: "dict[type[Exception], dict[str, tuple[type, ...]]]" = {
    ScriptFailed: {
        "report": (dict,),
        "stdout": (str,),
        "stderr": (str,),
        "timeout": _NUMBER,
        "wall_ns": _NUMBER,
        "cpu_ns": _NUMBER,
    },
    SourceError: {"report": (dict,)},
    MissingVariable: {"name": (str,), "context": (str,), "names": (list,)},
    RefusedValue: {"name": (str,), "path": (str,), "reason": (str,)},
    ContextRefusal: {},
    HandleRefusal: {},
    Unreadable: {},
}
"""What a session refuses, and what each refusal tells."""
_BY_NAME: "dict[str, type[Exception]]" = {cls.__name__: cls for cls in _ATTRIBUTES}


class Malformed(Refused):
    """What should describe an exception does not."""


def as_data(error: BaseException) -> "tuple[object, ...]":
    """Return an exception as plain data."""
    cls: Any = type(error)
    names = _ATTRIBUTES.get(cls)
    if names is not None:
        facts = {name: getattr(error, name) for name in names}
        return "refusal", cls.__name__, str(error), facts
    if cls is Interrupt:
        return ("interrupt",)
    if cls is KeyboardInterrupt:
        return ("keyboard",)
    return "error", report.from_exception(error)


def as_exception(data: "Any") -> BaseException:
    """Return the exception that data describes.

    Raises:
        Malformed: they describe none.
    """
    try:
        kind = data[0]
        if kind == "interrupt":
            return Interrupt()
        if kind == "keyboard":
            return KeyboardInterrupt()
        if kind == "refusal":
            return _refusal(*data[1:])
        return exception_from(sound(data[1]))
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        message = f"what should describe an exception does not: {error}"
        raise Malformed(message) from None


def _refusal(name: str, message: str, facts: "dict[str, Any]") -> Exception:
    cls = _BY_NAME[name]
    error = cls.__new__(cls)
    error.args = (message,)
    for attribute, kinds in _ATTRIBUTES[cls].items():
        value = facts[attribute]
        if type(value) not in kinds:
            text = f"a {name} whose {attribute} is a {type(value).__name__}"
            raise Malformed(text)
        setattr(error, attribute, sound(value) if attribute == "report" else value)
    return error


_PARTS = {
    **dict.fromkeys(("kind", "type_name", "type_module", "builtin"), str),
    **dict.fromkeys(("message", "hint"), str),
    **dict.fromkeys(("omitted", "own"), int),
    **dict.fromkeys(("frames", "notes", "errors"), list),
    "suppress_context": bool,
}
_FRAME = (str, int, str, str, int, int)


def sound(data: "Any", depth: int = 2 * report.CHAIN) -> "Report":
    """Return a report, if it is one.

    Raises:
        Malformed: it is not.
    """
    if type(data) is not dict or depth < 0:
        message = f"a report that is a {type(data).__name__}, or nested too deeply"
        raise Malformed(message)
    for name, cls in _PARTS.items():
        if type(data[name]) is not cls:
            message = f"a report whose {name} is a {type(data[name]).__name__}"
            raise Malformed(message)
    is_sound = (
        all(tuple(map(type, frame)) == _FRAME for frame in data["frames"])
        and all(type(note) is str for note in data["notes"])
        and -1 <= data["own"] < max(1, len(data["frames"]))
        and type(data["exit_code"]) in (int, type(None))
        and (data["syntax"] is None or _is_syntax(data["syntax"]))
    )
    if not is_sound:
        message = "a report with parts that are none"
        raise Malformed(message)
    for linked in (data["cause"], data["context"], *data["errors"]):
        if linked is not None:
            sound(linked, depth - 1)
    return data  # type: ignore[return-value]


def _is_syntax(data: "Any") -> bool:
    return tuple(type(data[n]) for n in ("file", "line", "column", "text")) == (
        str,
        int,
        int,
        str,
    )


_made: "dict[tuple[str, str, str], type[BaseException]]" = {}
_MADE_AT_MOST = 1000


def exception_class(module: str, name: str, builtin: str) -> "type[BaseException]":
    """Return the class for exceptions of a name, below a builtin one."""
    base: Any = vars(builtins).get(builtin)
    if not (isinstance(base, type) and issubclass(base, BaseException)):
        base = Exception
    if module == "builtins" and base.__name__ == name:
        return base  # type: ignore[no-any-return]
    if len(_made) > _MADE_AT_MOST:
        _made.clear()
    key = module, name, builtin
    cls = _made.get(key)
    if cls is None:
        space = {"__module__": module, "__qualname__": name, "__str__": _told}
        cls = _made[key] = type(name.rpartition(".")[2] or "Exception", (base,), space)
    return cls


def _told(self: "Any") -> str:
    return str(report.carried(self)["message"])


def exception_from(data: "Report") -> BaseException:
    """Return an exception that a report describes, with its frames, chain and notes."""
    cls = exception_class(data["type_module"], data["type_name"], data["builtin"])
    error = _instance(cls, data)
    if str(error) != data["message"] and not isinstance(error, SystemExit):
        own = {"__module__": cls.__module__, "__qualname__": cls.__qualname__}
        cls = type(cls.__name__, (cls,), {**own, "__str__": _told})
        error = _instance(cls, data)
    cause, context = data["cause"], data["context"]
    error.__cause__ = None if cause is None else exception_from(cause)
    error.__context__ = None if context is None else exception_from(context)
    error.__suppress_context__ = data["suppress_context"]
    if data["notes"]:
        error.__notes__ = list(data["notes"])  # as add_note of 3.11 does
    return error.with_traceback(_traceback(data["frames"]))


def _traceback(frames: "list[FrameData]") -> "Optional[TracebackType]":
    """Return a traceback with these frames, which ran elsewhere."""
    found = None
    for data in reversed(frames):
        file, line, name = data[:3]
        code = _frame_of_its_own.__code__.replace(
            co_filename=file, co_name=name, co_firstlineno=line
        )
        frame = FunctionType(code, {report.CARRIED: data, "sys": sys})()
        found = TracebackType(found, frame, frame.f_lasti, line)
    return found


def _frame_of_its_own() -> "FrameType":
    return sys._getframe()  # noqa: SLF001  # there is no other way to make a frame


def _instance(cls: "Any", data: "Report") -> BaseException:
    group = getattr(builtins, "BaseExceptionGroup", None)  # new in 3.11
    if group is not None and issubclass(cls, group):
        members = [exception_from(member) for member in data["errors"]] or [Exception()]
        grouped: BaseException = cls.__new__(cls, data["message"], members)
        grouped.__dict__[report.CARRIED] = data
        return grouped
    made: BaseException = cls.__new__(cls, data["message"])
    made.__dict__[report.CARRIED] = data
    if issubclass(cls, SystemExit):
        code: object = data["message"] or data["exit_code"]
        made.code, made.args = code, (code,)  # type: ignore[attr-defined]
    return made
