"""What a run may say of itself: figures with what chance and choice leave open."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np
from numpy.typing import NDArray

from cifar_core.evaluation.intervals import mean_interval, wilson_interval
from cifar_core.evaluation.predictions import Predictions


@dataclass(frozen=True)
class Share:
    """A share of images, with the ends of its 95 % interval (Wilson, 1927).

    Attributes:
        value: In [0, 1].
        low, high: Ends.
        num_images: Of how many.
    """

    value: float
    low: float
    high: float
    num_images: int


@dataclass(frozen=True)
class Seeds:
    """What the same settings came to with several seeds, on val at their best epochs.

    Attributes:
        num: Of how many seeds, two and more.
        mean: Of their accuracies, in [0, 1]: what to expect of another one.
        low, high: Ends of its 95 % interval (Student's t).
        deviation: Sample standard deviation.
        best_adds: By how much the best of so many lies above their mean, on average, if they are normally distributed.
    """

    num: int
    mean: float
    low: float
    high: float
    deviation: float
    best_adds: float


@dataclass(frozen=True)
class Scorecard:
    """An honest account of one run.

    Attributes:
        val_best: Accuracy on val at the best epoch, which val chose.
        val_last: After the last epoch, which nothing chose.
        test: Accuracy on test with the best weights; None if it was not looked at.
        test_without_duplicates: Likewise, less images with a near-duplicate in train; None if that is not known.
        test_without_disputed: Likewise, less images whose label most people who were asked disagree with.
        test_corrected: Likewise, and with those of them for which most people agree on another class, by that class.
        num_test_readings: How often test was looked at.
        num_tried: Results that val was chosen among: this run's epochs.
        expected_inflation: What such a choice adds to val's accuracy on average if all were equally good, in [0, 1].
        num_runs: Runs that were judged by the same val images, this one among them.
        run_inflation: What choosing the best of these adds, likewise.
        seeds: The same settings with other seeds; None if there is one seed only.
    """

    val_best: Share
    val_last: Share
    test: Share | None
    test_without_duplicates: Share | None
    test_without_disputed: Share | None
    test_corrected: Share | None
    num_test_readings: int
    num_tried: int
    expected_inflation: float
    num_runs: int
    run_inflation: float
    seeds: Seeds | None


def share_of(is_right: NDArray[np.bool_]) -> Share:
    """Return the share of (N,) that is true, N from 1, with its interval."""
    right, total = int(is_right.sum()), len(is_right)
    low, high = wilson_interval(right, total)
    return Share(right / total, float(low), float(high), total)


def share_right(
    predictions: Predictions, without: Collection[int] = (), corrections: Mapping[int, int] | None = None
) -> Share:
    """Return the accuracy with its interval.

    Args:
        predictions: Of the images.
        without: Dataset indices of images that do not count.
        corrections: Classes by dataset index: such an image counts all the same, with this class for its label.

    Raises:
        ValueError: Nothing is left.
    """
    targets = predictions.targets.copy()
    counts = ~np.isin(predictions.indices, np.fromiter(without, np.int64, len(without)))
    for index, class_idx in (corrections or {}).items():
        row = predictions.indices == index
        targets[row], counts[row] = class_idx, True
    if not counts.any():
        raise ValueError("without; allowed: not all of the images")
    return share_of((predictions.preds == targets)[counts])


def expected_inflation(accuracy: float, num_images: int, num_tried: int) -> float:
    """Return by how much the best of several equally good results overstates their accuracy, on average.

    Each result counts the right ones of `num_images` images, of which each is right with the same probability, and the
    highest count is taken: the mean of the largest of `num_tried` binomial draws, exactly. Results on the same images
    are alike, so that this is the most that choice alone can make.

    Args:
        accuracy: True accuracy, in [0, 1].
        num_images: 1 and more.
        num_tried: 1 and more.

    Raises:
        ValueError: An argument is out of bounds.
    """
    if not 0 <= accuracy <= 1:
        raise ValueError(f"accuracy {accuracy}; allowed: 0 to 1")
    if num_images < 1 or num_tried < 1:
        raise ValueError(f"num_images {num_images}, num_tried {num_tried}; allowed: 1 and more")
    from scipy import stats

    below = stats.binom.cdf(np.arange(num_images), num_images, accuracy)
    return float((1 - below**num_tried).sum()) / num_images - accuracy


def expected_best(deviation: float, num: int) -> float:
    """Return by how much the largest of `num` normally distributed values lies above their mean, on average.

    Args:
        deviation: Standard deviation, 0 and above.
        num: 1 and more.

    Raises:
        ValueError: An argument is out of bounds.
    """
    if deviation < 0 or num < 1:
        raise ValueError(f"deviation {deviation}, num {num}; allowed: 0 and above, 1 and more")
    from scipy.special import ndtr

    # The mean of a value whose distribution is normal to the power of num, on a grid finer than five digits need.
    grid = np.linspace(-9, 9, 4001)
    density = num * np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi) * ndtr(grid) ** (num - 1)
    return deviation * float(np.trapezoid(grid * density, grid))


def summarize_seeds(accuracies: Sequence[float]) -> Seeds | None:
    """Return what several seeds came to; None for fewer than two."""
    if len(accuracies) < 2:
        return None
    deviation = stdev(accuracies)
    low, high = mean_interval(accuracies)
    return Seeds(len(accuracies), fmean(accuracies), low, high, deviation, expected_best(deviation, len(accuracies)))


def score_run(
    val_best: Predictions,
    val_last: Predictions,
    test: Predictions | None,
    *,
    num_tried: int,
    num_test_readings: int,
    duplicates: Collection[int] | None = None,
    disputed: Collection[int] | None = None,
    corrections: Mapping[int, int] | None = None,
    num_runs: int = 1,
    seeds: Sequence[float] = (),
) -> Scorecard:
    """Return the account of a run.

    Args:
        val_best: Of the best epoch.
        val_last: Of the last.
        test: With the best weights; None if they were not looked at.
        num_tried: Epochs that val was chosen among.
        num_test_readings: How often test was looked at.
        duplicates: Dataset indices of test images that have a near-duplicate in train; None if nobody looked.
        disputed: Dataset indices of test images whose labels are disputed; None if that is not known.
        corrections: What people agree on instead, by dataset index; None likewise.
        num_runs: Runs that were judged by the same val images.
        seeds: Val accuracies at their best epochs of the runs that differ in their seed alone, this one among them.
    """
    last = share_right(val_last)

    def less(without: Collection[int] | None, but: Mapping[int, int] | None = None) -> Share | None:
        return None if test is None or without is None else share_right(test, without, but)

    return Scorecard(
        val_best=share_right(val_best),
        val_last=last,
        test=None if test is None else share_right(test),
        test_without_duplicates=less(duplicates),
        test_without_disputed=less(disputed),
        test_corrected=None if corrections is None else less(disputed, corrections),
        num_test_readings=num_test_readings,
        num_tried=num_tried,
        expected_inflation=expected_inflation(last.value, last.num_images, num_tried),
        num_runs=num_runs,
        run_inflation=expected_inflation(last.value, last.num_images, num_runs),
        seeds=summarize_seeds(seeds),
    )
