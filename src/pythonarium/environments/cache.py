"""Environments of scripts, built once and found again.

    CACHE/environments/KEY/                     an environment
    CACHE/environments/KEY/.pythonarium.json    says that it is whole; written last
    CACHE/requests/REQUEST                      the KEY that a request led to

Invariants
- KEY is made of all that decides what is in an environment: the Python and its version,
  the requirements, normalized and sorted, what they say of a place (see `places`), and
  where packages come from.
- An environment without its mark is being built, by the holder of its lock, or was left by
  somebody who was killed.  Whoever gets the lock next removes it and builds anew.
- An environment with its mark is never changed by this module, so it is found without
  a lock, and any number of processes use it.
- REQUEST is made of what was asked for, to the letter.  It saves the time to read
  requirements and to look for a Python, nothing else: without it the same KEY is found.

Failure cases
- A build that fails, or is interrupted, leaves no folder; one that is killed leaves one
  without a mark.
- An environment that is removed while scripts use it: those fail as if its files had been
  removed, which they have; the next one builds it anew.
- A Python that is removed: its environments no longer count as whole.
"""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from pythonarium.environments import building, layouts, places
from pythonarium.environments.installers import InstallOptions
from pythonarium.environments.locks import cache_folder, locked
from pythonarium.environments.pythons import Python

__all__ = ["environment", "fingerprint", "remember", "remembered", "request"]

FORMAT: Final = 1
"""Goes into each KEY: what another version of this module built may differ."""
MARK: Final = ".pythonarium.json"
SOURCES: Final = ("index_url", "extra_index_urls", "find_links", "no_index")


def environment(
    python: Python, requirements: Sequence[str], options: InstallOptions
) -> Path:
    """Return the folder of the environment, built if it must be.

    Raises:
        PackageError: it cannot be built.
    """
    facts = {
        "python": os.path.realpath(python.path),
        "version": python.version,
        "requirements": sorted(set(requirements)),
        "states": sorted(places.states(requirements)),
        "sources": _sources(options),
    }
    folder = cache_folder() / "environments" / fingerprint(facts)
    if not _is_whole(folder):
        with locked(folder, options.get("timeout")):
            if not _is_whole(folder):
                shutil.rmtree(folder, ignore_errors=True)
                folder.parent.mkdir(parents=True, exist_ok=True)
                building.build(folder, python, requirements, options)
                _write(folder / MARK, json.dumps(facts, indent=2))
    return folder


def fingerprint(facts: object) -> str:
    """Return a name for facts: the same for the same facts."""
    text = json.dumps([FORMAT, facts], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def request(facts: object, options: InstallOptions) -> str:
    """Return the name of a request, to be given to `remember` and `remembered`."""
    return fingerprint([facts, _sources(options)])


def remembered(name: str) -> Path | None:
    """Return the environment that a request led to, if it is whole."""
    try:
        key = (cache_folder() / "requests" / name).read_text(encoding="ascii")
    except (OSError, UnicodeError):
        return None
    folder = cache_folder() / "environments" / key
    return folder if key and _is_whole(folder) else None


def remember(name: str, folder: Path) -> None:
    """Note which environment a request led to; where that cannot be, do nothing."""
    with suppress(OSError):
        path = cache_folder() / "requests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, folder.name)


def _sources(options: InstallOptions) -> dict[str, object]:
    given = {name: options.get(name) for name in SOURCES if options.get(name)}
    links = given.get("find_links")
    if isinstance(links, Sequence):
        given["find_links"] = [
            places.absolute(link, options.get("cwd")) for link in links
        ]
    return given


def _is_whole(folder: Path) -> bool:
    return (folder / MARK).is_file() and layouts.executable(folder) is not None


def _write(path: Path, text: str) -> None:
    """Write a file in one step: others see all of it, or nothing."""
    unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
