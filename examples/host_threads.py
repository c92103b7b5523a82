"""A host with threads: an interpreter for each, or one that they share under its lock."""

from concurrent.futures import ThreadPoolExecutor
from statistics import mean

from pythonarium import Interpreter, ScriptError

SCRIPT = """
from statistics import median
numbers = [float(word) for word in text.split()]
middle = median(numbers)
"""
TEXTS = ["3 1 2", "10 30", "4 8 fifteen", "16 23 42"]


def measured(text: str) -> str:
    """Run the script in an interpreter of this thread's own."""
    with Interpreter() as python:
        try:
            result = python.exec(SCRIPT, {"text": text}, {"middle": float})
        except ScriptError as error:
            return f"{text!r}: line {error.frames[-1].line}, {error.message}"
        return f"{text!r}: {result['middle']}"


def added(python: Interpreter, text: str) -> None:
    """Add to a variable that all threads share: the lock makes it one step."""
    with python.lock():
        python.exec("seen = seen + [len(text)]", {"text": text})


with ThreadPoolExecutor(4) as pool:
    print(*pool.map(measured, TEXTS), sep="\n")

with Interpreter() as shared, ThreadPoolExecutor(4) as pool:
    shared["seen"] = []
    list(pool.map(lambda text: added(shared, text), TEXTS * 25))
    lengths = shared.get("seen", list[int])
    print(f"{len(lengths)} texts, {mean(lengths)} characters on average")
