"""How much of a network's accuracy is left when images get worse: by corruption and severity."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CLEAN = "clean"


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
        """Share of mistakes, a mean over corruptions of the mean over severities: of each as many images."""
        return float(1.0 - self.accuracies.mean())

    def frame(self) -> pd.DataFrame:
        """Return a row for each corruption: its name, the accuracy at severities 1 to 5, and their mean."""
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
