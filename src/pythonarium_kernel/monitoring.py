"""Raises in runs that must end by `sys.monitoring`: CPython 3.12 and newer.

Invariants
- Nothing is switched on until a run must end, and all is off when none must any more.  The
  tool id is one that nobody else has; where all are taken, `sending` raises instead.
- What is raised first is raised at the start of a function, after a call, at the
  instruction that a jump back goes to, or at a line of code without handlers: CPython
  passes over the handlers of a frame for what is raised at a JUMP event in it, and a LINE
  event may fall between a `try` and what it protects.
"""

import sys
import threading

from pythonarium_kernel.interrupts import due, stopping, strike
from pythonarium_kernel.report import is_own_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Optional

_tool: "Optional[int]" = None
_is_on = False


if sys.version_info >= (3, 12):
    _events = sys.monitoring.events
    _TRY = compile("try:\n f()\nfinally: f()", "", "exec").co_code[2]
    """The instruction that stands for `try:`.  No handler is told what is raised there."""
    _stepping: "dict[CodeType, int]" = {}
    """By code: where a jump goes."""

    def switch_on() -> bool:
        """Go on raising until `switch_off`; return False if no tool id is free."""
        global _is_on
        if not _is_on and _take_tool():
            for event, callback in _CALLBACKS.items():
                sys.monitoring.register_callback(_tool, event, callback)
            events = _events.PY_START | _events.PY_RESUME | _events.CALL
            sys.monitoring.set_events(_tool, events | _events.JUMP | _events.LINE)
            _is_on = True
        return _is_on

    def _take_tool() -> bool:
        global _tool
        for tool in (4, 3, 5, 0):
            if _tool is None and sys.monitoring.get_tool(tool) is None:
                sys.monitoring.use_tool_id(tool, "pythonarium")
                _tool = tool
        return _tool is not None

    def switch_off() -> None:
        """Give the tool id back."""
        global _tool, _is_on
        monitoring = sys.monitoring
        if _tool is None:
            return
        _is_on = False
        monitoring.set_events(_tool, 0)
        while _stepping:
            monitoring.set_local_events(_tool, _stepping.popitem()[0], 0)
        for event in _CALLBACKS:
            monitoring.register_callback(_tool, event, None)
        tool, _tool = _tool, None  # a signal handler may come between
        monitoring.free_tool_id(tool)

    def _step(code: "CodeType", offset: int) -> None:
        _stepping[code] = offset
        sys.monitoring.set_local_events(_tool, code, _events.INSTRUCTION)

    def _at_instruction(code: "CodeType", here: int) -> None:
        if not stopping.get(threading.get_ident()):
            return  # another thread in the same code
        frame = sys._getframe(1)  # noqa: SLF001  # for CPython
        start = _stepping.get(code, here + 1)
        # A handler that it went to instead is no place.
        is_place = here >= start and all(
            one == _TRY for one in code.co_code[start:here:2]
        )
        if is_place and code.co_code[here] == _TRY and not due(first=False):
            return
        _stepping.pop(code, None)
        sys.monitoring.set_local_events(_tool, code, 0)
        if is_place:
            strike(frame)

    def _at_place(code: "CodeType", *_where: object) -> None:
        if not is_own_file(code.co_filename):
            strike(sys._getframe(1))  # noqa: SLF001

    def _at_line(code: "CodeType", _where: int) -> None:
        if not is_own_file(code.co_filename):
            # Where nothing is handled, nothing is passed over.
            first = not code.co_exceptiontable
            strike(sys._getframe(1), first=first)  # noqa: SLF001

    def _at_jump(code: "CodeType", here: int, there: int) -> None:
        """Strike at the next instruction."""
        if is_own_file(code.co_filename):
            return
        if due(first=there <= here):
            _step(code, there)

    _CALLBACKS = {
        _events.PY_START: _at_place,
        _events.PY_RESUME: _at_place,
        _events.C_RETURN: _at_place,
        _events.JUMP: _at_jump,
        _events.INSTRUCTION: _at_instruction,
        _events.LINE: _at_line,
    }

else:

    def switch_on() -> bool:
        """Tell that there is no sys.monitoring."""
        return False

    def switch_off() -> None:
        """Do nothing."""
