"""What a run may say of itself: figures with what chance and choice leave open."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from scipy import stats

from cifar_core.evaluation.intervals import wilson_interval
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
class Scorecard:
    """An honest account of one run.

    Attributes:
        val_best: Accuracy on val at the best epoch, which val chose.
        val_last: After the last epoch, which nothing chose.
        test: Accuracy on test with the best weights; None if it was not looked at.
        test_without_duplicates: Likewise, less images with a near-duplicate in train; None if that is not known.
        num_test_readings: How often test was looked at.
        num_tried: Results that val was chosen among.
        expected_inflation: What such a choice adds to val's accuracy on average if all were equally good, in [0, 1].
    """

    val_best: Share
    val_last: Share
    test: Share | None
    test_without_duplicates: Share | None
    num_test_readings: int
    num_tried: int
    expected_inflation: float


def share_right(predictions: Predictions, without: Collection[int] = ()) -> Share:
    """Return the accuracy with its interval.

    Args:
        predictions: Of the images.
        without: Dataset indices of images that do not count.

    Raises:
        ValueError: Nothing is left.
    """
    counts = ~np.isin(predictions.indices, np.fromiter(without, np.int64, len(without)))
    total = int(counts.sum())
    if not total:
        raise ValueError("without; allowed: not all of the images")
    right = int((predictions.preds == predictions.targets)[counts].sum())
    low, high = wilson_interval(right, total)
    return Share(right / total, float(low), float(high), total)


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
    below = stats.binom.cdf(np.arange(num_images), num_images, accuracy)
    return float((1 - below**num_tried).sum()) / num_images - accuracy


def score_run(
    val_best: Predictions,
    val_last: Predictions,
    test: Predictions | None,
    *,
    num_tried: int,
    num_test_readings: int,
    duplicates: Collection[int] | None = None,
) -> Scorecard:
    """Return the account of a run.

    Args:
        val_best: Of the best epoch.
        val_last: Of the last.
        test: With the best weights; None if they were not looked at.
        num_tried: Results that val was chosen among: epochs, or runs.
        num_test_readings: How often test was looked at.
        duplicates: Dataset indices of test images that have a near-duplicate in train; None if nobody looked.
    """
    last = share_right(val_last)
    return Scorecard(
        val_best=share_right(val_best),
        val_last=last,
        test=None if test is None else share_right(test),
        test_without_duplicates=None if test is None or duplicates is None else share_right(test, duplicates),
        num_test_readings=num_test_readings,
        num_tried=num_tried,
        expected_inflation=expected_inflation(last.value, last.num_images, num_tried),
    )
