"""What an annotation becomes: a check; the trail it follows, the misfit it reports.

A check is asked for every value, and nearly every value fits.  So a check knows nothing
of where it is: it returns the value, or raises a `Misfit`, and on the way out each level
puts its own step before the misfit's path.  No path is built for a value that fits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from pythonarium._types.wording import advice, class_name, describe, shown

__all__ = [
    "Check",
    "Convert",
    "Make",
    "Misfit",
    "Trail",
    "Unusable",
    "all_fit",
    "guarded",
    "instance_check",
    "misfit_of",
]

MAX_DEPTH = 200


class Misfit(Exception):  # noqa: N818  # never leaves this package
    """A value does not fit.

    Args:
        expected: what was declared for the place where the value stands.
        value: what stands there.
        advice: the next step, where there is one to name.
        actual: says what stands there, where the value's class and repr do not.
    """

    def __init__(
        self, expected: str, value: object, advice: str = "", *, actual: str = ""
    ) -> None:
        super().__init__()
        self.expected, self.value, self.advice = expected, value, advice
        self.path = ""
        self._actual = actual

    def step_out(self, step: str) -> None:
        """Put a step, such as `[3]` or `.name`, before the path."""
        self.path = step + self.path

    @property
    def is_near(self) -> bool:
        """Whether the value is of the right class, and something about it is wrong."""
        return bool(self.path or self._actual)

    @property
    def actual(self) -> str:
        if self._actual:
            return self._actual
        if self.value is None:
            return "None"
        cls = type(self.value)
        name, text = class_name(cls), shown(self.value)
        if name == self.expected:
            return f"{text} of another class {name}, of module {cls.__module__!r}"
        return text if text.startswith(f"{name}(") else f"{name} {text}"


class Unusable(Exception):  # noqa: N818  # never leaves this package
    """An annotation, or a part of one, says nothing that a value can be held to."""

    def __init__(self, annotation: object, reason: str = "") -> None:
        super().__init__()
        self.annotation, self.reason = annotation, reason


@dataclass(slots=True)
class Trail:
    """The way into one recursive value: what is open, and what is already done."""

    open: set[tuple[int, int]] = field(default_factory=set)
    done: dict[tuple[int, int], tuple[object, object]] = field(default_factory=dict)


Convert: TypeAlias = Callable[[object, Trail | None], object]


@dataclass(slots=True, eq=False)
class Check:
    """What one annotation asks of a value.

    Attributes:
        text: the annotation, for messages.
        convert: returns the value where it fits, the same object; or else what it
            converts to exactly; or else raises Misfit.
        classes: values of exactly these classes fit as they are, strings as far as they
            are ASCII.  Large containers are checked by it at the speed of C.
    """

    text: str
    convert: Convert
    classes: frozenset[type] = frozenset()


Make: TypeAlias = Callable[[object], Check]
"""From a part of an annotation to its check."""


def all_fit(values: Iterable[object], classes: frozenset[type]) -> bool:
    """Tell, at the speed of C, whether all values fit as they are; False is "perhaps"."""
    if not classes:
        return False
    kinds = set(map(type, values))
    if not kinds <= classes:
        return False
    if kinds == {str}:
        return all(map(str.isascii, values))  # type: ignore[arg-type]
    return str not in kinds or all(
        value.isascii() for value in values if isinstance(value, str)
    )


def guarded(text: str, body: Convert) -> Convert:
    """Return the conversion, safe from values that are cyclic, deep or much shared."""

    def convert(value: object, trail: Trail | None) -> object:
        trail = Trail() if trail is None else trail
        key = id(body), id(value)
        if key in trail.done:
            return trail.done[key][1]
        _check_way(text, value, key, trail)
        trail.open.add(key)
        try:
            result = body(value, trail)
        finally:
            trail.open.discard(key)
        trail.done[key] = value, result  # holds the value, so that its id stays its own
        return result

    return convert


def _check_way(text: str, value: object, key: tuple[int, int], trail: Trail) -> None:
    if key in trail.open:
        name = class_name(type(value))
        raise Misfit(text, value, actual=f"a {name} that contains itself")
    if len(trail.open) >= MAX_DEPTH:
        raise Misfit(text, value, actual=f"a value nested more than {MAX_DEPTH} deep")


def misfit_of(text: str, declared: type, value: object) -> Misfit:
    """Return the misfit of a value whose class is another than the declared one."""
    return Misfit(text, value, advice(declared, value))


def instance_check(cls: type) -> Check:
    """Return the check for a class that says no more than that."""
    text = describe(cls)

    def convert(value: object, _: Trail | None) -> object:
        if isinstance(value, cls):
            return value
        raise misfit_of(text, cls, value)

    return Check(text, convert, frozenset({cls}))
