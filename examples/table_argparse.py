"""Prints some columns of a CSV file, filtered and sorted, as text or JSON."""

import argparse
import csv
import json
from pathlib import Path

Row = dict[str, str]


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("columns", nargs="*", help="all where none is named")
    parser.add_argument("--where", metavar="COLUMN=VALUE", action="append", default=[])
    parser.add_argument("--sort", metavar="COLUMN")
    parser.add_argument("--head", type=int, metavar="N", help="the first N rows")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not options.file.is_file():
        parser.error(f"there is no file {options.file}")
    return options


def selected(rows: list[Row], options: argparse.Namespace) -> list[Row]:
    """Return the rows and columns that are asked for."""
    for condition in options.where:
        column, _, value = condition.partition("=")
        rows = [row for row in rows if row[column] == value]
    if options.sort:
        rows.sort(key=lambda row: row[options.sort])
    columns = options.columns or list(rows[0] if rows else ())
    return [{name: row[name] for name in columns} for row in rows[: options.head]]


def main() -> None:
    """Read, select, print."""
    options = arguments()
    with options.file.open(newline="", encoding="utf-8") as stream:
        rows = selected(list(csv.DictReader(stream)), options)
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        print("  ".join(f"{value:20}" for value in row.values()).rstrip())


if __name__ == "__main__":
    main()
