"""Heat in a metal plate: solves Laplace's equation on a grid with numpy.

A host may set `size` and `edges` (north, south, west, east in degrees) and take
`plate`, an array, and `steps` out.
"""

import numpy as np

given = globals()
size: int = given.get("size", 24)
edges: tuple[float, ...] = given.get("edges", (100.0, 0.0, 50.0, 25.0))

plate = np.full((size, size), float(np.mean(edges)))
plate[0], plate[-1], plate[:, 0], plate[:, -1] = edges

steps = 0
change = np.inf
while change > 1e-4:  # noqa: PLR2004  # degrees
    inner = (
        plate[:-2, 1:-1] + plate[2:, 1:-1] + plate[1:-1, :-2] + plate[1:-1, 2:]
    ) / 4
    change = float(np.abs(inner - plate[1:-1, 1:-1]).max())
    plate[1:-1, 1:-1] = inner
    steps += 1

print(f"{size} x {size} cells, {steps} steps")
for row in plate[:: max(1, size // 8)]:
    print(" ".join(f"{degrees:6.1f}" for degrees in row[:: max(1, size // 8)]))
print(f"mean {plate.mean():.3f}, centre {plate[size // 2, size // 2]:.3f}")
