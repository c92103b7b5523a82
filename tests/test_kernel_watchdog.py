"""Where the watchdog looks, and where it raises."""

import sys
import threading
from importlib.util import find_spec
from types import ModuleType

import pytest

from programs import run_script
from pythonarium_kernel.runner import Run
from pythonarium_kernel.watchdog import stop

pytestmark = pytest.mark.row("B7")


def test_look_never_meets_a_collection() -> None:
    """On 3.11 the two wait for each other, and the host with them."""
    assert run_script("looks_beside_collections.py") == "True\n"


def test_run_that_has_finished_is_not_told_to_end() -> None:
    """A thread of the host may have looked just before; the next run is another."""
    run = Run(ModuleType("script"), None, None)
    run.thread, run.finished = threading.get_ident(), True
    assert stop(run, "interrupt") is False
    assert run.stop_reason is None


# 3.11 cannot end what catches everything, as test_timeout.py asserts there: this script
# would run for ever, and there is no thread after its end to look at.
@pytest.mark.skipif(
    sys.version_info < (3, 12), reason="what catches everything may go on for ever"
)
def test_loop_that_is_ended_at_every_step_leaves_its_thread_free() -> None:
    """No loop could run in that thread again."""
    assert run_script("asyncio_after_its_end.py") == "0\n"


@pytest.mark.untraced("the tracer would miss the allocation instead")
# Nothing else can let one allocation fail.  It is in every CPython built from source, so
# CI has it; Debian's come without it, and all other tests shall run there.
@pytest.mark.skipif(find_spec("_testcapi") is None, reason="there is no _testcapi")
def test_deadline_is_kept_whichever_allocation_fails() -> None:
    """Neither is it missed, nor all later ones."""
    assert run_script("deadline_without_memory.py") == "{True: 149}\n"
