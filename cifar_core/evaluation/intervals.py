"""How sure a share is that was counted on so many images, and a mean that was taken over so many runs."""

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray


def wilson_interval(
    successes: ArrayLike, totals: ArrayLike, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the score interval of a share (Wilson, 1927), element by element.

    Args:
        successes: Counts.
        totals: What they are counts of; where it is 0, the interval is all of [0, 1].
        confidence: Share of such intervals that hold the true share, in (0, 1).

    Raises:
        ValueError: If the confidence or a count is out of bounds.
    """
    counts, sizes = np.asarray(successes, np.float64), np.asarray(totals, np.float64)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}; allowed: above 0 and below 1")
    if (counts < 0).any() or (counts > sizes).any():
        raise ValueError("successes; allowed: from 0 to as many as totals says")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    sizes = np.where(sizes == 0, np.nan, sizes)
    share = counts / sizes
    centre = (share + z**2 / (2 * sizes)) / (1 + z**2 / sizes)
    half = z / (1 + z**2 / sizes) * np.sqrt(share * (1 - share) / sizes + (z / (2 * sizes)) ** 2)
    low, high = np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
    return np.nan_to_num(low, nan=0.0), np.nan_to_num(high, nan=1.0)


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Return the ends of the interval of a mean (Student, 1908); both NaN for fewer than two values.

    Args:
        values: E.g. accuracies of runs that differ in their seed alone.
        confidence: Share of such intervals that hold the true mean, in (0, 1).

    Raises:
        ValueError: If the confidence is out of bounds.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}; allowed: above 0 and below 1")
    if len(values) < 2:
        return math.nan, math.nan
    mean, deviation = float(np.mean(values)), float(np.std(values, ddof=1))
    half = student_quantile(confidence, len(values) - 1) * deviation / math.sqrt(len(values))
    return mean - half, mean + half


@lru_cache(maxsize=256)
def student_quantile(confidence: float, freedom: int) -> float:
    """Return how many standard errors the interval of a mean reaches to either side: Student's t distribution.

    Kept, since a chart that grows asks for it anew for each epoch each second.

    Args:
        confidence: In (0, 1).
        freedom: Degrees of freedom, from 1.
    """
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + confidence / 2))
