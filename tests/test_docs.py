"""Every page does what it says: README and docs, run by Sybil as a reader runs them.

A page is run from top to bottom, in a folder of its own that has `examples` in it.

    ```python                   is run; what it prints must be shown by ...
    ```text                     ... the output under it; `...` stands for anything
    ```python title="job.py"    is written to that file
    ```console                  each line with `$` is run by the shell, and must print
                                the lines under it
    ```sh                       is for the reader alone: it installs something
    ```java                     is run by tests/jvm/test_guide.py, as are docs/java
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from sybil import Document, Example, Region, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer
from sybil.typing import Evaluator

from machine import READ_ONLY, need
from pages import commands, compare

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    *sorted(
        path for path in ROOT.glob("docs/**/*.md") if "reference" not in path.parts
    ),
]
FOR_PYTHON = [page for page in PAGES if page.parent.name != "java"]
"""The others are for tests/jvm/test_guide.py, which has a JVM."""
NEEDED_LIMITS = {"limit-a-script.md": {"network": False, "writable": []}}
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
SHELL = f'pythonarium() {{ "{sys.executable}" -m pythonarium "$@"; }}\n'


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


class Reader:
    """Does what a page says, block by block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._python = PythonEvaluator()
        self._printed = ""
        self._status = 0

    def blocks(self, document: Document) -> Iterable[Region]:
        """Yield what a page wants done; Sybil's name for it is a parser."""
        mapping = {"language": "info", "source": "source"}
        before = ""
        for region in FencedCodeBlockLexer(".+", mapping)(document):
            info = region.lexemes["info"].strip()
            region.parsed = region.lexemes["source"]
            region.evaluator = self._evaluator(info)
            of_java = (before, info) == ("java", "text")
            if region.evaluator is not None and not of_java:
                yield region
            before = info

    def _evaluator(self, info: str) -> Evaluator | None:
        title = re.fullmatch('python title="([^"]+)"', info)
        if title is not None:
            return lambda example: self._write(title[1], example)
        return {
            "python": self._run,
            "text": self._compare,
            "console": self._shell,
            "sh": None,
            "java": None,
        }[info]  # a KeyError: a block of a kind that nobody checks

    def _write(self, title: str, example: Example) -> None:
        (self._folder / title).write_text(example.parsed, encoding="utf-8")

    def _run(self, example: Example) -> None:
        self.finish()
        with redirect_stdout(StringIO()) as printed:
            self._python(example)
        self._printed = printed.getvalue()

    def _compare(self, example: Example) -> None:
        compare(example.parsed, self._printed)
        self._printed = ""

    def _shell(self, example: Example) -> None:
        self.finish()
        for command, expected in commands(example.parsed):
            compare(expected, self._output(command))

    def _output(self, command: str) -> str:
        done = subprocess.run(
            ["sh", "-c", f"{SHELL}(exit {self._status})\n{command}"],
            cwd=self._folder,
            env=os.environ | {"PATH": PATH, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self._status = done.returncode
        return done.stdout

    def finish(self) -> None:
        """Say what was printed and not shown."""
        assert self._printed == "", f"the page does not show: {self._printed}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that a reader works in, which has the examples."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=READ_ONLY if page.name in NEEDED_LIMITS else ())
        for page in FOR_PYTHON
    ],
    ids=name,
)
def test_page_does_what_it_says(page: Path, folder: Path) -> None:
    need(NEEDED_LIMITS.get(page.name, {}))
    reader = Reader(folder)
    document = Sybil([reader.blocks]).parse(page)
    for example in document.examples():
        example.evaluate()
    reader.finish()


def prose(page: Path) -> str:
    """Return the text of a page without code, tables and headings."""
    text = re.sub(
        r"^```.*?^```$",
        "",
        page.read_text(encoding="utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
    text = re.sub(r"^( {4}|\||#).*$", "", text, flags=re.MULTILINE)
    return re.sub("`[^`]*`", "`code`", text)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_page_keeps_the_rules_of_prose(page: Path) -> None:
    """One sentence a line, so that a change shows as what it is; no emoji."""
    text = prose(page)
    assert re.findall(r".*[^\d][.!?] [A-Z`].*", text) == []
    assert re.findall(r"\bsimply\b", text, re.IGNORECASE) == []
    assert re.findall("[\u2600-\u27bf\U0001f000-\U0001faff]", text) == []


def test_architecture_is_a_map() -> None:
    lines = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150


@pytest.mark.parametrize(
    ("expected", "printed"), [("5\n", "6\n"), ("", "5\n"), ("a\n...\nz\n", "a\nb\n")]
)
def test_compare_sees_a_difference(expected: str, printed: str) -> None:
    with pytest.raises(AssertionError, match="but it is"):
        compare(expected, printed)
