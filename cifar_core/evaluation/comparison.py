"""Is one network better than another, or one setting than another, and how sure is that?

Two networks are compared image by image: what one gets right and the other does not. That says something about these
two, nothing about their settings, since another seed makes another network. Settings are compared over several seeds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cifar_core.evaluation.intervals import student_quantile
from cifar_core.evaluation.predictions import Predictions, PredictionsError

Verdict = Literal["supported", "contradicted", "no difference", "undecided"]

# Smaller differences of accuracy than a point are not what a choice of settings is made by.
MARGIN = 0.01


@dataclass(frozen=True)
class Piles:
    """Images by what two networks, the first and the second, make of them; each a sorted array of dataset indices.

    Attributes:
        fixed: The first is wrong, the second right.
        broken: The first is right, the second wrong.
        wrong_alike: Both are wrong and name the same class.
        wrong_differently: Both are wrong and name different classes.
        right: Both are right.
    """

    fixed: NDArray[np.int64]
    broken: NDArray[np.int64]
    wrong_alike: NDArray[np.int64]
    wrong_differently: NDArray[np.int64]
    right: NDArray[np.int64]


@dataclass(frozen=True)
class Effect:
    """A difference, the second less the first, with the interval that holds the true one.

    Attributes:
        size: Estimate; of accuracies in [-1, 1].
        low, high: Ends of the interval.
        p: Of the hypothesis that there is no difference; None where no test goes with the interval.
        confidence: Share of such intervals that hold the true difference.
    """

    size: float
    low: float
    high: float
    p: float | None
    confidence: float = 0.95

    @property
    def bound(self) -> float:
        """The largest difference, either way, that the interval allows; rounded up to a tenth of a percentage point."""
        return math.ceil(1000 * max(abs(self.low), abs(self.high))) / 1000


def align_predictions(first: Predictions, second: Predictions) -> tuple[Predictions, Predictions]:
    """Return both restricted to the images that both are about, in the order of their indices.

    Raises:
        PredictionsError: No image is in both, or the two were told different classes for one.
    """
    shared, left, right = np.intersect1d(first.indices, second.indices, assume_unique=True, return_indices=True)
    if not len(shared):
        raise PredictionsError("two sets of predictions about different images; allowed: about some that both hold")
    pair = _take(first, left), _take(second, right)
    if (pair[0].targets != pair[1].targets).any():
        raise PredictionsError("two sets of predictions with different true classes; allowed: about the same dataset")
    return pair


def _take(predictions: Predictions, places: NDArray[np.intp]) -> Predictions:
    return Predictions(predictions.logits[places], predictions.targets[places], predictions.indices[places])


def sort_into_piles(first: Predictions, second: Predictions) -> Piles:
    """Sort the images that both are about by who is right.

    Raises:
        PredictionsError: As `align_predictions`.
    """
    first, second = align_predictions(first, second)
    is_right, becomes_right = first.preds == first.targets, second.preds == second.targets
    is_alike = first.preds == second.preds
    indices = first.indices
    return Piles(
        fixed=indices[~is_right & becomes_right],
        broken=indices[is_right & ~becomes_right],
        wrong_alike=indices[~is_right & is_alike],
        wrong_differently=indices[~is_right & ~becomes_right & ~is_alike],
        right=indices[is_right & becomes_right],
    )


def compare_networks(piles: Piles, confidence: float = 0.95) -> Effect:
    """Return how much more accurate the second network is than the first, on images such as these.

    The exact test of McNemar (1947): were both equally good, each image that only one gets right would be the one's or
    the other's like a coin's sides. The interval is that of Bonett and Price (2012), which adds one image to either
    side.

    Raises:
        ValueError: The confidence is out of bounds.
    """
    fixed, broken = len(piles.fixed), len(piles.broken)
    total = fixed + broken + len(piles.wrong_alike) + len(piles.wrong_differently) + len(piles.right)
    return compare_counts(fixed, broken, total, confidence)


def compare_counts(fixed: int, broken: int, total: int, confidence: float = 0.95) -> Effect:
    """Return the same from the sizes of two piles and of all of them together.

    Raises:
        ValueError: There are no images, or the confidence is out of bounds.
    """
    _check_confidence(confidence)
    if total < max(1, fixed + broken):
        raise ValueError(f"total {total}; allowed: 1 and above, and no less than {fixed} + {broken}")
    from scipy import stats

    p = float(stats.binomtest(fixed, fixed + broken).pvalue) if fixed + broken else 1.0
    up, down = (fixed + 1) / (total + 2), (broken + 1) / (total + 2)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt((up + down - (up - down) ** 2) / (total + 2))
    low, high = max(-1.0, up - down - half), min(1.0, up - down + half)
    return Effect((fixed - broken) / total, low, high, p, confidence)


def compare_seeds(first: Sequence[float], second: Sequence[float], confidence: float = 0.95) -> Effect:
    """Return how much larger the second's values are than the first's, pair by pair: the paired t-test (Student, 1908).

    Args:
        first: A value a seed, e.g. val accuracies of runs with one setting; two or more.
        second: The values of the same seeds with the other setting.
        confidence: In (0, 1).

    Raises:
        ValueError: Fewer than two pairs, unpaired values, a value that is not finite, or a confidence out of bounds.
    """
    _check_confidence(confidence)
    if len(first) != len(second) or len(first) < 2:
        raise ValueError(f"{len(first)} and {len(second)} values; allowed: as many of each, two or more")
    differences = np.subtract(second, first, dtype=np.float64)
    if not np.isfinite(differences).all():
        raise ValueError("a value that is not a finite number; allowed: accuracies of runs that did not diverge")
    size, error = float(differences.mean()), float(np.std(differences, ddof=1)) / math.sqrt(len(differences))
    if error == 0:  # all pairs differ by the same: the test has no distribution to ask
        return Effect(size, size, size, 1.0 if size == 0 else 0.0, confidence)
    half = student_quantile(confidence, len(differences) - 1) * error
    from scipy import stats

    p = 2 * float(stats.t.sf(abs(size) / error, len(differences) - 1))
    return Effect(size, size - half, size + half, p, confidence)


def expected_half_width(deviation: float, num_pairs: int, confidence: float = 0.95) -> float:
    """Return half the width of the interval that so many pairs give, if their differences deviate by so much.

    The half-width is 2.5 deviations for three pairs and 1.2 for five.

    Raises:
        ValueError: Fewer than two pairs, or a confidence out of bounds.
    """
    _check_confidence(confidence)
    if num_pairs < 2:
        raise ValueError(f"num_pairs {num_pairs}; allowed: 2 and more")
    return student_quantile(confidence, num_pairs - 1) * deviation / math.sqrt(num_pairs)


def smallest_difference(
    deviation: float, num_pairs: int, margin: float = MARGIN, power: float = 0.5, confidence: float = 0.95
) -> float:
    """Return the true difference from which on so many pairs show that it is more than the margin, with a probability.

    Below it they end as undecided more often than not, if the probability is a half. It is the power of the t-test that
    `judge_claim` makes of the interval's end: the noncentral t distribution's.

    Args:
        deviation: Of the pairs' differences, above 0.
        num_pairs: 2 and more.
        margin: Smaller differences do not matter.
        power: Probability, in (0, 1).
        confidence: Of the interval, in (0, 1).

    Raises:
        ValueError: One of them is out of bounds.
    """
    _check_confidence(confidence)
    if deviation <= 0 or num_pairs < 2 or margin < 0 or not 0 < power < 1:
        raise ValueError(
            f"deviation {deviation}, num_pairs {num_pairs}, margin {margin}, power {power}; allowed: above 0, from 2, "
            "from 0, above 0 and below 1"
        )
    from scipy import optimize, stats

    threshold = student_quantile(confidence, num_pairs - 1)

    def lack(noncentrality: float) -> float:
        return float(stats.nct.sf(threshold, num_pairs - 1, noncentrality)) - power

    found = optimize.brentq(lack, -threshold, 4 * threshold + 40)
    return margin + max(0.0, float(found)) * deviation / math.sqrt(num_pairs)


def judge_claim(effect: Effect, margin: float = MARGIN) -> Verdict:
    """Say what an interval makes of the claim that the second is better by more than `margin`.

    Supported if the whole interval lies above the margin, contradicted if it lies below minus the margin, no difference
    if it lies between the two, ends included; else undecided.

    Raises:
        ValueError: A margin below 0.
    """
    if margin < 0:
        raise ValueError(f"margin {margin}; allowed: 0 and above")
    if effect.low > margin:
        return "supported"
    if effect.high < -margin:
        return "contradicted"
    if -margin <= effect.low and effect.high <= margin:
        return "no difference"
    return "undecided"


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}; allowed: above 0 and below 1")
