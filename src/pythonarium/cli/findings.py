"""What `pythonarium doctor` has found."""

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: what it is.
        usable: whether it works here.
        text: what was found.
        mend: the command that makes it work; empty where nothing can be done.
        needed: whether the main job, to run a script, depends on it.
    """

    name: str
    usable: bool
    text: str
    mend: str = ""
    needed: bool = False
