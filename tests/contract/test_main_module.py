"""`__main__` is the script's own, whatever asks for it, and the host's stays the host's."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from pythonarium import Interpreter, ScriptError
from workers import opened

PATIENCE = 60.0  # seconds: these start processes

Opener = Callable[..., Interpreter]

pytestmark = [
    # A host with threads that forks is warned; here that is the point.
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
    # CPython 3.13.0: a finalizer inside of its resource tracker warns, and goes on.
    pytest.mark.filterwarnings("ignore:ResourceTracker called reentrantly"),
]

CHECKS = {
    "import": "x = 5\nimport __main__\n__main__.x == 5 and __main__.__name__ == '__main__'",
    "sys.modules": "import sys\nx = 6\nvars(sys.modules['__main__'])['x'] == 6",
    "setattr": "import __main__\n__main__.y = 7\ny == 7 and '__main__' in repr(__main__)",
    "delattr": "import __main__\nz = 1\ndel __main__.z\n'z' not in globals()",
    "dir": "import __main__\nmine = 1\n'mine' in dir(__main__)",
    "import_from": "mine = 8\nfrom __main__ import mine as found\nfound == 8",
    "idiom": "ran = False\nif __name__ == '__main__':\n    ran = True\nran",
    "pickle": """
        import pickle
        class Point:
            def __init__(self, x): self.x = x
            def __eq__(self, other): return type(other) is Point and other.x == self.x
        def double(x): return 2 * x
        copies = [
            pickle.loads(pickle.dumps([Point(3), Point, double], protocol))
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ]
        all(copy == [Point(3), Point, double] for copy in copies)
    """,
    "pure-python-pickle": """
        import io, pickle
        class Point: pass
        file = io.BytesIO()
        pickle._Pickler(file).dump(Point)
        pickle._loads(file.getvalue()) is Point
    """,
    "dataclass": """
        from dataclasses import dataclass, field, asdict, replace
        import pickle
        @dataclass(order=True, frozen=True)
        class Item:
            name: str
            tags: list["str"] = field(default_factory=list)
        item = Item("a", ["b"])
        same = pickle.loads(pickle.dumps(item)) == item
        same and replace(item, name="c") > item and asdict(item)["tags"] == ["b"]
    """,
    "future-annotations": """
        from __future__ import annotations
        from dataclasses import dataclass, fields
        from typing import ClassVar, Optional, get_type_hints
        @dataclass
        class Node:
            shared: ClassVar[int] = 3
            next: Optional[Node] = None
        get_type_hints(Node)["next"] == Optional[Node] and len(fields(Node)) == 1
    """,
    "enum": """
        import enum, pickle
        class Colour(enum.Enum):
            RED = 1
        Level = enum.IntEnum("Level", "LOW HIGH")
        both = [Colour.RED, Level.HIGH]
        pickle.loads(pickle.dumps(both)) == both and Level.__module__ == "__main__"
    """,
    "namedtuple": """
        import collections, pickle, typing
        class Pair(typing.NamedTuple):
            left: int
            right: "typing.Optional[Pair]" = None
        Old = collections.namedtuple("Old", "a b")
        both = [Pair(1, Pair(2)), Old(1, 2)]
        hints = typing.get_type_hints(Pair)
        pickle.loads(pickle.dumps(both)) == both and hints["right"] == typing.Optional[Pair]
    """,
    "get_type_hints": """
        import typing
        class Own: pass
        def f(a: "Own", b: "list[Own]") -> "typing.Optional[Own]": ...
        typing.get_type_hints(f)["b"] == list[Own]
    """,
    "typeddict": """
        import typing
        class Own: pass
        class Row(typing.TypedDict):
            value: "Own"
        typing.get_type_hints(Row) == {"value": Own}
    """,
    "getsource": """
        import inspect
        def function():
            return 1  # one
        class Class:
            def method(self): ...
        sources = inspect.getsource(function), inspect.getsource(Class)
        "# one" in sources[0] and "def method" in sources[1]
    """,
    "unittest": """
        import io, unittest
        class Test(unittest.TestCase):
            def test_right(self): self.assertEqual(1, 1)
            def test_wrong(self): self.assertEqual(1, 2)
        program = unittest.main(
            exit=False, argv=["x"], testRunner=unittest.TextTestRunner(io.StringIO())
        )
        (program.result.testsRun, len(program.result.failures)) == (2, 1)
    """,
    "singledispatch": """
        import functools
        class Own: pass
        @functools.singledispatch
        def kind(x): return "?"
        @kind.register
        def _(x: "Own"): return "own"
        kind(Own()) + kind([]) == "own?"
    """,
    "copy": """
        import copy
        class Point:
            def __init__(self): self.parts = [1]
        point = Point()
        twin = copy.deepcopy(point)
        twin.parts == [1] and twin.parts is not point.parts
    """,
    "weakref": """
        import weakref
        class Point: pass
        point = Point()
        reference = weakref.ref(point)
        del point
        reference() is None
    """,
    "abc": """
        import abc
        class Base(abc.ABC):
            @abc.abstractmethod
            def f(self): ...
        try:
            Base()
        except TypeError as error:
            told = "abstract" in str(error)
        told
    """,
    "warnings": """
        import warnings
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warnings.warn("mind", stacklevel=1)
        len(caught) == 1 and caught[0].filename == __import__("inspect").stack()[0].filename
    """
    if sys.version_info < (3, 14)
    else "True",  # catch_warnings belongs to a context there
    "traceback": """
        import traceback
        def fail(): raise KeyError("here")
        try:
            fail()
        except KeyError:
            text = traceback.format_exc()
        'raise KeyError("here")' in text and "in fail" in text
    """,
    "asyncio": """
        import asyncio, pickle
        class Point: pass
        async def own():
            await asyncio.sleep(0)
            return pickle.loads(pickle.dumps(Point))
        async def main():
            tasks = [asyncio.create_task(own()) for _ in range(3)]
            other = asyncio.to_thread(lambda: pickle.loads(pickle.dumps(Point)))
            return [await task for task in tasks] + [await other]
        asyncio.run(main()) == [Point] * 4
    """,
    "threads": """
        import pickle, threading
        from concurrent.futures import ThreadPoolExecutor
        class Point: pass
        def work(_=None):
            found.append(pickle.loads(pickle.dumps(Point)))
        class Worker(threading.Thread):
            def run(self): work()
        found = []
        threads = [threading.Thread(target=work), Worker(), threading.Timer(0, work)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        with ThreadPoolExecutor(2) as pool: list(pool.map(work, range(3)))
        found == [Point] * 6
    """,
    "run_in_executor": """
        import asyncio, pickle
        class Point: pass
        def own(): return pickle.loads(pickle.dumps(Point))
        async def main():
            return await asyncio.get_running_loop().run_in_executor(None, own)
        asyncio.run(main()) is Point
    """,
}
ALONE = {  # they replace what belongs to the process while they run
    "doctest": """
        import doctest
        def double(x):
            '''
            >>> double(2)
            4
            >>> print("text")
            text
            '''
            return 2 * x
        tuple(doctest.testmod()) == (0, 2)
    """,
}

POOLS = {
    "fork": "context('fork').Pool(1)",
    "spawn": "context('spawn').Pool(1)",
    "forkserver": "context('forkserver').Pool(1)",
    "executor": "ProcessPoolExecutor(1, mp_context=context('spawn'))",
}
POOL_SCRIPT = """
    from concurrent.futures import ProcessPoolExecutor
    from dataclasses import dataclass
    from multiprocessing import get_context as context

    @dataclass
    class Point:
        x: int

    def double(point):
        return Point(point.x * 2)

    if __name__ == "__main__":
        with POOL as pool:
            found = list(pool.map(double, [Point(1), Point(2)]))
        right = found == [Point(2), Point(4)] and type(found[0]) is Point
"""


def pool_script(kind: str) -> str:
    return dedent(POOL_SCRIPT).replace("POOL", POOLS[kind])


@pytest.mark.row("S8", "S10")
@pytest.mark.parametrize("check", [*CHECKS, *ALONE])
def test_main_is_the_script(python: Interpreter, check: str) -> None:
    assert python.exec(dedent({**CHECKS, **ALONE}[check])).value is True


@pytest.mark.row("S8", "S10")
@pytest.mark.parametrize("check", ["pickle", "dataclass", "enum", "get_type_hints"])
def test_main_is_the_context(python: Interpreter, check: str) -> None:
    with python.context():
        assert python.exec(dedent(CHECKS[check])).value is True
    python.exec("import pickle, __main__")
    assert not python.eval("hasattr(__main__, 'Point')")


@pytest.mark.row("S10", "S15")
def test_main_is_each_script_in_four_threads(open_interpreter: Opener) -> None:
    """Each thread its own interpreter, all checks, at the same time."""
    meet = threading.Barrier(4, timeout=PATIENCE)

    def work(_number: int) -> list[str]:
        python = open_interpreter()
        meet.wait()
        return [
            name
            for name, code in CHECKS.items()
            if name != "warnings"  # its filters are the process's
            and python.exec(dedent(code)).value is not True
        ]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4), timeout=PATIENCE)) == [[]] * 4


@pytest.mark.row("S10", "S15")
def test_main_is_each_script_while_others_wait_inside(
    open_interpreter: Opener,
) -> None:
    """All four are inside at each step, so a `__main__` that is swapped would show."""
    meet = threading.Barrier(4, timeout=PATIENCE)
    code = dedent("""
        import pickle, __main__
        class Point: pass
        meet()
        data = pickle.dumps(Point())
        meet()
        same = type(pickle.loads(data)) is Point
        __main__.number = number
        meet()
        same and __main__.number == number
    """)

    def work(number: int) -> object:
        python = open_interpreter()
        return python.exec(code, {"meet": meet.wait, "number": number}).value

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4), timeout=PATIENCE)) == [True] * 4


@pytest.mark.timeout(60)
@pytest.mark.row("S10")
@pytest.mark.parametrize("kind", POOLS)
def test_processes_of_a_source(python: Interpreter, kind: str) -> None:
    assert python.exec(pool_script(kind), outputs={"right": bool})["right"]


@pytest.mark.timeout(60)
@pytest.mark.row("S10")
@pytest.mark.parametrize("kind", POOLS)
def test_processes_of_a_file(python: Interpreter, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "with_processes.py"
    path.write_text(pool_script(kind))
    assert python.run(path, outputs={"right": bool})["right"]


@pytest.mark.timeout(60)
@pytest.mark.row("S10")
def test_processes_of_a_source_after_a_file(
    python: Interpreter, tmp_path: Path
) -> None:
    """The child imports what runs now, not what ran in this context before."""
    path = tmp_path / "before.py"
    path.write_text("x = 1")
    python.run(path)
    assert python.exec(pool_script("spawn"), outputs={"right": bool})["right"]


@pytest.mark.timeout(60)
@pytest.mark.row("S10")
@pytest.mark.parametrize("kind", POOLS)
def test_processes_of_a_host_that_has_exchanged_its_main(
    open_interpreter: Opener, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """As profilers do: multiprocessing then knows another module than `__main__`."""
    monkeypatch.setitem(sys.modules, "__mp_main__", ModuleType("__main__"))
    python = open_interpreter()
    assert python.exec(pool_script(kind), outputs={"right": bool})["right"]


@pytest.mark.timeout(60)
@pytest.mark.row("S10", "S15")
@pytest.mark.parametrize("kind", POOLS)
def test_processes_of_four_threads(open_interpreter: Opener, kind: str) -> None:
    def work(number: int) -> object:
        python = open_interpreter()
        code = pool_script(kind) + f"\nnumber = {number}"
        with python.context(f"context_{number}"):
            result = python.exec(code, outputs=["right", "number"])
        return result["right"] and result["number"]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(1, 5), timeout=PATIENCE)) == [1, 2, 3, 4]


@pytest.mark.timeout(60)
@pytest.mark.row("S10")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_process_object_of_a_script(python: Interpreter, method: str) -> None:
    code = """
        from multiprocessing import get_context

        def answer(pipe):
            pipe.send(("child", __name__))

        if __name__ == "__main__":
            context = get_context(METHOD)
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=answer, args=(there,))
            process.start()
            told = here.recv()
            process.join()
            told = (*told, process.exitcode)
    """
    result = python.exec(dedent(code), {"METHOD": method}, ["told"])
    name = "__main__" if method == "fork" else "__mp_main__"
    assert result["told"] == ("child", name, 0)


def test_main_of_the_host_is_untouched(python: Interpreter) -> None:
    """Looked at by a thread of the host while a script is on, and afterwards."""
    main = sys.modules["__main__"]

    def look() -> tuple[object, ...]:
        file = getattr(main, "__file__", None)
        return set(vars(main)), dir(main), file, hasattr(main, "of_the_script")

    before = look()
    inside, looked = threading.Event(), threading.Event()

    def watch() -> tuple[object, ...]:
        assert inside.wait(PATIENCE)
        seen = look()
        looked.set()
        return seen

    def meet() -> bool:
        inside.set()
        return looked.wait(PATIENCE)

    with ThreadPoolExecutor(1) as pool:
        seen = pool.submit(watch)
        code = "import __main__\nof_the_script = 1\nmeet() and __main__.of_the_script"
        assert python.exec(code, {"meet": meet}).value == 1
    assert seen.result() == before == look()
    assert before[-1] is False
    assert sys.modules["__main__"] is main


def test_routing_is_undone_after_the_last_close(rung: str) -> None:
    main = sys.modules["__main__"]
    before = type(main), threading.Thread.start
    with opened(rung) as outer:
        with opened(rung) as inner:
            inner.exec("x = 1")
        outer.exec("import __main__\n__main__.x = 2")
    assert (type(main), threading.Thread.start) == before


def test_thread_that_outlives_its_run_keeps_its_main(python: Interpreter) -> None:
    code = """
        import threading, __main__
        answers = []
        def late():
            ready.wait()
            answers.append(__main__.x)
        ready = threading.Event()
        thread = threading.Thread(target=late)
        thread.start()
    """
    python.exec(dedent(code) + "x = 1")
    with python.context("other"):
        python["x"] = 2
    python.exec("ready.set()\nthread.join()")
    assert python["answers"] == [1]


def test_class_of_another_context_does_not_pickle(python: Interpreter) -> None:
    """It is told so: two classes of one name are never mixed up."""
    python.exec("class Point: pass\npoint = Point()")
    point = python.handle("point")
    with python.context("other"):
        python.exec("import pickle\nclass Point: pass")
        python.set("point", point)
        with pytest.raises(ScriptError, match=r"PicklingError.*not the same object"):
            python.exec("pickle.dumps(point)")
