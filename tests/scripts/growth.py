"""Repeat one thing many times and tell what it left: memory, references, objects.

Usage: growth.py RUNG WORK COUNT.  Prints JSON: how many bytes the process has grown after
the first tenth, and by how much the reference count of an object of the host changed.
"""

import gc
import json
import sys
from collections.abc import Callable
from pathlib import Path

from pythonarium import Interpreter, ScriptError

Work = Callable[[Interpreter, int], object]
witness = object()


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    gc.collect()
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("no VmRSS on this system")


def execs(python: Interpreter, _number: int) -> None:
    python.exec("y = x", {"x": witness})


def outputs(python: Interpreter, number: int) -> None:
    python.exec("y = x + 1; z = witness", {"x": number, "witness": witness}, ["y", "z"])


def captures(python: Interpreter, number: int) -> None:
    assert python.exec("print(x)", {"x": number}, capture=True).stdout


def contexts(python: Interpreter, number: int) -> None:
    with python.context():
        python.exec("def f(): return x\nclass C: pass", {"x": witness})
        python.set("number", number)


def handles(python: Interpreter, _number: int) -> None:
    with python.watch():
        held = python.handle("[x]")
        held.append(1)
        with python.pause():
            held = python.handle("x")
        del held


def sources(python: Interpreter, number: int) -> None:
    python.exec(f"def f():\n    '''{number} {'x' * 200}'''\ny = f", {"x": witness})


def failures(python: Interpreter, number: int) -> None:
    try:
        python.exec("local = x\nraise ValueError(number)", {"number": number})
    except ScriptError as error:
        if error.traceback:
            return
    raise SystemExit("the script did not fail, or does not say how")


def broken_sources(python: Interpreter, number: int) -> None:
    try:
        python.exec(f"x = = {number}")
    except ScriptError:
        return
    raise SystemExit("the source is not broken")


def timeouts(python: Interpreter, _number: int) -> None:
    python.exec("y = x", {"x": witness}, timeout=60)


def threads(python: Interpreter, _number: int) -> None:
    python.exec(
        "import threading\n"
        "t = threading.Thread(target=list, args=([x],))\nt.start()\nt.join()",
        {"x": witness},
    )


def interpreters(python: Interpreter, _number: int) -> None:
    with Interpreter(python.rung) as another:
        another.exec("class C: pass\nc = C()", {"x": witness})


def alone(_python: Interpreter, _number: int) -> None:
    """The first and last of the process: routes are laid and taken back."""
    with Interpreter() as only:
        only.exec("y = x", {"x": witness})


WORKS: dict[str, Work] = {
    work.__name__: work
    for work in (
        *(execs, outputs, captures, contexts, handles, sources, failures),
        *(broken_sources, timeouts, threads, interpreters, alone),
    )
}


def main(rung: str, name: str, count: int) -> None:
    work = WORKS[name]
    before = sys.getrefcount(witness)
    python = Interpreter(rung)
    if work is alone:
        python.close()
    else:
        python.set("x", witness)
    tenth = count // 10
    for number in range(tenth):
        work(python, number)
    start = resident()
    for number in range(tenth, count):
        work(python, number)
    growth = resident() - start
    python.close()
    del python
    gc.collect()
    references = sys.getrefcount(witness) - before
    print(json.dumps({"growth": growth, "references": references}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
