"""What a training image is called where labels are mixed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.drawing.words import percent, unbroken

_SHOWN_FROM = 0.005


def describe_target(shares: NDArray[np.float32], names: Sequence[str]) -> str:
    """Return the shares (C,) of at most two classes in words, e.g. "cat 60 %, dog 40 %"; one alone by its name."""
    order = [place for place in np.argsort(-shares)[:2] if shares[place] > _SHOWN_FROM]
    if len(order) == 1:
        return names[order[0]]
    return ", ".join(unbroken(f"{names[place]} {percent(float(shares[place]), 0)}") for place in order)
