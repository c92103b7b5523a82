"""Builds what runs side by side in a JVM: ours, JEP, Python4J.

A contender is a class of `benchmarks/java` and the libraries that it needs.  JEP is
compiled for one Python, into a virtual environment that ours runs in as well, so that both
find the same CPython and the same numpy.  Python4J brings a CPython of its own.

What takes long is kept in the cache folder, and made anew where a file that says that it is
complete is missing.
"""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from pythonarium.jvm.jdks import find_jdk

__all__ = [
    "JEP",
    "OURS",
    "PEERS",
    "PYTHON4J",
    "Contender",
    "Jdk",
    "Python",
    "UnavailableError",
    "build",
]

OURS, JEP, PYTHON4J = "Pythonarium", "JEP", "Python4J"
JEP_VERSION: Final = "4.3.2"
PYTHON4J_VERSION: Final = "1.0.0-M2.1"
PEERS: Final = (
    f"{JEP} {JEP_VERSION}, {PYTHON4J} {PYTHON4J_VERSION} on a CPython of its own"
)
RELEASE: Final = 22
ROOT: Final = Path(__file__).parent.parent
SOURCES: Final = Path(__file__).parent / "java"
STACK: Final = "-Xss16m"  # as deep as `pythonarium java` makes it


class UnavailableError(Exception):
    """A contender that cannot be built or cannot run here; the text says why."""


@dataclass(frozen=True, slots=True)
class Jdk:
    """A JDK, by its folder."""

    home: Path

    @classmethod
    def find(cls) -> "Jdk":
        """Return the one that Pythonarium would use."""
        found = find_jdk()
        if found is None or not found.is_new_enough:
            raise UnavailableError("no JDK 22 or newer; see `pythonarium doctor`")
        return cls(found.home)

    def tool(self, name: str) -> str:
        """Return the path of java, javac or jar."""
        return str(self.home / "bin" / name)

    @property
    def version(self) -> str:
        """The version that `java` tells."""
        return run([self.tool("java"), "--version"]).split()[1]

    @property
    def environment(self) -> dict[str, str]:
        """The environment for tools that look for a JDK."""
        return {**os.environ, "JAVA_HOME": str(self.home)}


@dataclass(frozen=True, slots=True)
class Python:
    """The Python that ours and JEP run in."""

    executable: Path
    version: str

    @classmethod
    def at(cls, executable: Path) -> "Python":
        """Ask the executable for its version."""
        code = "import platform; print(platform.python_version())"
        return cls(executable, run([str(executable), "-c", code]).strip())

    @property
    def key(self) -> str:
        """A name for folders, which another Python of this version does not have."""
        place = sha256(os.fsencode(self.executable.resolve())).hexdigest()[:8]
        return f"{self.version}-{place}"


@dataclass(frozen=True, slots=True)
class Contender:
    """A program of `benchmarks/java`, and what it needs.

    Attributes:
        main: the name of its class.
        options: for java.
        libraries: jars.
    """

    main: str
    options: Sequence[str]
    libraries: Sequence[Path] = field(repr=False)

    def compile(self, jdk: Jdk, folder: Path) -> list[str]:
        """Return the command that runs it, from a jar made in the folder."""
        classes, jar = folder / self.main, folder / f"{self.main}.jar"
        libraries = os.pathsep.join(map(str, self.libraries))
        sources = [f"{name}.java" for name in ("Measure", "Jobs", self.main)]
        lint = "-Xlint:all,-path"  # the manifests of some peers name jars that are not there
        javac = [jdk.tool("javac"), "--release", str(RELEASE), lint, "-Werror"]
        run([*javac, "-d", str(classes), "-cp", libraries, *sources], folder=SOURCES)
        run([jdk.tool("jar"), "-c", "-f", str(jar), "-C", str(classes), "."])
        native = "--enable-native-access=ALL-UNNAMED"
        path = os.pathsep.join(map(str, [jar, *self.libraries]))
        return [jdk.tool("java"), STACK, native, *self.options, "-cp", path, self.main]


def build(name: str, jdk: Jdk, python: Python, cache: Path) -> Contender:
    """Build a contender, or find it in the cache.

    Raises:
        UnavailableError: if it cannot be built here.
    """
    match name:
        case "JEP":
            return jep(jdk, python, cache)
        case "Python4J":
            return python4j(jdk, cache)
        case _:
            return ours(jdk, python, cache)


def ours(jdk: Jdk, python: Python, cache: Path) -> Contender:
    """Build our jar as it is released."""
    executable = environment(python, cache) / "bin" / "python"
    project = ROOT / "java"
    maven(jdk, project / "pom.xml", "package", "-Dmaven.test.skip=true")
    jars = project.glob("target/pythonarium-*[0-9].jar")
    newest = max(jars, key=lambda jar: jar.stat().st_mtime)
    return Contender("Ours", [f"-Dorg.pythonarium.python={executable}"], [newest])


def jep(jdk: Jdk, python: Python, cache: Path) -> Contender:
    """Compile JEP for the Python."""
    folder = environment(python, cache)
    executable, complete = folder / "bin" / "python", folder / f"jep-{JEP_VERSION}"
    if not complete.exists():
        pip_install(folder, "--no-build-isolation", f"jep=={JEP_VERSION}", jdk=jdk)
        complete.touch()
    code = "import importlib.util as u; print(u.find_spec('jep').origin)"
    package = Path(run([str(executable), "-c", code]).strip()).parent
    options = [f"-Djava.library.path={package}", f"-Dpython={executable}"]
    return Contender("Jep", options, [package / f"jep-{JEP_VERSION}.jar"])


def environment(python: Python, cache: Path) -> Path:
    """Return a virtual environment with numpy and what JEP is compiled with."""
    folder = cache / f"python-{python.key}"
    complete = folder / "complete"
    if not complete.exists():
        shutil.rmtree(folder, ignore_errors=True)
        run([str(python.executable), "-m", "venv", str(folder)])
        pip_install(folder, "numpy", "setuptools", "wheel")
        complete.touch()
    return folder


def pip_install(folder: Path, *arguments: str, jdk: Jdk | None = None) -> None:
    """Install into a virtual environment."""
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    run([*pip, *arguments], environment=jdk.environment if jdk else None)


def python4j(jdk: Jdk, cache: Path) -> Contender:
    """Fetch Python4J and its CPython through Maven."""
    folder = cache / f"python4j-{PYTHON4J_VERSION}"
    jars, complete = folder / "jars", folder / "complete"
    if not complete.exists():
        maven(
            jdk,
            SOURCES / "pom.xml",
            "dependency:copy-dependencies",
            f"-Dpython4j={PYTHON4J_VERSION}",
            f"-Djavacpp.platform={javacpp_platform()}",
            f"-DoutputDirectory={jars}",
        )
        complete.touch()
    unpacked = f"-Dorg.bytedeco.javacpp.cachedir={folder / 'unpacked'}"
    return Contender("Python4j", (unpacked,), sorted(jars.glob("*.jar")))


def javacpp_platform() -> str:
    """Return what JavaCPP calls this platform."""
    system = {"Darwin": "macosx"}.get(platform.system(), platform.system().lower())
    machine = platform.machine().lower()
    return f"{system}-{ {'amd64': 'x86_64', 'aarch64': 'arm64'}.get(machine, machine) }"


def maven(jdk: Jdk, project: Path, *arguments: str) -> None:
    """Run Maven."""
    command = ["mvn", "--quiet", "--batch-mode", "--file", str(project), *arguments]
    run(command, environment=jdk.environment)


def run(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> str:
    """Run a tool; return its output.

    Raises:
        UnavailableError: if it is missing, fails, or takes longer than so many seconds.
    """
    name = Path(command[0]).name
    try:
        done = subprocess.run(  # noqa: S603  # tools for developers
            command,
            cwd=folder,
            env=environment,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise UnavailableError(f"{name} is missing; install it") from None
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"{name} took longer than {timeout} s") from None
    if done.returncode != 0:
        reason = telling_line(done.stderr + done.stdout)
        raise UnavailableError(f"{name} ended with {done.returncode}: {reason}")
    return done.stdout


def telling_line(output: str) -> str:
    """Return the first line that tells of an error, else the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = (
        line for line in lines if re.search("error|exception", line, re.IGNORECASE)
    )
    return next(errors, lines[-1] if lines else "no output")
