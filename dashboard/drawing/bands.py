"""Runs that differ in their seed alone as one line: their mean, with a band that somebody chooses."""

from collections.abc import Sequence
from typing import Literal, get_args

from cifar_core.evaluation.bands import Band
from dashboard.components import Line

Edges = Literal["range", "interval", "mean"]
EDGES: tuple[Edges, ...] = get_args(Edges)
EDGE_TITLES: dict[str, str] = {"range": "Range", "interval": "95 % interval", "mean": "Mean only"}
_MEANINGS: dict[Edges, str] = {
    "range": "line: mean over seeds, band: from the lowest to the highest run",
    "interval": "line: mean over seeds, band: 95 % interval of that mean (Student's t), wide where seeds are few",
    "mean": "line: mean over seeds, without a band",
}


def describe_edges(edges: Edges) -> str:
    """Say what line and band are."""
    return _MEANINGS[edges]


def count_seeds(number: int) -> str:
    """Return a number of seeds in words."""
    return "1 seed" if number == 1 else f"{number} seeds"


def band_line(
    name: str,
    band: Band,
    colour: str,
    edges: Edges,
    *,
    is_share: bool,
    width: float = 2.0,
    is_dotted: bool = False,
    has_points: bool = False,
) -> Line:
    """Draw a band and its mean.

    Args:
        name: In the legend, with how many runs it is of.
        band: What is drawn.
        colour: Of the line; paler of the band.
        edges: Which band. A single run has none.
        is_share: Whether values are in [0, 1], so that no edge lies beyond.
        width: Of the line.
        is_dotted: For what is only to be compared with.
        has_points: Whether each mean gets a dot.
    """
    low, high = _edges(band, edges)
    top = 1.0 if is_share else float("inf")
    ends = [[min(max(value, 0.0), top) for value in values] for values in (low, high)]
    return Line(name, band.epochs, band.means, colour, width, is_dotted, has_points, low=ends[0], high=ends[1])


def _edges(band: Band, edges: Edges) -> tuple[Sequence[float], Sequence[float]]:
    if edges == "mean" or band.num_runs < 2:
        return (), ()
    return (band.lowest, band.highest) if edges == "range" else (band.lower, band.upper)
