"""The train loss within epochs, as far as the rules look at it: kept up row by row, however long the run."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

SPIKE_FACTOR, SPIKE_NATS = 1.6, 0.2
_SMOOTHING = 0.7


@dataclass(frozen=True)
class LossCourse:
    """The train loss so far.

    Attributes:
        smoothed: The latest losses, averaged; None before the first.
        lowest: The lowest of all averages.
        leap: How many times its lowest the average rose to, at worst; 0 if it never did by so much that it counts.
        leap_step: The optimizer update at which that was.
        last_step: The latest update.
    """

    smoothed: float | None = None
    lowest: float = math.inf
    leap: float = 0.0
    leap_step: int = 0
    last_step: int = 0

    def follow(self, rows: Iterable[Mapping[str, Any]]) -> Self:
        """Return the course with further rows within epochs; those without a train loss are passed over."""
        smoothed, lowest, leap, leap_step, last = vars(self).values()
        for row in rows:
            if "train/loss" not in row:
                continue
            loss, last = row["train/loss"], row["step"]
            smoothed = loss if smoothed is None else _SMOOTHING * smoothed + (1 - _SMOOTHING) * loss
            if smoothed > max(SPIKE_FACTOR * lowest, lowest + SPIKE_NATS) and (not leap or smoothed / lowest > leap):
                leap, leap_step = smoothed / lowest, last
            lowest = min(lowest, smoothed)
        return type(self)(smoothed, lowest, leap, leap_step, last)
