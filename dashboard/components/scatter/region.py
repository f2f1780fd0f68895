"""Which points lie within an outline, decided by whole numbers: Python and JavaScript agree on every point."""

import base64
import binascii
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Polygon = tuple[tuple[int, int], ...]

# Positions on a grid so fine that two screens' widths at the nearest zoom are told apart.
GRID = 65_535
MOST_CORNERS = 96
_BYTES = "<u2"


def to_grid(positions: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return positions (N, 2) as whole numbers from 0 to GRID, both axes by the same scale."""
    if not len(positions):
        return np.empty((0, 2), np.uint16)
    lowest = positions.min(axis=0).astype(np.float64)
    span = float((positions.max(axis=0) - lowest).max())
    return np.rint((positions - lowest) * (GRID / span if span > 0 else 0.0)).astype(np.uint16)


def is_within(grid: NDArray[np.uint16], polygon: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Return which points (N, 2) lie within a closed outline, by the even-odd rule."""
    is_inside = np.zeros(len(grid), bool)
    corners = np.array(polygon, np.int64).reshape(-1, 2)
    low, high = (edge(corners, axis=0, initial=start) for edge, start in ((np.min, GRID), (np.max, 0)))
    places = np.flatnonzero(((grid >= low) & (grid <= high)).all(axis=1))
    x, y = grid[places].astype(np.int64).T
    inside = np.zeros(len(places), bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        # Left of the edge, without a division: multiplied by its height, whose sign turns the comparison round.
        side = ((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)) * np.sign(y2 - y1)
        inside ^= ((y1 > y) != (y2 > y)) & (side < 0)
    is_inside[places] = inside
    return is_inside


def pack_polygon(polygon: Sequence[tuple[int, int]]) -> str:
    """Return an outline as text that an address takes as it is, six signs a corner at most."""
    return base64.urlsafe_b64encode(np.array(polygon, _BYTES).tobytes()).decode().rstrip("=")


def unpack_polygon(text: str) -> Polygon:
    """Return the outline in such a text.

    Raises:
        ValueError: It holds none.
    """
    try:
        numbers = np.frombuffer(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), _BYTES)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"an outline cannot be unpacked: {error}") from error
    if len(numbers) % 2 or not 3 <= len(numbers) // 2 <= MOST_CORNERS:
        raise ValueError(f"an outline of {len(numbers) / 2:g} corners; allowed: 3 to {MOST_CORNERS}")
    return tuple((int(x), int(y)) for x, y in numbers.reshape(-1, 2))
