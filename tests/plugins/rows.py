"""Row marks: which test proves which promise, and the table that is made of them.

A test says `@pytest.mark.row("S21", "B10")`, a Java test says `@Tag("S21")`.  The
promises themselves stand in rows.toml beside this file.  With `--rows-table PATH` the
table is written, with `--rows-check` too it is only compared.  A row that nobody
promised is an error before any test runs.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

RUNGS: Final = ("shared", "own-gil", "process", "cluster")
RUNG_IN_ID: Final = re.compile(rf"(?:^|-)({'|'.join(RUNGS)})(?=-|$)")
JAVA_TEST: Final = re.compile(r'@Tag\("(?P<row>\w+)"\)|\bvoid\s+(?P<name>\w+)\s*\(')
INTRODUCTION: Final = """\
# Requirements

Every row is a promise, with the tests that prove it, the rungs they run it on and the hosts they run it from.
The table is generated: a test names its rows with `@pytest.mark.row`, a Java test with `@Tag`, and `nox -s rows` collects them.
A row without a test says "not yet"; CI fails when this page and the tests disagree.
"""

Groups = Mapping[str, Mapping[str, str]]  # title -> row -> promise


@dataclass(frozen=True, slots=True)
class Proof:
    """One test that stands for one row."""

    row: str
    test: str
    rung: str | None
    host: str


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("acceptance rows")
    group.addoption(
        "--rows-table", type=Path, metavar="PATH", help="write the table of rows there"
    )
    group.addoption(
        "--rows-check", action="store_true", help="only compare the table, do not write"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "row(*names): the acceptance rows that this test proves"
    )


@pytest.hookimpl(tryfirst=True)  # before -k and -m take tests away
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    groups = read_groups()
    proofs = [proof for item in items for proof in python_proofs(item)]
    proofs += java_proofs(config.rootpath / "java")
    refuse_unknown(proofs, groups)
    path: Path | None = config.getoption("rows_table")
    if path and not session.testsfailed:
        deliver(render(groups, proofs), path, only_check=config.getoption("rows_check"))


def read_groups() -> Groups:
    with Path(__file__).with_name("rows.toml").open("rb") as file:
        groups: Groups = tomllib.load(file)
    return groups


def python_proofs(item: pytest.Item) -> Iterator[Proof]:
    name, _, parameters = item.nodeid.partition("[")
    rung = RUNG_IN_ID.search(parameters.rstrip("]"))
    test = name.removeprefix("tests/")
    host = "java" if test.startswith("jvm/") else "python"
    for mark in item.iter_markers("row"):
        for row in mark.args or [""]:
            yield Proof(row, test, rung and rung[1], host)


def java_proofs(folder: Path) -> Iterator[Proof]:
    """Yield the rows that JUnit tests name; a tag belongs to the method after it."""
    for path in sorted(folder.glob("**/src/test/**/*.java")):
        rows: list[str] = []
        for found in JAVA_TEST.finditer(path.read_text(encoding="utf-8")):
            if found["row"]:
                rows.append(found["row"])
            else:
                test = f"{path.name}::{found['name']}"
                yield from (Proof(row, test, None, "java") for row in rows)
                rows.clear()


def refuse_unknown(proofs: Iterable[Proof], groups: Groups) -> None:
    known = {row for rows in groups.values() for row in rows}
    for proof in proofs:
        if proof.row not in known:
            message = (
                f"{proof.test} names the row {proof.row!r}, which is not in rows.toml"
            )
            raise pytest.UsageError(message)


def render(groups: Groups, proofs: Sequence[Proof]) -> str:
    parts = [INTRODUCTION]
    for title, rows in groups.items():
        parts.append(f"\n## {title}\n\n")
        parts.append("| Row | Promise | Tests | Rungs | Hosts |\n")
        parts.append("| --- | --- | --- | --- | --- |\n")
        for row, promise in rows.items():
            mine = [proof for proof in proofs if proof.row == row]
            parts.append(f"| {row} | {promise} | {cells(mine)} |\n")
    return "".join(parts)


def cells(proofs: Sequence[Proof]) -> str:
    """Return the last three cells of a row: tests, rungs, hosts."""
    if not proofs:
        return "not yet |  | "
    tests = dict.fromkeys(f"`{proof.test}`" for proof in proofs)
    rungs = {proof.rung for proof in proofs}
    hosts = sorted({proof.host for proof in proofs}, reverse=True)
    return " | ".join(
        [
            "<br>".join(tests),
            ", ".join(rung for rung in RUNGS if rung in rungs),
            ", ".join(hosts),
        ]
    )


def deliver(table: str, path: Path, *, only_check: bool) -> None:
    if not only_check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(table, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != table:
        raise pytest.UsageError(f"{path} does not say what the tests say: nox -s rows")
