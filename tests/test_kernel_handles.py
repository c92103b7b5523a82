"""The object table, as a host drives it that does not check before it asks."""

import pytest

from pythonarium_kernel.handles import HandleRefusal, Handles

PLACE = ("host.py", 1)


def test_frame_is_closed_by_its_owner_alone() -> None:
    handles = Handles()
    frame = handles.open_frame(1, True, PLACE)
    number = handles.add("value", 1, PLACE)
    with pytest.raises(HandleRefusal, match="by the thread that opened it"):
        handles.close_frame(frame, 2)
    assert handles.get(number) == "value"
    handles.close_frame(frame, 1)
    with pytest.raises(HandleRefusal):
        handles.get(number)


def test_frame_closed_twice_leaves_the_next_one_alone() -> None:
    handles = Handles()
    frame = handles.open_frame(1, True, PLACE)
    handles.close_frame(frame, 1)
    handles.open_frame(1, True, PLACE)
    number = handles.add("value", 1, PLACE)
    handles.close_frame(frame, 1)
    assert handles.get(number) == "value"
