"""A head as it is kept on disk: fitted to a run's training images, with the features of all images of the dataset."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cifar_core.influence.head import Evidence, Head, Numbers, fit_head, with_ones

# Principal components of the features that a head sees: more hardly raise its accuracy, and fitting takes their cube.
NUM_COMPONENTS = 48


@dataclass(frozen=True, eq=False)
class FittedHead:
    """A head and what it was fitted to.

    Attributes:
        train: (N,) int64 dataset indices of the training images, ascending.
        labels: (N,) int64 their labels, as training saw them.
        features: (M, K) float32 of all images of the dataset.
        head: Fitted.
    """

    train: NDArray[np.int64]
    labels: NDArray[np.int64]
    features: NDArray[np.float32]
    head: Head

    @cached_property
    def evidence(self) -> Evidence:
        """What the head was fitted to."""
        return Evidence(with_ones(self.features[self.train]), self.labels, len(self.head.weights))

    def inputs_of(self, index: int) -> Numbers:
        """Return what the head sees of an image, (K + 1,)."""
        return with_ones(self.features[index : index + 1])[0]

    def rows_of(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which rows of the evidence these images are; those that did not train have none."""
        return np.flatnonzero(np.isin(self.train, indices))

    def probs_of(self, indices: NDArray[np.int64]) -> Numbers:
        """Return the head's class probabilities of some images of the dataset, (B, C)."""
        return self.head.probs(with_ones(self.features[indices]))

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return all of it by name."""
        return {
            "train": self.train,
            "labels": self.labels,
            "features": self.features,
            "weights": self.head.weights,
            "factor": self.head.factor,
        }


def from_arrays(arrays: Mapping[str, NDArray[np.generic]]) -> FittedHead:
    """Return what `FittedHead.to_arrays` took apart."""
    return FittedHead(
        arrays["train"].astype(np.int64),
        arrays["labels"].astype(np.int64),
        arrays["features"].astype(np.float32),
        Head(arrays["weights"].astype(np.float64), arrays["factor"].astype(np.float64)),
    )


def fit_to_features(
    features: NDArray[np.float32], train: NDArray[np.int64], labels: NDArray[np.int64], num_classes: int
) -> FittedHead:
    """Fit a head to the principal components of a network's features.

    Args:
        features: (M, D) of all images of the dataset.
        train: (N,) dataset indices of the training images, ascending.
        labels: (N,) their labels, as training saw them.
        num_classes: C.
    """
    reduced = reduce_features(features, train, NUM_COMPONENTS)
    evidence = Evidence(with_ones(reduced[train]), labels, num_classes)
    return FittedHead(train, labels, reduced, fit_head(evidence))


def reduce_features(
    features: NDArray[np.float32], train: NDArray[np.int64], num_components: int
) -> NDArray[np.float32]:
    """Return the training images' first principal components, (M, K) for all images, the first with a variance of 1.

    Components that hardly vary are left out: there are as many as the features tell apart.
    """
    seen = features[train].astype(np.float64)
    mean = seen.mean(axis=0)
    seen -= mean
    variances, directions = np.linalg.eigh(seen.T @ seen / max(1, len(seen) - 1))
    order = np.argsort(variances)[::-1][:num_components]
    order = order[variances[order] > 1e-9 * max(float(variances[-1]), 1e-30)]
    projection = directions[:, order] / np.sqrt(max(float(variances[-1]), 1e-30))
    # The sign of a direction is the library's choice; the largest entry decides it here.
    projection *= np.sign(projection[np.abs(projection).argmax(axis=0), np.arange(len(order))])
    return ((features - mean) @ projection).astype(np.float32)
