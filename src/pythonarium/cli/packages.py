"""`pythonarium packages`: what is installed in an environment, and changes to it."""

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Final, ParamSpec

from cyclopts import App, Parameter

from pythonarium.cli import process
from pythonarium.cli.app import PACKAGES
from pythonarium.cli.options import Place, Sources
from pythonarium.cli.presenting import warn
from pythonarium.errors import PythonariumError, SettingsError

__all__ = ["packages"]

FAILED: Final = 1
WRONG_USE: Final = 2

P = ParamSpec("P")

packages: App = App(name="packages", help=PACKAGES, version_flags=())


def _told(command: Callable[P, None]) -> Callable[P, int]:
    """Make a command of a function: errors are told, and become the exit code."""

    @wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            command(*args, **kwargs)
        except SettingsError as error:
            warn(str(error))
            return WRONG_USE
        except PythonariumError as error:
            warn(str(error))
            return FAILED
        return 0

    return told


_Json = Annotated[bool, Parameter(name="--json", show_default=False)]
_Names = Annotated[str, Parameter(name="PACKAGES")]
_HERE: Final = Place()
_ANYWHERE: Final = Sources()


@packages.command(name="list")
@_told
def list_(*, place: Place = _HERE, as_json: _Json = False) -> None:
    """List the packages of an environment.

    Parameters
    ----------
    as_json
        Write one JSON object, name to version.
    """
    found = place.environment().packages()
    if as_json:
        process.say(json.dumps(found, indent=2) + "\n")
        return
    width = max(map(len, found), default=0)
    for name, version in found.items():
        process.say(f"{name:{width}}  {version}\n")


@packages.command
@_told
def show(name: str, /, *, place: Place = _HERE, as_json: _Json = False) -> None:
    """Show the version of a package, and where it is.

    Parameters
    ----------
    name
        The package.
    as_json
        Write one JSON object, {"name", "version", "environment", "python"}.
    """
    environment = place.environment()
    version = environment.version(name)
    facts = {
        "name": name,
        "version": version,
        "environment": str(environment.path),
        "python": str(environment.python),
    }
    if as_json:
        process.say(json.dumps(facts, indent=2) + "\n")
        return
    for key, value in facts.items():
        process.say(f"{key:11}  {value}\n")


@packages.command
@_told
def install(
    *names: _Names,
    requirements: Annotated[
        Path | None, Parameter(name=["--requirement", "-r"], metavar="FILE")
    ] = None,
    place: Place = _HERE,
    sources: Sources = _ANYWHERE,
) -> None:
    """Install packages.

    Parameters
    ----------
    names
        `numpy`, `numpy>=2`, the path of a project or distribution, `git+https://...`.
    requirements
        Install what this file lists.
    """
    if not names and requirements is None:
        raise SettingsError("expected PACKAGES or --requirement FILE")
    environment = place.environment()
    if requirements is not None:
        environment.install_requirements(requirements, **sources.options())
    if names:
        environment.install(*names, **sources.options())


@packages.command
@_told
def uninstall(*names: _Names, place: Place = _HERE) -> None:
    """Remove packages; nothing is asked.

    Parameters
    ----------
    names
        The packages; if one of them is not installed, none is removed.
    """
    if not names:
        raise SettingsError("expected PACKAGES")
    place.environment().uninstall(*names)
