"""Which of its sources a setting takes its value from, and when it may change."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from pythonarium import Interpreter, PythonariumError, SettingsError, settings
from pythonarium.settings import SETTINGS, PathSetting, get_property, set_property

DOCUMENTED = {
    "org.eclipse.python4j.path": "",
    "org.eclipse.python4j.path.append": "before",
    "org.eclipse.python4j.release_gil_automatically": "true",
    "org.eclipse.python4j.python.initialize": "true",
    "org.eclipse.python4j.numpyimport": "true",
    "org.eclipse.python4j.create_npy_python": "false",
}
PATH, APPEND, *SWITCHES = DOCUMENTED


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for setting in SETTINGS.values():
        monkeypatch.delenv(setting.environment_variable, raising=False)
    yield
    settings.clear_properties()


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path)


@pytest.mark.row("S53", "S54", "S55", "S56", "S57", "S58")
def test_properties_have_their_documented_names_and_defaults() -> None:
    assert {s.property_name: s.default for s in SETTINGS.values()} == DOCUMENTED
    assert {name: get_property(name) for name in DOCUMENTED} == DOCUMENTED


@pytest.mark.parametrize("name", SETTINGS)
def test_argument_outweighs_environment_outweighs_property(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = SETTINGS[name]
    first, *_, last = setting.choices or ("one", "two")
    set_property(setting.property_name, last)
    assert get_property(setting.property_name) == settings.read(name) == last
    monkeypatch.setenv(setting.environment_variable, first)
    assert get_property(setting.property_name) == settings.read(name) == first
    assert settings.read(name, last) == last


@pytest.mark.parametrize("name", [APPEND, *SWITCHES])
def test_bad_value_is_refused_and_its_source_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [setting] = [s for s in SETTINGS.values() if s.property_name == name]
    expected = f": expected one of {', '.join(setting.choices)}, got 'perhaps'"
    with pytest.raises(SettingsError) as of_property:
        set_property(name, "perhaps")
    monkeypatch.setenv(setting.environment_variable, "perhaps")
    with pytest.raises(SettingsError) as of_environment:
        get_property(name)
    with pytest.raises(SettingsError) as of_argument:
        settings.read(setting.name, "perhaps")
    assert str(of_property.value) == name + expected
    assert str(of_environment.value) == setting.environment_variable + expected
    assert str(of_argument.value) == setting.name + expected


@pytest.mark.parametrize("text", ["FALSE", "False", "false"])
def test_choices_are_read_in_any_case(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_property(SWITCHES[0], text)
    assert get_property(SWITCHES[0]) == "false"
    monkeypatch.setenv(SETTINGS["initialize"].environment_variable, text)
    assert settings.read("initialize") == "false"


def test_unknown_property_is_refused_with_those_there_are() -> None:
    for use in (lambda name: set_property(name, "x"), get_property):
        with pytest.raises(SettingsError, match=r"no property 'org\.x'") as caught:
            use("org.x")
        assert all(name in str(caught.value) for name in DOCUMENTED)


@pytest.mark.row("S59")
@pytest.mark.parametrize("name", DOCUMENTED)
def test_property_changes_only_while_no_interpreter_is_open(name: str) -> None:
    value = "after" if name == APPEND else "false"
    with Interpreter(), Interpreter() as second:
        with pytest.raises(SettingsError, match=f"{name} cannot be changed now"):
            set_property(name, value)
        second.close()
        with pytest.raises(SettingsError):
            set_property(name, value)
        assert get_property(name) == DOCUMENTED[name]
    set_property(name, value)
    assert get_property(name) == value


# The path


@pytest.mark.row("S53")
def test_path_is_read_as_in_the_environment(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = os.pathsep.join([folder, "", "relative"])
    expected = PathSetting((folder, "relative"), "before")
    set_property(PATH, text)
    assert PathSetting.read() == expected
    set_property(PATH, "elsewhere")
    monkeypatch.setenv("PYTHONARIUM_PATH", text)
    assert PathSetting.read() == expected
    assert PathSetting.read([Path(folder)], "none") == PathSetting((folder,), "none")
    assert PathSetting.read([]) == PathSetting((), "before")


@pytest.mark.row("S54")
@pytest.mark.parametrize("append", ["before", "after"])
def test_folders_stand_before_or_after(
    folder: str, append: Literal["before", "after"]
) -> None:
    own = list(sys.path)
    with Interpreter(path=[folder, "relative"], path_append=append):
        added = [folder, str(Path("relative").absolute())]
        assert sys.path == (added + own if append == "before" else own + added)
    assert sys.path == own


@pytest.mark.row("S54")
def test_folders_stand_instead_of_all_but_the_standard_library(tmp_path: Path) -> None:
    (tmp_path / "only_there.py").write_text("")
    own = list(sys.path)
    with Interpreter(path=[tmp_path], path_append="none") as python:
        assert sys.path[0] == str(tmp_path)
        assert set(sys.path[1:]) < set(own)
        assert not [entry for entry in sys.path if "site-packages" in entry]
        python.exec("import only_there, sched, mmap, ctypes.util")
    assert sys.path == own
    del sys.modules["only_there"]


@pytest.mark.row("S53", "S54")
def test_without_folders_the_path_is_left_alone() -> None:
    own = list(sys.path)
    with Interpreter(path_append="none"):
        assert sys.path == own


@pytest.mark.row("S59")
def test_interpreters_share_the_path_of_the_first(folder: str) -> None:
    own = list(sys.path)
    first = Interpreter(path=[folder])
    second = Interpreter(path=[Path(folder)])
    with pytest.raises(
        SettingsError, match=r"comes too late: .*; close them first"
    ) as caught:
        Interpreter(path=[folder], path_append="after")
    assert isinstance(caught.value, PythonariumError)
    first.close()
    assert sys.path == [folder, *own]
    second.close()
    assert sys.path == own
    with Interpreter(path=[folder], path_append="after"):
        assert sys.path == [*own, folder]


@pytest.mark.row("S59")
def test_environment_that_changes_too_late_is_noticed(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Interpreter():
        monkeypatch.setenv("PYTHONARIUM_PATH", folder)
        with pytest.raises(SettingsError, match=r"path: .* too late"):
            Interpreter()
    with Interpreter():
        assert sys.path[0] == folder


def test_bad_append_opens_nothing() -> None:
    with pytest.raises(SettingsError, match="path_append: expected one of before"):
        Interpreter(path_append="beside")  # type: ignore[arg-type]
    set_property(APPEND, "after")  # not too late


def test_folder_that_a_script_adds_stays(folder: str, tmp_path: Path) -> None:
    added = str(tmp_path / "added")
    with Interpreter(path=[folder]) as python:
        python.exec(f"import sys; sys.path.append({added!r})")
    assert added in sys.path
    assert folder not in sys.path
    sys.path.remove(added)


def test_folder_that_a_script_appends_stays_at_the_end(
    folder: str, tmp_path: Path
) -> None:
    added = str(tmp_path / "added")
    with Interpreter(path=[folder]) as python:
        python.exec(f"import sys; sys.path.append({added!r})")
    last = sys.path[-1]
    sys.path.remove(added)
    assert last == added


def test_path_that_is_no_list_is_one_folder_or_refused(folder: str) -> None:
    try:
        setting = PathSetting.read(folder)
    except SettingsError:
        return
    assert setting.folders == (folder,)


def test_value_that_is_no_text_is_refused() -> None:
    with pytest.raises(SettingsError, match="expected text, got 5"):
        set_property(PATH, 5)  # type: ignore[arg-type]


def test_bool_stands_for_its_word() -> None:
    set_property(SWITCHES[0], False)
    assert get_property(SWITCHES[0]) == "false"


def test_relative_folder_is_the_same_after_chdir(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_property(PATH, "relative")
    with Interpreter():
        monkeypatch.chdir(tmp_path)
        try:
            Interpreter().close()
        finally:
            monkeypatch.undo()


def test_interpreter_without_a_path_takes_the_one_in_force(folder: str) -> None:
    with Interpreter(path=[folder]), Interpreter():
        assert sys.path[0] == folder


def test_path_that_is_one_path_is_one_folder(tmp_path: Path) -> None:
    assert PathSetting.read(tmp_path).folders == (str(tmp_path),)


def test_path_of_what_is_no_folder_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"path: expected folders, got \[5\]"):
        Interpreter(path=[5])  # type: ignore[list-item]
