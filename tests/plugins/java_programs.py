"""Java programs that a test compiles and runs, each in a JVM of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PROGRAMS: Final = ROOT / "tests/jvm/programs"
COMMAND: Final = """
import sys
from pathlib import Path
from pythonarium.jvm import jars, jdks
jars.JAR = Path(sys.argv[1])
jdks._USUAL_FOLDERS = ()
from pythonarium.cli import main
sys.exit(main(sys.argv[2:]))
"""
"""The command line of a Pythonarium that has its jar at the first argument."""
DIRECT: Final = "-Xss16m"
"""With this stack the threads of Java run Python themselves."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a Java program ended, and what it wrote."""

    code: int
    stdout: str
    stderr: str

    @property
    def printed(self) -> str:
        """What it wrote to stdout; it must have ended well, and complained of nothing."""
        assert (self.code, self.stderr) == (0, ""), self.stdout + self.stderr
        return self.stdout

    @property
    def sections(self) -> dict[str, str]:
        """What it printed, by the lines `== title`."""
        parts = f"\n{self.printed}".split("\n== ")[1:]
        named = [part.partition("\n") for part in parts]
        return {title: text.rstrip("\n") for title, _, text in named}


@dataclass(frozen=True, slots=True)
class Java:
    """A JDK, and what is on the class path."""

    home: Path
    jar: Path
    classes: Path
    folder: Path

    def at(self, classes: Path) -> "Java":
        """Return the same with other classes."""
        return replace(self, classes=classes)

    def compile(self, sources: Iterable[Path], classes: Path, *options: str) -> None:
        """Compile programs; a warning is an error."""
        lint = ("-Xlint:all,-try,-rawtypes,-unchecked", "-Werror")
        arguments = ("-J-XX:-UsePerfData", "-cp", self.jar, "-d", classes, *lint)
        done = subprocess.run(
            [self.home / "bin/javac", *arguments, *options, *sources],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def run(
        self,
        program: str,
        *arguments: str,
        options: Iterable[str] = (DIRECT,),
        environment: Mapping[str, str] | None = None,
        python: str | None = sys.executable,
        stdin: str = "",
    ) -> Ended:
        """Run a program to its end.

        Args:
            program: the name of its class.
            arguments: for the program.
            options: for java.
            environment: variables beside those of this process.
            python: for the property that names the Python; None leaves it out.
            stdin: what the program can read.
        """
        named = (f"-Dorg.pythonarium.python={python}",) if python else ()
        class_path = os.pathsep.join([str(self.classes), str(self.jar)])
        words = (*self.options, *named, "-cp", class_path, *options, program)
        done = subprocess.run(
            [self.home / "bin/java", *words, *arguments],
            env={**clean_environment(), **(environment or {})},
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    @property
    def options(self) -> tuple[str, ...]:
        """What every JVM is given: to leave nothing behind, and to ask nothing."""
        return (
            "-XX:-UsePerfData",
            f"-XX:ErrorFile={self.folder}/hs_err_%p.log",
            f"-Djava.io.tmpdir={tempfile.gettempdir()}",
            "--enable-native-access=ALL-UNNAMED",
        )


def clean_environment() -> dict[str, str]:
    """Return this process's variables but for those that choose Python, or trace it."""
    chosen = ("PYTHONARIUM_", "VIRTUAL_ENV", "CLASSPATH", "COVERAGE_")
    return {k: v for k, v in os.environ.items() if not k.startswith(chosen)}
