"""Row B23: what a run took, and where."""

import dataclasses
import pickle
import platform
import sys
import time

import numpy as np
import pytest

from pythonarium import Interpreter, Receipt, ScriptError

pytestmark = pytest.mark.row("B23")


def test_receipt_tells_where_the_script_ran(
    python: Interpreter, rung: str, shares_process: bool
) -> None:
    receipt = python.exec("1 + 1").receipt
    assert isinstance(receipt, Receipt)
    assert receipt.rung == rung
    assert receipt.python_version == python.eval(
        "__import__('platform').python_version()"
    )
    assert receipt.environment == python.eval("__import__('sys').prefix")
    if shares_process:
        assert receipt.python_version == platform.python_version()
        assert receipt.environment == sys.prefix
        assert receipt.peak_memory is None


def test_receipt_tells_wall_time(python: Interpreter) -> None:
    started = time.perf_counter()
    receipt = python.exec("import time; time.sleep(0.05)").receipt
    whole = time.perf_counter() - started
    assert 0.045 < receipt.wall_seconds <= whole
    assert receipt.cpu_seconds < 0.045


def test_receipt_tells_cpu_time(python: Interpreter) -> None:
    code = (
        "import time\n"
        "end = time.thread_time() + 0.05\n"
        "while time.thread_time() < end: pass"
    )
    receipt = python.exec(code).receipt
    assert receipt.cpu_seconds >= 0.05
    assert receipt.wall_seconds >= receipt.cpu_seconds * 0.9


def test_receipt_of_a_run_right_after_another_tells_its_own_cpu_time(
    python: Interpreter, exact_to: float
) -> None:
    code = (
        "import time\n"
        "start = time.thread_time()\n"
        "while (spent := time.thread_time() - start) < 0.02: pass"
    )
    for _ in range(3):  # from the second on it is not compiled in between
        python.exec("x = 1")
        result = python.exec(code, outputs={"spent": float})
        error = result.receipt.cpu_seconds - result["spent"]
        assert -exact_to <= error < 0.01


def test_receipt_of_a_short_run_is_not_negative(python: Interpreter) -> None:
    for code in ("", "1", "x = 1"):
        receipt = python.exec(code).receipt
        assert 0 < receipt.wall_seconds < 1
        assert 0 <= receipt.cpu_seconds < 1


@pytest.mark.row("B13")
def test_receipt_counts_the_bytes_of_buffers(
    python: Interpreter, shares_objects: bool
) -> None:
    inputs = {
        "data": b"x" * 1000,
        "numbers": np.zeros(100),
        "view": memoryview(b"y" * 10),
        "text": "not a buffer",
        "count": 5,
    }
    code = "out = bytearray(50); doubled = numbers * 2"
    outputs = {"out": bytearray, "doubled": np.ndarray, "text": str}
    receipt = python.exec(code, inputs, outputs).receipt
    moved = 1000 + 800 + 10 + 50 + 800
    expected = (0, moved) if shares_objects else (moved, 0)
    assert (receipt.bytes_copied, receipt.bytes_shared) == expected


def test_receipt_without_inputs_counts_nothing(python: Interpreter) -> None:
    receipt = python.exec("big = bytes(1000)").receipt
    assert (receipt.bytes_copied, receipt.bytes_shared) == (0, 0)


def test_receipt_is_plain_data(python: Interpreter) -> None:
    receipt = python.exec("1").receipt
    assert pickle.loads(pickle.dumps(receipt)) == receipt
    with pytest.raises(dataclasses.FrozenInstanceError):
        receipt.rung = "other"  # type: ignore[misc]


def test_each_run_has_its_own(python: Interpreter) -> None:
    slow = python.exec("import time; time.sleep(0.03)")
    quick = python.exec("1")
    with pytest.raises(ScriptError):
        python.exec("1 / 0")
    assert slow.receipt.wall_seconds > quick.receipt.wall_seconds
