"""How alike maps are, and what several maps of one image have in common. Free of torch, for pages."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class MapAgreement:
    """One image's maps by networks that differ in their seed alone, each scaled so that its mean strength is 1.

    Attributes:
        num_maps: Of how many; one that is zero everywhere does not count.
        mean: (32, 32) signed.
        deviation: (32, 32) sample standard deviation; zero of a single map.
        shared: (32, 32) the mean where all maps have the same sign, zero elsewhere.
        likeness: Mean rank correlation of every two of them; NaN for fewer than two.
    """

    num_maps: int
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    shared: NDArray[np.float32]
    likeness: float

    @property
    def shared_share(self) -> float:
        """How much of the image has the same sign in all maps, in [0, 1]."""
        return float((self.shared != 0).mean())


def compare_maps(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return the rank correlation (Spearman) of two maps' strengths, in [-1, 1].

    NaN for a map that is equally strong everywhere or holds what is no number: it has no ranks.

    Of a trained and an untrained network: near 1 the map shows the architecture, not what was learned
    (Adebayo et al., 2018).
    """
    from scipy.stats import rankdata

    ranks = [rankdata(np.abs(each)) for each in (first, second)]
    if any(np.isnan(each).any() or np.ptp(each) == 0 for each in ranks):
        return math.nan
    return float(np.corrcoef(*ranks)[0, 1])


def average_maps(maps: Sequence[NDArray[np.float32]]) -> MapAgreement | None:
    """Return what maps (32, 32) have in common; None if all are zero everywhere or hold what is no number."""
    strengths = [float(np.abs(each).mean()) for each in maps]
    pairs = zip(maps, strengths, strict=True)
    scaled = [each / strength for each, strength in pairs if strength > 0 and math.isfinite(strength)]
    if not scaled:
        return None
    stack = np.stack(scaled)
    is_shared = np.abs(np.sign(stack).sum(axis=0)) == len(stack)
    mean = stack.mean(axis=0)
    deviation = stack.std(axis=0, ddof=1) if len(stack) > 1 else np.zeros_like(mean)
    return MapAgreement(
        num_maps=len(stack),
        mean=mean.astype(np.float32),
        deviation=deviation.astype(np.float32),
        shared=np.where(is_shared, mean, 0).astype(np.float32),
        likeness=_mean_likeness(scaled),
    )


def _mean_likeness(maps: Sequence[NDArray[np.float32]]) -> float:
    likenesses = [compare_maps(first, second) for first, second in combinations(maps, 2)]
    known = [likeness for likeness in likenesses if not math.isnan(likeness)]
    return sum(known) / len(known) if known else math.nan
