"""Options that several commands have: which environment, where packages come from."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pythonarium.errors import SettingsError

if TYPE_CHECKING:
    from pythonarium.environments import Environment, InstallOptions

__all__ = ["Place", "Sources"]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Place:
    """Which environment.

    Attributes:
        env: The folder of the environment.
        python: The environment of this Python: a path, a name, a version.
    """

    env: Annotated[Path | None, Parameter(name="--env", metavar="DIR")] = None
    python: Annotated[str | None, Parameter(name="--python", metavar="X")] = None

    def environment(self) -> "Environment":
        """Return it; without both options the one of this process.

        Raises:
            SettingsError: both are given.
            PythonNotFoundError: there is none.
        """
        from pythonarium.environments import (  # noqa: PLC0415  # it takes 15 ms
            Environment,
            pythons,
        )

        if self.env is not None and self.python is not None:
            raise SettingsError("expected --env or --python, got both")
        if self.env is not None:
            return Environment.at(self.env)
        if self.python is not None:
            return Environment.at(pythons.find(self.python).path)
        return Environment.current()


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Sources:
    """Where packages come from.

    Attributes:
        offline: Use no network.
        index_url: The package index instead of PyPI.
        find_links: A folder or page with distributions.
        no_index: Ask no index, only what --find-links names.
    """

    offline: Annotated[bool, Parameter(name="--offline", show_default=False)] = False
    index_url: Annotated[str | None, Parameter(name="--index-url", metavar="URL")] = (
        None
    )
    find_links: Annotated[
        tuple[str, ...],
        Parameter(name="--find-links", metavar="PLACE", show_default=False),
    ] = ()
    no_index: Annotated[bool, Parameter(name="--no-index", show_default=False)] = False

    def options(self) -> "InstallOptions":
        """Return these as options of an environment's methods."""
        return {
            "offline": self.offline,
            "index_url": self.index_url,
            "find_links": self.find_links,
            "no_index": self.no_index,
        }
