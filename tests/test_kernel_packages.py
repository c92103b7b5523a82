"""Packages that are missing or broken: the message has the command that mends it."""

import sys
from pathlib import Path

import pytest

from pythonarium_kernel.packages import required

pytestmark = pytest.mark.row("S50")


def test_package_is_imported() -> None:
    assert required("json").loads("1") == 1


def test_missing_package_is_told_with_the_command() -> None:
    with pytest.raises(ImportError) as caught:
        required("no_such_package")
    assert str(caught.value) == (
        "no_such_package is not installed in the Python that runs here, "
        f"{sys.executable}; run: {sys.executable} -m pip install no_such_package"
    )


def test_broken_package_is_installed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_package.py").write_text("import what_it_needs")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match=r"No module named 'what_it_needs'.*--force-"):
        required("broken_package")
