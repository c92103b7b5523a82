"""What an interpreter with its own GIL refuses to import, and what the error says."""

import importlib.util
import sys
from importlib.machinery import (
    BuiltinImporter,
    ExtensionFileLoader,
    ModuleSpec,
)
from pathlib import Path

import pytest

from pythonarium_kernel import own_gil, report

pytestmark = pytest.mark.row("B18")


@pytest.fixture
def too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard this interpreter as if it were one of CPython 3.12, for a test."""
    monkeypatch.setattr(own_gil, "_TOO_LATE", sys.hexversion >> 16)
    monkeypatch.setattr(
        ExtensionFileLoader, "create_module", ExtensionFileLoader.create_module
    )
    create = BuiltinImporter.create_module
    monkeypatch.setattr(BuiltinImporter, "create_module", staticmethod(create))
    own_gil.guard_imports()


def spec_of(path: Path) -> ModuleSpec:
    loader = ExtensionFileLoader("sample", str(path))
    spec = importlib.util.spec_from_file_location("sample", path, loader=loader)
    assert spec is not None
    return spec


@pytest.mark.usefixtures("too_late")
def test_a_file_of_the_old_kind_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "sample.so"
    file.write_bytes(b"\x7fELF PyModule_Create2")
    with pytest.raises(ImportError, match="sample does not support loading") as caught:
        importlib.util.module_from_spec(spec_of(file))
    assert caught.value.name == "sample"
    assert caught.value.path == str(file)


@pytest.mark.usefixtures("too_late")
def test_a_file_of_the_new_kind_is_loaded_as_ever(tmp_path: Path) -> None:
    file = tmp_path / "sample.so"
    file.write_bytes(b"no ELF, but PyModuleDef_Init")
    with pytest.raises(ImportError) as caught:
        importlib.util.module_from_spec(spec_of(file))
    assert "does not support" not in str(caught.value)  # it is the system that refuses


@pytest.mark.usefixtures("too_late")
def test_builtins_of_the_old_kind_are_refused() -> None:
    spec = ModuleSpec("_datetime", BuiltinImporter())
    with pytest.raises(ImportError, match="_datetime does not support loading"):
        importlib.util.module_from_spec(spec)
    builtin = importlib.util.find_spec("time")
    assert builtin is not None
    assert importlib.util.module_from_spec(builtin).__name__ == "time"


def test_other_versions_need_no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_gil, "_TOO_LATE", 0)
    before = ExtensionFileLoader.create_module, BuiltinImporter.create_module
    own_gil.guard_imports()
    after = ExtensionFileLoader.create_module, BuiltinImporter.create_module
    assert after == before


@pytest.mark.parametrize("refusal", report.REFUSALS)
def test_the_error_says_where_the_module_can_be_used(refusal: str) -> None:
    message = report.from_exception(ImportError(f"module numpy {refusal}\n"))["message"]
    assert message.startswith(f"module numpy {refusal}; it is an extension module")
    assert "main interpreter, or in a process" in message


def test_other_errors_say_what_they_say() -> None:
    assert report.from_exception(ImportError("no"))["message"] == "no"
    assert (
        report.from_exception(ValueError(report.REFUSALS[0]))["message"]
        == (report.REFUSALS[0])
    )
