"""Every page of docs/java does what it says, and so does the Java of the README.

    ```java                     is run: the body of a method, or a whole program; what
                                it prints must be shown by ...
    ```text                     ... the output under it; `...` stands for anything
    ```java title="Main.java"   is written to that file, and compiled with the others of
                                the page
    ```console                  each line with `$` is run by the shell, beside these
                                files, and must print the lines under it
    ```sh, ```xml, ...          are for the reader alone

The bodies of a page run one after the other, in one JVM.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from java_programs import COMMAND, PROGRAMS, ROOT, Java, clean_environment
from pages import commands, compare

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.untraced("what it runs is Java"),
]
FOR_READERS: Final = {"sh", "xml", "dockerfile", "groovy", "diff"}
NEEDS: Final = {"parallel.md": (3, 12)}
"""Pages of what older Pythons cannot do."""
PAGES: Final = sorted(ROOT.glob("docs/java/*.md"))
FOR_THIS_PYTHON: Final = [
    page for page in PAGES if sys.version_info >= NEEDS.get(page.name, (3, 11))
]
"""What an older Python says of the rest PythonSubInterpreterOldPythonTest.java tests."""
BLOCK: Final = re.compile(r"^```(\S[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TITLE: Final = re.compile(r'java title="(\w+\.java)"')
SHELL: Final = 'pythonarium() { "$PYTHON" -c "$COMMAND" "$JAR" "$@"; }\n'
BODIES: Final = """\
import java.math.*;
import java.nio.file.*;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;
import org.pythonarium.*;
{imports}

public final class Bodies {{

    public static void main(String[] arguments) {{
        new Sections(){added}.run();
    }}
{methods}
}}
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block, and what is shown under it."""

    info: str
    source: str
    shown: str

    @property
    def is_body(self) -> bool:
        return self.info == "java"

    @property
    def title(self) -> str:
        found = TITLE.fullmatch(self.info)
        return found[1] if found else ""


def blocks(page: Path) -> Iterator[Block]:
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    below = [*found[1:], ("", "")][: len(found)]
    for (info, source), (after, shown) in zip(found, below, strict=True):
        yield Block(info, source, shown if after == "text" else "")


def bodies(sources: list[str]) -> str:
    """Return a program with a section for each source, the body of a method."""
    imports, methods, added = [], [], []
    for number, source in enumerate(sources):
        imports += re.findall(r"^import .*;$", source, re.MULTILINE)
        body = re.sub(r"^import .*;\n", "", source, flags=re.MULTILINE)
        methods.append(f"static void body{number}() throws Exception {{\n{body}}}\n")
        added.append(f'.add("{number}", Bodies::body{number})')
    return BODIES.format(
        imports="\n".join(imports), methods="\n".join(methods), added="".join(added)
    )


def run_bodies(java: Java, page: Path, folder: Path) -> None:
    """Run the bodies of a page; each must print what is shown under it."""
    mine = [block for block in blocks(page) if block.is_body]
    if not mine:
        return
    program = folder / "Bodies.java"
    program.write_text(bodies([block.source for block in mine]), encoding="utf-8")
    java.compile([program, PROGRAMS / "Sections.java"], folder)
    printed = java.at(folder).run("Bodies").sections
    for number, block in enumerate(mine):
        compare(block.shown, printed[str(number)])


def run_commands(java: Java, page: Path, folder: Path) -> None:
    """Do what the shell is told, beside the files that the page shows."""
    (folder / "examples").symlink_to(ROOT / "examples")
    titled = {block.title: block.source for block in blocks(page) if block.title}
    for title, source in titled.items():
        (folder / title).write_text(source, encoding="utf-8")
    if titled:
        java.compile([folder / title for title in titled], folder)
    for block in blocks(page):
        if block.info == "console":
            for command, expected in commands(block.source):
                compare(expected, shell(java, command, folder))


def shell(java: Java, command: str, folder: Path) -> str:
    path = f"{java.home}/bin:{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", SHELL + command],
        cwd=folder,
        env={
            **clean_environment(),
            "PYTHON": sys.executable,
            "COMMAND": COMMAND,
            "JAR": str(java.jar),
            "JAVA_HOME": str(java.home),
            "PATH": path,
            "NO_COLOR": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize("page", FOR_THIS_PYTHON, ids=lambda page: page.name)
def test_page_of_java_does_what_it_says(
    page: Path, programs: Java, tmp_path: Path
) -> None:
    for block in blocks(page):
        known = {"java", "text", "console", *FOR_READERS}
        assert block.title or block.info in known
    run_bodies(programs, page, tmp_path)
    run_commands(programs, page, tmp_path)


def test_readme_does_what_it_says_of_java(programs: Java, tmp_path: Path) -> None:
    run_bodies(programs, ROOT / "README.md", tmp_path)


def test_no_example_is_shown_without_its_output() -> None:
    for page in PAGES:
        for block in blocks(page):
            prints = "System.out" in block.source or "print(" in block.source
            assert block.shown or not (block.is_body and prints), block.source
