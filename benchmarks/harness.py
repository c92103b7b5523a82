"""Times contenders side by side, and holds each figure against its target.

How a figure comes about
- A contender runs batches; a batch is as many calls as take about `Effort.batch` seconds.
- The batches of all contenders are interleaved, and every round starts with the next
  contender, so that whatever slows the machine down meets all of them alike.
- What counts for a contender is the median of its batches, per call.  A batch is short
  against the time slices of a scheduler, so most of them run undisturbed on a busy machine.
- The garbage collector stays on: whoever makes garbage pays for it.  What is alive when
  the rounds start is frozen, so that nobody pays for what others hold.
"""

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from statistics import median, quantiles
from time import perf_counter_ns
from typing import Final, Literal, TypeVar

__all__ = [
    "FULL",
    "QUICK",
    "Batch",
    "Effort",
    "Figure",
    "Growth",
    "Limit",
    "Timing",
    "calls",
    "fresh_calls",
    "measure",
    "sample",
]

T = TypeVar("T")

Batch = Callable[[int], int]
"""Does so many calls; returns the nanoseconds that they took together."""

MICROSECOND: Final = 1_000  # in nanoseconds
MILLISECOND: Final = 1_000_000
SECOND: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done for each figure.

    Attributes:
        rounds: batches of each contender.
        batch: seconds that one batch takes, about.
        processes: fresh processes of each contender.
        share: of the calls of a memory run that are made.
    """

    rounds: int
    batch: float
    processes: int
    share: float


FULL: Final = Effort(rounds=301, batch=0.001, processes=41, share=1.0)
QUICK: Final = Effort(rounds=3, batch=0.000_1, processes=1, share=0.002)


@dataclass(frozen=True, slots=True)
class Timing:
    """What one contender took, per call, in nanoseconds: the median and the quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Timing":
        """Summarise the samples, of which there is at least one."""
        if len(samples) == 1:
            return cls(samples[0], samples[0], samples[0])
        low, middle, high = quantiles(samples, n=4, method="inclusive")
        return cls(middle, low, high)


@dataclass(frozen=True, slots=True)
class Limit:
    """A target: what is compared, and the number that it must keep to.

    Attributes:
        kind: over, ours less the peer's in nanoseconds, at most; times, ours divided by
            the peer's, at most; below, ours in nanoseconds, at most.
    """

    kind: Literal["over", "times", "below"]
    value: float

    def allows(self, peer: float) -> float:
        """Return the longest time that meets the target."""
        match self.kind:
            case "over":
                return peer + self.value
            case "times":
                return peer * self.value
            case "below":
                return self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """Ours and a peer, measured in the same rounds."""

    name: str
    peer: str
    ours: Timing
    theirs: Timing
    limit: Limit

    @property
    def ratio(self) -> float:
        """Ours divided by the peer's."""
        return self.ours.median / self.theirs.median

    @property
    def allowed(self) -> float:
        """The longest time that meets the target, in nanoseconds."""
        return self.limit.allows(self.theirs.median)

    @property
    def met(self) -> bool:
        """Whether ours keeps to the target."""
        return self.ours.median <= self.allowed


@dataclass(frozen=True, slots=True)
class Growth:
    """Resident memory during a long run, and what it left.

    Attributes:
        samples: resident bytes, at equal distances from the first call to the last.
        references: how many references each witness has more after the run than before.
        limit: bytes by which memory may grow after the first tenth.
    """

    name: str
    peer: str
    count: int
    samples: tuple[int, ...]
    peer_samples: tuple[int, ...]
    references: Mapping[str, int]
    limit: int

    @property
    def ours(self) -> int:
        """Bytes by which memory grew after the first tenth, at the most."""
        return _growth(self.samples)

    @property
    def theirs(self) -> int:
        """Likewise for the peer."""
        return _growth(self.peer_samples)

    @property
    def met(self) -> bool:
        """Whether memory kept to the target and every reference was given back."""
        return self.ours < self.limit and not any(self.references.values())


def _growth(samples: Sequence[int]) -> int:
    start = len(samples) // 10
    return max(samples[start:]) - samples[start]


def calls(call: Callable[[], object]) -> Batch:
    """Return a batch that makes the same call again and again."""

    def batch(count: int) -> int:
        begin = perf_counter_ns()
        for _ in repeat(None, count):
            call()
        return perf_counter_ns() - begin

    return batch


def fresh_calls(make: Callable[[], T], call: Callable[[T], object]) -> Batch:
    """Return a batch of calls with an argument each, made before the clock starts."""

    def batch(count: int) -> int:
        arguments = [make() for _ in range(count)]
        begin = perf_counter_ns()
        for argument in arguments:
            call(argument)
        return perf_counter_ns() - begin

    return batch


def measure(
    contenders: Mapping[str, Batch],
    effort: Effort,
    tick: Callable[[], object] = lambda: None,
) -> dict[str, Timing]:
    """Run the batches of all contenders in turns; return a summary for each.

    Args:
        contenders: batches by name.
        effort: how many, and how long.
        tick: called after each round.
    """
    samples = sample(contenders, effort, tick)
    return {name: Timing.of(taken) for name, taken in samples.items()}


def sample(
    contenders: Mapping[str, Batch],
    effort: Effort,
    tick: Callable[[], object] = lambda: None,
) -> dict[str, list[float]]:
    """Run the batches of all contenders in turns; return nanoseconds per call."""
    counts = {name: _count(batch, effort) for name, batch in contenders.items()}
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    gc.collect()
    gc.freeze()
    try:
        for turn in range(effort.rounds):
            for name in _rotated(list(contenders), turn):
                spent = contenders[name](counts[name])
                samples[name].append(spent / counts[name])
            tick()
    finally:
        gc.unfreeze()
    return samples


def _count(batch: Batch, effort: Effort) -> int:
    """Return how many calls fill a batch; warms the contender up on the way."""
    wanted = effort.batch * 1e9
    count = 1
    while (spent := batch(count)) < wanted / 2:
        count = max(count * 2, int(count * wanted / max(spent, 1) / 2))
    per_call = median([spent, batch(count), batch(count)]) / count
    return max(1, round(wanted / per_call))


def _rotated(items: Sequence[T], turn: int) -> Iterable[T]:
    start = turn % len(items)
    return [*items[start:], *items[:start]]
