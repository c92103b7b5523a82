"""Distributions made by the tests, so that no test of installing needs the network."""

import io
import os
import tarfile
from pathlib import Path
from textwrap import dedent
from zipfile import ZipFile

import pytest

BACKEND = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "{name}"
version = "{version}"
"""
BUILD = """
def build_wheel(folder, settings=None, metadata=None):
    import os, pathlib, zipfile
{body}
    name = "{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr("{name}.py", "VERSION = {version!r}")
        wheel.writestr("{name}-{version}.dist-info/METADATA",
            "Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
        wheel.writestr("{name}-{version}.dist-info/WHEEL",
            "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("{name}-{version}.dist-info/RECORD", "")
    return name

build_editable = build_wheel
"""


def write_wheel(folder: Path, name: str, version: str, *requires: str) -> Path:
    """Write a wheel with one module, which tells its version."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {each}\n" for each in requires)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", f"VERSION = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    return path


def project_files(name: str, version: str, body: str = "pass") -> dict[str, str]:
    """Return the files of a project whose build runs `body` first."""
    build = BUILD.format(
        name=name,
        version=version,
        body="\n".join(f"    {line}" for line in dedent(body).strip().splitlines()),
    )
    return {
        "pyproject.toml": BACKEND.format(name=name, version=version),
        "backend.py": build,
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
    }


def write_sdist(folder: Path, name: str, version: str, body: str) -> Path:
    """Write a source distribution whose build runs `body` first."""
    path = folder / f"{name}-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for file, text in project_files(name, version, body).items():
            data = text.encode()
            entry = tarfile.TarInfo(f"{name}-{version}/{file}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def write_hanging_sdist(folder: Path, name: str) -> Path:
    """Write one whose build hangs; return the pipe in which it tells its process group."""
    begun = folder / "begun"
    os.mkfifo(begun)
    tell = f"import os; print(os.getpgrp(), file=open({str(begun)!r}, 'w'))"
    write_sdist(folder, name, "1.0", f"{tell}; import time; time.sleep(60)")
    return begun


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with wheels: `tiny` 1.0 and 2.0, and `needs_tiny`, which needs the newer."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    write_wheel(folder, "tiny", "1.0")
    write_wheel(folder, "tiny", "2.0")
    write_wheel(folder, "needs_tiny", "1.0", "tiny>=2")
    return folder


@pytest.fixture
def cache_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own; installers try once, and keep nothing they build."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # for hosts that are killed
    for name in ("PIP_RETRIES", "UV_HTTP_RETRIES"):
        monkeypatch.setenv(name, "0")
    for name in ("PIP_NO_CACHE_DIR", "UV_NO_CACHE"):
        monkeypatch.setenv(name, "1")
    return folder
