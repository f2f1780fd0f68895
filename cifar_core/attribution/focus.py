"""Where on an image a map speaks for a class, in words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SIDE = 32
_WINDOW = 16  # a quarter of the image
_ROWS = {"upper": 0, "": 8, "lower": 16}
_COLUMNS = {"left": 0, "": 8, "right": 16}
_WORDS = {"": "middle", "upper": "top", "lower": "bottom"}
EVEN = 0.25  # what a quarter of the image holds of a map that is equally strong everywhere
_MOST = 0.5


@dataclass(frozen=True)
class Focus:
    """The quarter of the image that holds the most of what speaks for the class.

    Attributes:
        place: "upper left", "top", ..., "middle", ..., "lower right".
        share: Of what speaks for the class, in [0, 1].
    """

    place: str
    share: float

    @property
    def is_narrow(self) -> bool:
        """Whether more than half lies there, twice what chance would put there."""
        return self.share > _MOST


def find_focus(saliency_map: NDArray[np.float32]) -> Focus | None:
    """Return where a signed map (32, 32) speaks for its class; None if it does so nowhere, or holds what is no number.

    Nine overlapping quarters are compared; of equals, the one nearest to the middle.
    """
    speaking = np.clip(saliency_map, 0, None)
    total = float(speaking.sum())
    if not np.isfinite(total) or total <= 0:
        return None
    found = [
        Focus(_name(row, column), float(speaking[top : top + _WINDOW, left : left + _WINDOW].sum()) / total)
        for row, top in _ROWS.items()
        for column, left in _COLUMNS.items()
    ]
    found.sort(key=lambda focus: focus.place.count(" ") + (focus.place != "middle"))
    return max(found, key=lambda focus: round(focus.share, 6))


def _name(row: str, column: str) -> str:
    return f"{row} {column}" if row and column else column or _WORDS[row]
