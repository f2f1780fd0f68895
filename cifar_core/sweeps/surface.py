"""What lies between the configurations of two settings: their results smoothed, and nothing said where none is near."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_GRID = 41
# A configuration speaks for what lies around it: the more of them, the closer.
_SPEAKS = 0.55
_NARROWEST, _WIDEST = 0.05, 0.16
# In units of that, how far from the nearest configuration something is still said.
_REACH = 2.0


@dataclass(frozen=True, eq=False)
class Surface:
    """A smoothed result over the unit square.

    Attributes:
        places: (G,) where the grid's lines lie in [0, 1], on both axes.
        values: (G, G) results, a row for each place upwards; NaN where no configuration is near.
        share_known: Of the square, in [0, 1], of which something is said.
    """

    places: NDArray[np.float64]
    values: NDArray[np.float64]
    share_known: float


def smooth_between(
    x: NDArray[np.float64], y: NDArray[np.float64], results: NDArray[np.float64], num_places: int = _GRID
) -> Surface:
    """Return what a kernel regression makes of results (Nadaraya, 1964; Watson, 1964).

    Args:
        x: (N,) where each lies between the ends of the first setting, in [0, 1].
        y: (N,) likewise of the second.
        results: (N,) of each.
        num_places: Lines of the grid on each axis.
    """
    places = np.linspace(0, 1, num_places)
    if not len(results):
        return Surface(places, np.full((num_places, num_places), np.nan), 0.0)
    width = float(np.clip(_SPEAKS / np.sqrt(len(results)), _NARROWEST, _WIDEST))
    distances = (places[None, :, None] - x) ** 2 + (places[:, None, None] - y) ** 2  # (G, G, N)
    nearest = distances.min(axis=2)
    # Against the nearest one, so that no sum of far ones is zero.
    weights = np.exp((nearest[:, :, None] - distances) / (2 * width**2))
    values = (weights * results).sum(axis=2) / weights.sum(axis=2)
    is_known = nearest <= (_REACH * width) ** 2
    values[~is_known] = np.nan
    return Surface(places, values, float(is_known.mean()))
