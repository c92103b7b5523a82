"""`java`, started so that it finds this Python, and runs it on its own threads."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

__all__ = ["java_command"]

STACK: Final = "-Xss16m"
"""From this size on a thread of Java runs Python itself."""
_CLASS_PATH: Final = ("-cp", "-classpath", "--class-path")
_WITH_A_WORD: Final = (
    *("--module-path", "-p", "--upgrade-module-path", "--patch-module", "--source"),
    *("--add-modules", "--limit-modules", "--enable-native-access"),
    *("--add-exports", "--add-opens", "--add-reads"),
)
"""Options of java that take the next word."""


def java_command(java: Path, jar: Path, words: Sequence[str]) -> list[str]:
    """Return the command that runs a Java program with this Python.

    What the user says comes last, so it wins.  The jar is added to the class path, unless
    the program is started as a jar, which has a class path of its own.

    Args:
        java: the `java` to run.
        jar: Pythonarium's.
        words: the arguments of `java`, as the user gave them.
    """
    native = "--enable-native-access=ALL-UNNAMED"
    own = [STACK, native, f"-Dorg.pythonarium.python={sys.executable}"]
    return [str(java), *own, *_with_jar(jar, list(words))]


def _with_jar(jar: Path, words: list[str]) -> list[str]:
    is_taken = False
    for index, word in enumerate(words):
        if is_taken:
            is_taken = False
            continue
        is_taken = word in _WITH_A_WORD
        name, equals, value = word.partition("=")
        if word == "-jar":
            return words
        if name == "--class-path" and equals:
            words[index] = f"{name}={_joined(value, jar)}"
            return words
        if word in _CLASS_PATH and index + 1 < len(words):
            words[index + 1] = _joined(words[index + 1], jar)
            return words
        if not word.startswith("-"):
            break
    return ["-cp", _joined(os.environ.get("CLASSPATH", "."), jar), *words]


def _joined(class_path: str, jar: Path) -> str:
    return os.pathsep.join(filter(None, [class_path, str(jar)]))
