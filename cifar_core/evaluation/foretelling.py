"""How well what was foretold of answers agrees with what came of them, over several cases."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cifar_core.evaluation.intervals import wilson_interval

_LEAST_PROB = 1e-6
_FEWEST_FOR_INTERVAL = 4
_Z = 1.959964


@dataclass(frozen=True)
class Agreement:
    """How well changes that were foretold agree with those that came.

    Attributes:
        num_cases: How many.
        num_same: Of how many the direction was right.
        same_low, same_high: Ends of the 95 % interval of that share (Wilson).
        correlation: Of the sizes (Pearson); NaN for fewer than three cases, or where one side never varies.
        low, high: Ends of its 95 % interval (Fisher's z); NaN for fewer than four.
        slope: How much came for each unit foretold, by least squares through the origin; NaN without a case.
    """

    num_cases: int
    num_same: int
    same_low: float
    same_high: float
    correlation: float
    low: float
    high: float
    slope: float


def change_of(before: ArrayLike, after: ArrayLike, class_idx: int) -> float:
    """Return how much the log odds of a class changed between two answers (C,): 0.7 doubles the odds.

    Probabilities are too close to 0 or 1 to be compared by their difference.
    """
    return _log_odds(after, class_idx) - _log_odds(before, class_idx)


def measure_agreement(foretold: Sequence[float], came: Sequence[float]) -> Agreement:
    """Hold changes that were foretold against those that came, case by case.

    Args:
        foretold: N changes.
        came: N, in the same order.

    Raises:
        ValueError: There are not as many of both.
    """
    if len(foretold) != len(came):
        raise ValueError(f"{len(came)} changes came for {len(foretold)} foretold; allowed: as many")
    first, second = np.asarray(foretold, np.float64), np.asarray(came, np.float64)
    num_same = int((np.sign(first) == np.sign(second)).sum())
    same_low, same_high = wilson_interval(num_same, len(first))
    correlation = _correlate(first, second)
    low, high = _interval(correlation, len(first))
    power = float((first**2).sum())
    slope = float((first * second).sum()) / power if power else math.nan
    return Agreement(len(first), num_same, float(same_low), float(same_high), correlation, low, high, slope)


def _log_odds(probs: ArrayLike, class_idx: int) -> float:
    prob = min(max(float(np.asarray(probs)[class_idx]), _LEAST_PROB), 1 - _LEAST_PROB)
    return math.log(prob) - math.log1p(-prob)


def _correlate(first: np.ndarray, second: np.ndarray) -> float:
    if len(first) < 3 or not first.std() or not second.std():
        return math.nan
    return float(np.corrcoef(first, second)[0, 1])


def _interval(correlation: float, num_cases: int) -> tuple[float, float]:
    if math.isnan(correlation) or num_cases < _FEWEST_FOR_INTERVAL:
        return math.nan, math.nan
    centre = math.atanh(min(max(correlation, -1 + 1e-12), 1 - 1e-12))
    half = _Z / math.sqrt(num_cases - 3)
    return math.tanh(centre - half), math.tanh(centre + half)
