"""How much of a network's accuracy is left when images get worse: by corruption and severity."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
_RESAMPLES = 1000


@dataclass(frozen=True, eq=False)
class Robustness:
    """What a network says of some images, and of each of them made worse.

    Attributes:
        names: (K,) of the corruptions.
        indices: (N,) dataset indices.
        targets: (N,) true classes.
        clean_preds: (N,) predicted classes of the images as they are.
        preds: (K, 5, N) predicted classes, severities 1 to 5.
        probs: (K, 5, N) probability of the true class.
    """

    names: tuple[str, ...]
    indices: NDArray[np.int64]
    targets: NDArray[np.int64]
    clean_preds: NDArray[np.int64]
    preds: NDArray[np.int64]
    probs: NDArray[np.float32]

    @property
    def clean_accuracy(self) -> float:
        """Of the images as they are."""
        return float((self.clean_preds == self.targets).mean())

    @property
    def accuracies(self) -> NDArray[np.float64]:
        """(K, 5) by corruption and severity."""
        return (self.preds == self.targets).mean(axis=2)

    @property
    def mean_corruption_error(self) -> float:
        """Share of mistakes, a mean over corruptions of the mean over severities: of each as many images.

        Relative to nothing, as it is given for CIFAR-10-C.
        """
        return float(1.0 - self.accuracies.mean())

    def relative_error(self, reference: "Robustness") -> float:
        """Return the mean corruption error as Hendrycks and Dietterich (2019) have it, relative to another network's.

        Of each corruption the mistakes over all severities are divided by the reference's; the mean over corruptions is
        1 for networks that are as good, less for one that is better. NaN where the reference makes no mistake.
        """
        mistakes, others = ((1 - each.accuracies).sum(axis=1) for each in (self, reference))
        return float((mistakes / others).mean()) if (others > 0).all() else math.nan

    def frame(self) -> "pd.DataFrame":
        """Return a row for each corruption: its name, the accuracy at severities 1 to 5, and their mean."""
        import pandas as pd

        table = pd.DataFrame(self.accuracies, columns=[str(severity) for severity in range(1, 6)])
        table.insert(0, "corruption", self.names)
        return table.assign(mean=self.accuracies.mean(axis=1))

    def by_class(self, num_classes: int) -> NDArray[np.float64]:
        """Return (K, C) the accuracy of each true class over all severities; NaN where there is no image of it."""
        is_right = (self.preds == self.targets).mean(axis=1)
        shares = np.full((len(self.names), num_classes), np.nan)
        for class_idx in np.unique(self.targets):
            shares[:, class_idx] = is_right[:, self.targets == class_idx].mean(axis=1)
        return shares

    def worst(self, name: str, severity: int) -> NDArray[np.int64]:
        """Return the rows of images that one corruption makes wrong, those that lose most of their class first."""
        place = self.names.index(name)
        probs = self.probs[place, severity - 1]
        is_lost = (self.clean_preds == self.targets) & (self.preds[place, severity - 1] != self.targets)
        order = np.argsort(probs, kind="stable")
        return order[is_lost[order]]


def compare_robustness(first: Robustness, second: Robustness, confidence: float = 0.95) -> "pd.DataFrame":
    """Return how much more accurate the first network is than the second, on the same images made worse alike.

    By the bootstrap over images, a thousand draws of as many as there are: of each draw the difference of the two on
    the same images, a mean over severities.

    Args:
        first: Of one network.
        second: Of another one.
        confidence: Share of such intervals that hold the true difference.

    Returns:
        A row for "all" and one for each corruption: corruption, first, second (accuracies), difference, low, high.

    Raises:
        ValueError: They are of other images or corruptions.
    """
    import pandas as pd

    if first.names != second.names or not np.array_equal(first.indices, second.indices):
        raise ValueError("robustness of different images or corruptions; allowed: of the same, in the same order")
    rights = [(each.preds == each.targets).mean(axis=1) for each in (first, second)]  # (K, N)
    shares = [np.vstack([right.mean(axis=0), right]) for right in rights]
    differences = shares[0] - shares[1]
    low, high = _resample(differences, confidence)
    return pd.DataFrame(
        {
            "corruption": [ALL, *first.names],
            "first": shares[0].mean(axis=1),
            "second": shares[1].mean(axis=1),
            "difference": differences.mean(axis=1),
            "low": low,
            "high": high,
        }
    )


def _resample(values: NDArray[np.float64], confidence: float) -> NDArray[np.float64]:
    """Return (2, K) the ends of the intervals of the means of (K, N) values, by the bootstrap over the N."""
    means = _draw_weights(values.shape[1]) @ values.T
    outside = 50 * (1 - confidence)
    return np.percentile(means, [outside, 100 - outside], axis=0)


@lru_cache(maxsize=2)
def _draw_weights(count: int) -> NDArray[np.float64]:
    """Return (1000, N): how much each image counts in each draw, the same draws at each call."""
    drawn = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), size=_RESAMPLES)
    return drawn / count


def group_accuracies(robustness: Robustness, groups: Sequence[str]) -> dict[str, float]:
    """Return the mean accuracy of each group of corruptions, in the order in which they first come.

    Args:
        robustness: Of a network.
        groups: (K,) what each corruption belongs to.
    """
    means, names = robustness.accuracies.mean(axis=1), np.array(groups)
    return {group: float(means[names == group].mean()) for group in dict.fromkeys(groups)}


def robustness_from(names: tuple[str, ...], arrays: Mapping[str, NDArray[np.generic]]) -> Robustness:
    """Return what is kept on disk by the names of the fields."""
    return Robustness(
        names,
        arrays["indices"].astype(np.int64),
        arrays["targets"].astype(np.int64),
        arrays["clean_preds"].astype(np.int64),
        arrays["preds"].astype(np.int64),
        arrays["probs"].astype(np.float32),
    )
