"""The Java installations of this machine."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["Jdk", "find_jdk"]

OLDEST: Final = 22
_USUAL_FOLDERS: Final = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/opt/jdk*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk*",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
    "~/.local/share/mise/installs/java/*",
    "~/.asdf/installs/java/*",
)


@dataclass(frozen=True, slots=True)
class Jdk:
    """A Java installation.

    Attributes:
        home: its folder.
        version: such as `25.0.1`.
        found_by: JAVA_HOME, PATH, or a usual folder.
    """

    home: Path
    version: str
    found_by: str

    @property
    def is_new_enough(self) -> bool:
        """Whether Pythonarium's jar runs on it."""
        return _feature(self.version) >= OLDEST


def find_jdk() -> Jdk | None:
    """Return the first installation that is new enough, else the first, if any."""
    found = [jdk for jdk in map(_read, _homes()) if jdk is not None]
    return next((jdk for jdk in found if jdk.is_new_enough), next(iter(found), None))


def _homes() -> Iterator[tuple[Path, str]]:
    if java_home := os.environ.get("JAVA_HOME"):
        yield Path(java_home), "JAVA_HOME"
    if java := shutil.which("java"):
        yield Path(java).resolve().parent.parent, "PATH"
    for pattern in _USUAL_FOLDERS:
        expanded = Path(pattern).expanduser()
        root = Path(expanded.anchor)
        for home in sorted(root.glob(str(expanded.relative_to(root))), reverse=True):
            yield home, "a usual folder"


def _read(candidate: tuple[Path, str]) -> Jdk | None:
    """Return the installation in a folder, by the `release` file that each one has."""
    home, found_by = candidate
    try:
        release = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    version = re.search(r'^JAVA_VERSION="([^"]+)"', release, re.MULTILINE)
    return Jdk(home, version[1], found_by) if version else None


def _feature(version: str) -> int:
    numbers = [int(number) for number in re.findall(r"\d+", version)] or [0]
    return numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]
