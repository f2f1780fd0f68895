"""The best of a sweep with fresh seeds, beside what the sweep said of them."""

from collections.abc import Sequence

import pandas as pd

from cifar_core.sweeps import Fresh
from dashboard.components import Dot, DotRow
from dashboard.drawing.bands import count_seeds
from dashboard.drawing.colours import VAL, WRONG
from dashboard.drawing.words import percent

# Student's interval of two values reaches beyond everything that can be.
_FEWEST = 3


def find_interval(each: Fresh) -> tuple[float, float] | None:
    """Return the 95 % interval of a mean as far as it can be, in [0, 1]; None with fewer than three seeds."""
    if each.low is None or each.high is None or len(each.scores) < _FEWEST:
        return None
    return max(0.0, each.low), min(1.0, each.high)


def describe_interval(each: Fresh) -> str:
    """Return the interval in brackets, behind a space; empty without one."""
    interval = find_interval(each)
    return "" if interval is None else f" ({percent(interval[0])} to {percent(interval[1])})"


def fresh_frame(fresh: Sequence[Fresh]) -> pd.DataFrame:
    """Return a row a promoted configuration, the highest mean first: number, claimed, mean, low, high, scores."""
    rows = []
    for each in fresh:
        low, high = find_interval(each) or (None, None)
        told = {"number": each.trial.number, "claimed": each.claimed, "mean": each.mean, "low": low, "high": high}
        rows.append(told | {"scores": list(each.scores.values())})
    return pd.DataFrame(rows, columns=["number", "claimed", "mean", "low", "high", "scores"])


def fresh_rows(fresh: Sequence[Fresh]) -> list[DotRow]:
    """Return two rows for each promoted configuration, the highest mean first.

    What its fresh seeds came to, with their mean and its interval; below that, what the sweep said.
    """
    return [row for each in fresh for row in _rows_of(each)]


def _rows_of(each: Fresh) -> tuple[DotRow, DotRow]:
    number = f"#{each.trial.number}"
    dots = [Dot(score, f"{number}, seed {seed}: {percent(score)}") for seed, score in each.scores.items()]
    mean = f"{number}, mean of {count_seeds(len(dots))}: {percent(each.mean)}{describe_interval(each)}"
    interval = find_interval(each)
    said = Dot(each.claimed, f"{number}, said by the sweep: {percent(each.claimed)}")
    return (
        DotRow("fresh seeds", dots, VAL, "faint", number, mean=each.mean, mean_words=mean, interval=interval),
        DotRow("the sweep said", (said,), WRONG, "hollow"),
    )
