"""The jar: compiled and packed with nothing but a JDK, when the wheel is built.

It holds the classes of `java/` and the kernel's Python modules, which a JVM imports from
it.  Two builds from one source by one JDK give the same bytes.

This module is also loaded by the build, before the package is there: it imports nothing
of Pythonarium.
"""

import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["JAR", "build", "is_source"]

JAR: Final = Path(__file__).parent / "pythonarium.jar"
"""Where the jar lies in an installed Pythonarium."""
RELEASE: Final = 22
"""The oldest Java that the classes run on."""
_EPOCH: Final = (2026, 1, 1, 0, 0, 0)
_MANIFEST: Final = """\
Manifest-Version: 1.0\r
Automatic-Module-Name: org.pythonarium\r
Enable-Native-Access: ALL-UNNAMED\r
Implementation-Version: {version}\r
\r
"""


def is_source(root: Path) -> bool:
    """Tell whether a folder holds the Java sources and the kernel."""
    return (root / "java/src/main/java").is_dir()


def build(root: Path, jdk: Path, target: Path) -> None:
    """Compile the Java sources below a folder and pack them.

    Raises:
        subprocess.CalledProcessError: they do not compile; its output says why.
    """
    with tempfile.TemporaryDirectory(prefix="pythonarium-jar-") as folder:
        classes = Path(folder)
        sources = sorted(map(str, (root / "java/src/main/java").rglob("*.java")))
        subprocess.run(  # noqa: S603  # the JDK's own compiler
            [
                jdk / "bin/javac",
                *("--release", str(RELEASE), "-nowarn", "-XDstringConcat=inline"),
                *("-d", str(classes), *sources),
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as jar:
            manifest = _MANIFEST.format(version=_version(root))
            _add(jar, "META-INF/MANIFEST.MF", manifest.encode())
            for name, path in sorted(_entries(root, classes)):
                _add(jar, name, path.read_bytes())


def _version(root: Path) -> str:
    pom = (root / "java/pom.xml").read_text(encoding="utf-8")
    found = re.search("<version>(.+)</version>", pom)
    return found[1] if found else ""


def _entries(root: Path, classes: Path) -> Iterator[tuple[str, Path]]:
    for folder in (classes, root / "java/src/main/resources"):
        for path in folder.rglob("*"):
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path
    for path in (root / "src/pythonarium_kernel").glob("*.py"):
        yield f"pythonarium_kernel/{path.name}", path


def _add(jar: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    jar.writestr(entry, data)
