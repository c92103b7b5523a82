"""The end of Python in a JVM, and what guards a JVM, without one: a process of its own."""

import subprocess
import sys

import pytest


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_end_does_what_python_does_at_its_end() -> None:
    ended = run(
        "import atexit\n"
        "from pythonarium_kernel import jvm_end\n"
        "jvm_end.join()\n"
        "atexit.register(print, 'atexit')\n"
        "print(jvm_end.end(1000))\n"
    )
    assert ended.stdout == "atexit\nTrue\n"


def test_end_waits_for_threads_that_are_no_daemons() -> None:
    ended = run(
        "import threading\n"
        "from pythonarium_kernel import jvm_end\n"
        "jvm_end.join()\n"
        "begun = threading.Event()\n"
        "thread = threading.Thread(target=lambda: (begun.wait(), print('thread')))\n"
        "thread.start()\n"
        "threading._register_atexit(begun.set)\n"
        "print(jvm_end.end(60_000))\n"
    )
    assert ended.stdout == "thread\nTrue\n"


def test_end_says_that_a_thread_has_not_ended() -> None:
    ended = run(
        "import os, threading\n"
        "from pythonarium_kernel import jvm_end\n"
        "jvm_end.join()\n"
        "threading.Thread(target=threading.Event().wait).start()\n"
        "print(jvm_end.end(10), flush=True)\n"
        "os._exit(0)\n"
    )
    assert ended.stdout == "False\n"


def test_end_is_not_final_where_two_use_the_interpreter() -> None:
    ended = run(
        "from pythonarium_kernel import jvm_end\n"
        "jvm_end.join()\n"
        "jvm_end.join()\n"
        "print(jvm_end.end(1000))\n"
    )
    assert ended.stdout == "False\n"


def test_flush_passes_over_what_is_no_stream() -> None:
    ended = run(
        "import sys\n"
        "from pythonarium_kernel import jvm_end\n"
        "sys.stderr = None\n"
        "sys.stdout.write('text')\n"
        "jvm_end.flush()\n"
        "import os\n"
        "os._exit(0)\n"
    )
    assert ended.stdout == "text"


GUARDED = "from pythonarium_kernel import jvm_guard\njvm_guard.protect()\n"


def test_faulthandler_is_refused_with_a_warning() -> None:
    ended = run(
        GUARDED + "import faulthandler\n"
        "faulthandler.enable(all_threads=True)\n"
        "print(faulthandler.is_enabled())\n"
    )
    assert ended.stdout == "False\n"
    assert "RuntimeWarning: faulthandler.enable() does nothing here" in ended.stderr


@pytest.mark.parametrize(
    ("end", "code", "told"),
    [
        ("pass", 0, ""),
        ("raise SystemExit(5)", 5, ""),
        ("1 / 0", 1, "ZeroDivisionError: division by zero"),
    ],
)
def test_forked_child_ends_with_its_script(end: str, code: int, told: str) -> None:
    ended = run(
        GUARDED + "import os\n"
        "child = os.fork()\n"
        "if child:\n"
        "    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "else:\n"
        "    try:\n"
        f"        {end}\n"
        "    finally:\n"
        "        assert jvm_guard.is_child\n"
        "        jvm_guard.end_child()\n"
    )
    assert ended.stdout == f"{code}\n"
    assert told in ended.stderr


def test_child_of_a_thread_that_threading_does_not_know_ends_well() -> None:
    ended = run(
        GUARDED + "import multiprocessing, os, threading, _thread\n"
        "context = multiprocessing.get_context('fork')\n"
        "over = threading.Event()\n"
        "def fork():\n"
        "    dummy = threading.current_thread()\n"
        "    process = context.Process(target=int)\n"
        "    process.start()\n"
        "    process.join()\n"
        "    print(process.exitcode, threading.current_thread() is dummy)\n"
        "    over.set()\n"
        "_thread.start_new_thread(fork, ())\n"
        "over.wait(60)\n"
    )
    assert ended.stdout == "0 True\n"
