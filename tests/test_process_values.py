"""What crosses between processes, also from a worker that is hostile."""

import os
import pickle
import struct
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pythonarium import (
    Handle,
    Interpreter,
    RefusedValueError,
    ScriptError,
    VariableTypeError,
    WorkerDiedError,
)
from pythonarium_kernel import codec, faults, wire
from pythonarium_kernel.report import from_exception

# What does not cross


def test_object_of_a_library_stays_as_a_handle(python: Interpreter) -> None:
    address = python.eval("__import__('ipaddress').IPv4Address('127.0.0.1')")
    assert isinstance(address, Handle)
    assert str(address) == "127.0.0.1"
    with pytest.raises(VariableTypeError, match="expected IPv4Address"):
        python.eval("__import__('ipaddress').IPv4Address('127.0.0.1')", IPv4Address)


@pytest.fixture
def only_there(python: Interpreter, tmp_path: Path) -> Interpreter:
    """Give an interpreter with a record whose class the host cannot have, and others."""
    (tmp_path / "only_there.py").write_text(
        "import enum\nclass Only(enum.Enum):\n    ONE = 1\n"
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport only_there"
    python.exec(f"{code}\nbefore = 1\nfound = [only_there.Only.ONE]\nafter = 2")
    return python


def test_record_that_the_host_does_not_know_is_refused(only_there: Interpreter) -> None:
    with pytest.raises(RefusedValueError, match=r"only_there\.Only is not known here"):
        only_there.eval("only_there.Only.ONE")
    assert isinstance(only_there.handle("only_there.Only.ONE"), Handle)


@pytest.mark.row("B8", "S48")
@pytest.mark.parametrize("annotation", [None, list])
def test_refused_variable_is_named(only_there: Interpreter, annotation: object) -> None:
    told = r"^variable 'found': only_there\.Only is not known here"
    with pytest.raises(RefusedValueError, match=told):
        only_there.get("found", annotation)
    outputs = {"before": int, "found": annotation, "after": None}
    with pytest.raises(RefusedValueError, match=told):
        only_there.exec("before = 5", None, outputs)
    assert only_there["before"] == 5


@pytest.mark.row("B17")
@pytest.mark.parametrize("annotation", [None, list])
def test_refused_answer_leaves_no_handle(
    only_there: Interpreter, annotation: object
) -> None:
    kept = only_there.exec("1", None, {"sys": None})["sys"]
    with pytest.raises(RefusedValueError):
        only_there.exec("1", None, {"only_there": None, "found": annotation})
    assert len(only_there.leak_report()) == 1
    assert kept.byteorder == sys.byteorder
    del kept
    assert not only_there.leak_report()


@pytest.mark.row("S5", "S8")
def test_all_variables_but_those_that_are_refused_are_returned(
    only_there: Interpreter,
) -> None:
    found = only_there.exec_all("_hidden = def_ = 3")
    assert found == {"before": 1, "after": 2, "def_": 3}
    assert list(found.skipped) == ["sys", "only_there", "found"]
    assert found.skipped["found"].startswith("only_there.Only is not known here")
    assert not only_there.leak_report()


@pytest.mark.row("B8", "S48")
def test_record_of_the_script_where_a_type_is_declared(python: Interpreter) -> None:
    code = "import enum\nclass Only(enum.Enum):\n    ONE = 1\nrows = [{'a': Only.ONE}]"
    with pytest.raises(VariableTypeError, match="the script's class Only") as caught:
        python.exec(code, None, {"rows": list[dict[str, object]]})
    assert caught.value.path == "rows[0]['a']"
    rows = python.get("rows", object)
    assert isinstance(rows, Handle)
    assert rows[0]["a"].name == "ONE"


@pytest.mark.parametrize(
    "expression",
    [
        "price.__globals__",
        "price.__code__",
        "counting().gi_frame",
        "getattr(price, '__' + 'globals__')",
        "setattr(price, '__code__', 5)",
    ],
)
def test_script_reaches_only_what_is_public_of_the_host(
    python: Interpreter, expression: str
) -> None:
    def price() -> int:
        return 1

    def counting() -> Iterator[int]:
        yield 1

    inputs = {"price": price, "counting": counting}
    with pytest.raises(ScriptError, match="not public"):
        python.exec(expression, inputs)


# A hostile worker

HOSTILE: dict[str, bytes] = {
    "os.system": pickle.dumps(os.system),
    "eval": b"\x80\x05c__builtin__\neval\n(V1/0\ntR.",
    "stack-global": b"\x80\x05\x8c\x02os\x8c\x06system\x93\x8c\x01x\x85R.",
    "build": b"\x80\x05]}b.",
    "reduce-of-text": b"\x80\x05\x8c\x01xN\x85R.",
    "unknown-tag": b"\x80\x05\x8c\x18pythonarium_kernel.codec\x8c\x07restore\x93\x8c\x06system\x85R.",
    "set-attribute": b"\x80\x05\x8c\x18pythonarium_kernel.codec\x8c\x07restore\x93N}\x8c\x01ax\x86b.",
    "memo-bomb": b"\x80\x05Nr\xff\xff\xff\x3f.",
    "length-bomb": b"\x80\x05\x96" + (2**60).to_bytes(8, "little") + b"a.",
    "big-bytes": b"\x80\x05B\xff\xff\xff\xffa.",
    "cut": pickle.dumps([1, 2, 3], 5)[:-1],
    "two": pickle.dumps(1, 5) * 2,
    "empty": b"",
    "protocol-0": b"I1\n.",
    "stack": b"\x80\x05.",
    "place": codec.encoded(None, codec.Peer())[:-1],
}


@pytest.mark.row("B19")
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_message_that_is_more_than_data_is_refused(data: bytes) -> None:
    with pytest.raises(codec.Refused):
        codec.decoded(data, codec.Peer(), trusts=False)


@pytest.mark.parametrize(
    "call",
    [
        ("module", "os"),
        ("builtin", "eval"),
        ("exception", "instance", {}),
        ("ZoneInfo", "../../etc/passwd"),
        ("path", "__class__", "x"),
        ("defaultdict", "eval", {}),
        ("table", "ndarray", "O", (1,), "C", b"12345678", "ndarray"),
        ("table", "ndarray", "f8", (10**9,), "C", b"12345678", "ndarray"),
        ("table", "ndarray", "f8", (-1,), "C", b"1", "ndarray"),
        ("table", "Table", b"no arrow"),
        ("record", ("os", "stat_result", "namedtuple", ()), ()),
        ("record", ("enum", "Flag", "enum", ()), ("x", 1)),
        ("yours", "x"),
        ("mine", "x"),
        ("range", "a"),
        ("Decimal", []),
    ],
    ids=str,
)
def test_tag_with_wrong_arguments_is_refused(call: tuple[object, ...]) -> None:
    """Written by the reader's own rules, so that only the maker can refuse."""
    data = pickle.dumps(_Restored(call), 5).replace(b"builtins", b"builtins")
    with pytest.raises(codec.Refused):
        codec.decoded(data, codec.Peer(), trusts=False)


class _Restored:
    def __init__(self, call: tuple[object, ...]) -> None:
        self.call = call

    def __reduce__(self) -> tuple[Any, ...]:
        return codec.restore, self.call


def test_long_list_passes_the_check(python: Interpreter) -> None:
    long = [str(number) * 60 for number in range(5000)]
    assert python.exec("back = given", {"given": long}, {"back": list})["back"] == long


FRAMES = {
    "speaks protocol 99": struct.pack("<HHIQ", 99, wire.REPLY, 0x70797468, 0),
    "a frame of 4294967296 bytes": struct.pack(
        "<HHIQ", 1, wire.REPLY, 0x70797468, 1 << 32
    ),
    "M.* is no header": struct.pack("<HHIQ", 1, 77, 0x70797468, 0),
    "Traceback .* is no header": b"Traceback (most recent call last):\n",
    "exit code 3": struct.pack("<HHIQ", 1, wire.REPLY, 0x70797468, 100) + b"x",
}
"""What the host says -> what it gets; of the last one it waits for the rest."""


@pytest.mark.row("B19")
@pytest.mark.parametrize(("reason", "frame"), FRAMES.items())
def test_frame_that_is_none_ends_the_worker(
    python: Interpreter, reason: str, frame: bytes
) -> None:
    """The script writes it where its answer would stand, and leaves."""
    code = f"""
import os, stat
for name in os.listdir("/proc/self/fd"):
    try:
        if stat.S_ISFIFO(os.fstat(int(name)).st_mode) and int(name) > 2:
            os.write(int(name), {frame!r})
    except OSError:
        pass
import time; time.sleep(0.05)
os._exit(3)
"""
    with pytest.raises(WorkerDiedError, match=reason) as caught:
        python.exec(code)
    assert (caught.value.exit_code == 3) == (reason == "exit code 3")
    assert python.exec("6 * 7").value == 42


# The arena


@pytest.mark.row("B13")
def test_array_that_lies_in_the_arena_is_shared(python: Interpreter) -> None:
    code = "import numpy\narray = numpy.arange(1_000_000.0)"
    array = python.exec(code, outputs={"array": np.ndarray})["array"]
    receipt = python.exec("again[0] = 7.0", {"again": array}).receipt
    assert array[0] == 7.0
    assert (receipt.bytes_copied, receipt.bytes_shared) == (0, array.nbytes)
    part = python.exec("back = part", {"part": array[10:500_000]}, {"back": np.ndarray})
    assert (part["back"] == array[10:500_000]).all()


@pytest.mark.row("B13")
def test_slots_of_the_arena_are_used_again(python: Interpreter) -> None:
    for _ in range(50):
        array = np.ones(1_000_000)
        result = python.exec("out = array * 2", {"array": array}, {"out": np.ndarray})
        assert result["out"][-1] == 2.0
        del result
    worker = python._rung._worker  # type: ignore[attr-defined]
    for end in (worker.link.ours, worker.link.theirs):
        assert os.fstat(end.descriptor).st_size <= 5 * (1 << 23)


@pytest.mark.row("B13")
def test_slot_is_not_used_again_while_a_view_is_alive(python: Interpreter) -> None:
    kept = []
    python.exec("kept = []")
    for number in range(5):
        array = np.full(100_000, number)
        code = "kept.append(array); out = array + 1"
        result = python.exec(code, {"array": array}, {"out": np.ndarray})
        kept.append(result["out"][5:])
    assert [part[0] for part in kept] == [1, 2, 3, 4, 5]
    assert python.eval("[int(array[-1]) for array in kept]") == [0, 1, 2, 3, 4]


@pytest.mark.row("B13")
def test_array_in_the_arena_is_found_after_the_arena_has_grown(
    python: Interpreter,
) -> None:
    code = "import numpy\narray = numpy.ones(size)"
    first = python.exec(code, {"size": 1_000_000}, {"array": np.ndarray})["array"]
    second = python.exec(code, {"size": 5_000_000}, {"array": np.ndarray})["array"]
    inputs = {"first": first, "second": second}
    receipt = python.exec("first[0] = second[0] = 5.0", inputs).receipt
    assert (first[0], second[0], receipt.bytes_copied) == (5.0, 5.0, 0)


# Exceptions as data


def report_of(error: BaseException) -> dict[str, Any]:
    return {**from_exception(error)}


@pytest.mark.parametrize(
    "data",
    [
        None,
        (),
        ("error",),
        ("error", {}),
        ("error", {**report_of(KeyError(1)), "frames": [1]}),
        ("error", {**report_of(KeyError(1)), "own": 7}),
        ("error", {**report_of(KeyError(1)), "cause": 5}),
        ("refusal", "SystemExit", "", {}),
        ("refusal", "MissingVariable", "x", {}),
        ("refusal", "MissingVariable", "x", {"name": 1, "context": "", "names": []}),
    ],
    ids=str,
)
def test_exception_that_is_none_is_refused(data: object) -> None:
    with pytest.raises(faults.Malformed):
        faults.as_exception(data)


@pytest.mark.row("B2")
@pytest.mark.parametrize(
    "error",
    [
        ValueError("a"),
        KeyError("a"),
        OSError(2, "no file", "x"),
        UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"),
        SystemExit(3),
        StopIteration(5),
        ExceptionGroup("several", [ValueError(1), KeyError(2)]),
        codec.Refused("of a library"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_exception_is_one_again(error: BaseException) -> None:
    error.add_note("a note")
    back = faults.as_exception(faults.as_data(error))
    assert type(back).__name__ == type(error).__name__
    assert (str(back), back.__notes__) == (str(error), ["a note"])
    for base in type(error).__mro__:
        if base.__module__ == "builtins":
            assert isinstance(back, base)
