"""The row marks: what they refuse, and the table that comes of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

import rows

pytestmark = pytest.mark.untraced("it tests the tests")

Project = Callable[..., pytest.RunResult]

ALL_ROWS = [f"S{n}" for n in range(1, 60)] + [f"B{n}" for n in range(1, 25)]

TESTS = """
    import pytest
    @pytest.mark.row("S4", "S5")
    @pytest.mark.parametrize("rung", ["process", "own-gil"])
    @pytest.mark.parametrize("value", [1, 2])
    def test_both(rung, value): pass
    @pytest.mark.row("S4")
    def test_one(): pass
"""

JAVA = """
class VariablesTest {
    @Test @Tag("S4") @Tag("B8") void goesIn() {}
    @Test void helps() {}
}
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Run a small project in a process of its own."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # half the time
    monkeypatch.setenv("PYTHONPATH", str(Path(rows.__file__).parent))

    def run(*options: str) -> pytest.RunResult:
        plugins = ["-p", "rows", "-p", "no:cacheprovider"]
        return pytester.runpytest_subprocess(*plugins, "--collect-only", *options)

    return run


def line(table: str, row: str) -> str:
    return next(text for text in table.splitlines() if text.startswith(f"| {row} |"))


def test_rows_are_all_there() -> None:
    groups = rows.read_groups()
    assert [row for group in groups.values() for row in group] == ALL_ROWS
    assert not [
        text for group in groups.values() for text in group.values() if "|" in text
    ]


def test_table_shows_tests_rungs_and_hosts(
    project: Project, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(TESTS)
    java = pytester.mkdir("java") / "src/test/java/VariablesTest.java"
    java.parent.mkdir(parents=True)
    java.write_text(JAVA)
    assert project("--rows-table", "docs/table.md").ret == 0
    table = Path("docs/table.md").read_text()
    file = "test_table_shows_tests_rungs_and_hosts.py"
    assert line(table, "S4").endswith(
        f"| `{file}::test_both`<br>`{file}::test_one`<br>`VariablesTest.java::goesIn` "
        "| own-gil, process | python, java |"
    )
    assert line(table, "S5").endswith(
        f"| `{file}::test_both` | own-gil, process | python |"
    )
    assert line(table, "B8").endswith("| `VariablesTest.java::goesIn` |  | java |")
    assert line(table, "S1").endswith("| not yet |  |  |")


def test_check_compares_and_writes_nothing(
    project: Project, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(TESTS)
    table = Path("table.md")
    stale = project("--rows-table", "table.md", "--rows-check")
    stale.stderr.fnmatch_lines(["ERROR: table.md does not say what the tests say*"])
    assert not table.exists()
    project("--rows-table", "table.md")
    assert project("--rows-table", "table.md", "--rows-check").ret == 0


@pytest.mark.parametrize(
    ("mark", "shown"), [("'S99'", "'S99'"), ("", "''")], ids=["unknown", "empty"]
)
def test_wrong_mark_is_refused(
    project: Project, pytester: pytest.Pytester, mark: str, shown: str
) -> None:
    pytester.makepyfile(f"import pytest\n@pytest.mark.row({mark})\ndef test_it(): pass")
    result = project()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *::test_it names the row {shown}, which*"])


def test_no_table_when_a_file_does_not_collect(
    project: Project, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("import nothing_of_that_name")
    assert project("--rows-table", "table.md").ret != 0
    assert not Path("table.md").exists()
