"""What a build of the package carries: the jar, where a JDK is at hand."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest

from java_programs import ROOT

pytestmark = pytest.mark.timeout(120)
JAR = "pythonarium/jvm/pythonarium.jar"
PARTS = (".gitignore", "hatch_build.py", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def sources(jdk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout in which a build may write."""
    folder = tmp_path_factory.mktemp("checkout")
    for part in PARTS:
        shutil.copy(ROOT / part, folder)
    for part in ("src", "java/src/main"):
        ignored = shutil.ignore_patterns("*.jar", "__pycache__")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    shutil.copy(ROOT / "java/pom.xml", folder / "java")
    return folder


def build(
    sources: Path, target: str, environment: Mapping[str, str]
) -> tuple[Path, str]:
    """Build; return the file, and what the build said."""
    folder = sources / "dist" / target
    shutil.rmtree(folder, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder],
        cwd=sources,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (file,) = folder.iterdir()
    return file, done.stdout + done.stderr


def hide_jdks(sources: Path) -> None:
    """Have this checkout find no JDK; the machine may have some in the usual folders."""
    path = sources / "src/pythonarium/jvm/jdks.py"
    text = path.read_text(encoding="utf-8")
    lines = re.sub(r'    "[/~]\S+",\n', "", text)
    assert lines != text
    path.write_text(lines, encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(sources: Path, jdk: Path) -> Path:
    """Return a wheel that was built where a JDK is."""
    wheel, said = build(sources, "wheel", {"JAVA_HOME": str(jdk)})
    assert "no JDK" not in said
    return wheel


def member(archive: Path, name: str) -> bytes:
    with zipfile.ZipFile(archive) as file:
        return file.read(name)


def test_wheel_has_a_jar_of_classes_and_kernel(wheel: Path) -> None:
    with zipfile.ZipFile(BytesIO(member(wheel, JAR))) as jar:
        names = jar.namelist()
        manifest = jar.read(names[0]).decode()
    assert names[0] == "META-INF/MANIFEST.MF"
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"Implementation-Version: {version}\r\n" in manifest
    assert {"module-info.class", "org/pythonarium/PythonGIL.class"} < set(names)
    kernel = {path.name for path in (ROOT / "src/pythonarium_kernel").glob("*.py")}
    assert {name for name in names if name.startswith("pythonarium_kernel/")} == {
        f"pythonarium_kernel/{name}" for name in kernel
    }


def test_source_distribution_builds_the_same_jar(
    sources: Path, wheel: Path, jdk: Path, tmp_path: Path
) -> None:
    archive, _ = build(sources, "sdist", {"JAVA_HOME": str(jdk)})
    with tarfile.open(archive) as file:
        assert not [name for name in file.getnames() if name.endswith(".jar")]
        file.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    again, _ = build(unpacked, "wheel", {"JAVA_HOME": str(jdk)})
    assert member(again, JAR) == member(wheel, JAR)


def test_without_a_jdk_the_wheel_has_no_jar_and_the_build_says_so(
    sources: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "checkout"
    shutil.copytree(sources, bare, ignore=shutil.ignore_patterns("*.jar", "dist"))
    hide_jdks(bare)
    folder = str(Path(sys.executable).parent)
    wheel, said = build(bare, "wheel", {"JAVA_HOME": "", "PATH": folder})
    assert "no JDK 22 or newer: this build has no jar" in said
    with zipfile.ZipFile(wheel) as file:
        assert JAR not in file.namelist()
