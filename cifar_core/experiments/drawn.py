"""The curve that somebody expects before it is run, and how far off it was."""

import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# Of longer runs nobody draws each epoch.
MOST_EPOCHS = 60
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Drawn(BaseModel):
    """Val accuracy over epochs as somebody expects it.

    Attributes:
        arm: Whose.
        values: In [0, 1], of each epoch from the first.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    arm: str = Field(min_length=1, max_length=40)
    values: tuple[_Share, ...] = Field(min_length=1, max_length=MOST_EPOCHS)

    def miss(self, mean_by_epoch: Mapping[int, float]) -> tuple[float, float] | None:
        """Return how far off it lies on average, either way, and how much too high at its last epoch, both as shares.

        Args:
            mean_by_epoch: What it came to, over seeds, by epoch from 1. None of it: None.
        """
        both = {
            epoch: (value, mean_by_epoch[epoch])
            for epoch, value in enumerate(self.values, start=1)
            if epoch in mean_by_epoch
        }
        if not both:
            return None
        value, mean = both[max(both)]
        return math.fsum(abs(value - mean) for value, mean in both.values()) / len(both), value - mean


def write_values(values: tuple[float, ...]) -> str:
    """Return a curve as an address has it: whole per cents with dots between them, e.g. "20.35.41"."""
    return ".".join(f"{100 * value:.0f}" for value in values)


def read_values(text: str | None, num_epochs: int) -> tuple[float, ...] | None:
    """Return the curve of an address; None if that is none of so many epochs."""
    parts = (text or "").split(".")
    if len(parts) != num_epochs or num_epochs > MOST_EPOCHS:
        return None
    if not all(part.isascii() and part.isdigit() and int(part[:4]) <= 100 and len(part) < 4 for part in parts):
        return None
    return tuple(int(part) / 100 for part in parts)
