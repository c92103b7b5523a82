"""The metadata in a script, as PEP 723 writes it.

    # /// script
    # requires-python = ">=3.12"
    # dependencies = ["requests<3"]
    # ///

Finding the block costs a search in the source; what it says is read only when it is
asked for, since that imports a TOML parser and the rules for versions.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pythonarium.errors import ScriptMetadataError
from pythonarium_kernel import scripts

__all__ = ["Block", "Declaration", "find"]

BLOCK: Final = re.compile(
    r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$"
)
"""The expression that PEP 723 gives."""
PLACE: Final = re.compile(r"(?P<what>.*) \(at line (?P<line>\d+), column \d+\)")
FIELDS: Final = ("requires-python", "dependencies", "tool")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a script declares.

    Attributes:
        requires_python: a specifier such as `>=3.12`; empty for any.
        dependencies: normalized, sorted.
    """

    requires_python: str
    dependencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A script's block, as text.

    Attributes:
        file: the script.
        line: the line of the file on which the text begins, counted from 1.
        text: the TOML.
    """

    file: str
    line: int
    text: str

    def read(self) -> Declaration:
        """Return what the block says.

        Raises:
            ScriptMetadataError: it is broken.
        """
        from difflib import get_close_matches  # noqa: PLC0415  # on a cached run never

        values = self._toml()
        for name in values:
            if name not in FIELDS:
                near = get_close_matches(name, FIELDS, 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise self.wrong(name, f"there is no field {name!r}{hint}")
        return Declaration(self._requires_python(values), self._dependencies(values))

    def _toml(self) -> Mapping[str, Any]:
        import tomllib  # noqa: PLC0415  # it takes 5 ms

        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = PLACE.fullmatch(str(error))
            line = int(found["line"]) if found else self.text.count("\n") + 1
            what = found["what"] if found else str(error)
            raise ScriptMetadataError(
                self.file, self.line + line - 1, f"the block is no TOML: {what}"
            ) from error

    def _requires_python(self, values: Mapping[str, Any]) -> str:
        from packaging.specifiers import (  # noqa: PLC0415  # it takes 20 ms
            InvalidSpecifier,
            SpecifierSet,
        )

        given = values.get("requires-python", "")
        try:
            return str(SpecifierSet(given))
        except (InvalidSpecifier, TypeError, AttributeError):
            raise self.wrong(
                "requires-python",
                "requires-python: expected a specifier such as '>=3.12',"
                f" got {given!r:.80}",
            ) from None

    def _dependencies(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        from packaging.requirements import (  # noqa: PLC0415  # it takes 20 ms
            InvalidRequirement,
            Requirement,
        )
        from packaging.utils import canonicalize_name  # noqa: PLC0415  # likewise

        given = values.get("dependencies", [])
        if not isinstance(given, list):
            raise self.wrong(
                "dependencies", f"dependencies: expected a list, got {given!r:.80}"
            )
        found = set()
        for text in given:
            try:
                requirement = Requirement(text)
            except (InvalidRequirement, TypeError, AttributeError) as error:
                raise self.wrong(
                    str(text),
                    "dependencies: expected a requirement such as 'requests<3',"
                    f" got {text!r:.80}",
                ) from error
            requirement.name = canonicalize_name(requirement.name)
            found.add(str(requirement))
        return tuple(sorted(found))

    def wrong(self, text: str, problem: str) -> ScriptMetadataError:
        """Return an error about the first line that has a text."""
        lines = self.text.split("\n")
        place = next((n for n, line in enumerate(lines) if text in line), 0)
        return ScriptMetadataError(self.file, self.line + place, problem)


def find(path: str | os.PathLike[str]) -> Block | None:
    """Return a script's block, or None if it has none that is closed.

    Raises:
        OSError: the script cannot be read.
        ScriptMetadataError: there are several blocks.
    """
    file, data = os.fspath(path), Path(path).read_bytes()
    if b"# /// script" not in data:
        return None
    try:
        source = scripts.decoded(data, file)
    except scripts.SourceError:
        return None  # it will not run; running it says why
    source = source.replace("\r\n", "\n")
    found = [each for each in BLOCK.finditer(source) if each["type"] == "script"]
    if not found:
        return None
    if len(found) > 1:
        line = _line(source, found[1].start())
        first = _line(source, found[0].start())
        problem = f"a second block of metadata; the first is on line {first}"
        raise ScriptMetadataError(file, line, problem)
    lines = found[0]["content"].splitlines()
    text = "\n".join(line[2:] if line[1:2] == " " else line[1:] for line in lines)
    return Block(file, _line(source, found[0].start()) + 1, text)


def _line(source: str, place: int) -> int:
    return source.count("\n", 0, place) + 1
