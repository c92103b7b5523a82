"""Counts primes on two processes with multiprocessing, and adds up."""

import math
import multiprocessing
from collections.abc import Iterator


def blocks(stop: int, size: int) -> Iterator[range]:
    """Yield the numbers below a limit in pieces."""
    for start in range(2, stop, size):
        yield range(start, min(start + size, stop))


def count_primes(numbers: range) -> int:
    """Return how many of the numbers are prime."""
    return sum(
        all(number % divisor for divisor in range(2, math.isqrt(number) + 1))
        for number in numbers
    )


if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        counts = pool.map(count_primes, blocks(20_000, 2_500))
    total = sum(counts)
    for block, count in zip(blocks(20_000, 2_500), counts, strict=True):
        print(f"{block.start:6} to {block.stop - 1:6}: {count}")
    print("primes below 20000:", total)
