"""A head as it is kept on disk: fitted to a run's training images, with their features and those of some val images."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cifar_core.influence.head import Evidence, Head, Numbers, fit_head, with_ones

# Principal components of the features that a head sees: more hardly raise its accuracy, and fitting takes their cube.
NUM_COMPONENTS = 48
# Images that components are found by: they are known well from these.
_NUM_LOOKED_AT = 8_000
_AT_ONCE = 2_000
# Of the first component's; less is what float32 rounds.
_LEAST_VARIANCE = 1e-7

# Returns a network's features (B, D) of some images, by their dataset indices.
Extract = Callable[[NDArray[np.int64]], NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Projection:
    """What makes a few components of a network's features.

    Attributes:
        mean: (D,) float32, of the training images' features.
        directions: (D, K) float32, the first component with a variance of 1.
    """

    mean: NDArray[np.float32]
    directions: NDArray[np.float32]

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the components (B, K) of features (B, D)."""
        return ((features - self.mean) @ self.directions).astype(np.float32, copy=False)


@dataclass(frozen=True, eq=False)
class FittedHead:
    """A head and what it was fitted to.

    Attributes:
        train: (N,) int64 dataset indices of the training images, ascending.
        labels: (N,) int64 their labels, as training saw them.
        others: (M,) int64 dataset indices of further images whose components are known, ascending.
        components: (N + M, K) float32 of both, in this order.
        projection: What made them, for any other image.
        head: Fitted.
    """

    train: NDArray[np.int64]
    labels: NDArray[np.int64]
    others: NDArray[np.int64]
    components: NDArray[np.float32]
    projection: Projection
    head: Head

    @cached_property
    def evidence(self) -> Evidence:
        """What the head was fitted to."""
        return Evidence(with_ones(self.components[: len(self.train)]), self.labels, len(self.head.weights))

    def find(self, index: int) -> Numbers | None:
        """Return what the head sees of an image, (K + 1,); None if its components are not known."""
        for indices, first in ((self.train, 0), (self.others, len(self.train))):
            place = int(np.searchsorted(indices, index))
            if place < len(indices) and indices[place] == index:
                return with_ones(self.components[first + place : first + place + 1])[0]
        return None

    def see(self, features: NDArray[np.float32]) -> Numbers:
        """Return what the head sees (K + 1,) of an image, by the network's features (D,) of it."""
        return with_ones(self.projection(features[None]))[0]

    def rows_of(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which rows of the evidence these images are; those that did not train have none."""
        return np.flatnonzero(np.isin(self.train, indices))

    def probs_of_others(self) -> Numbers:
        """Return the head's class probabilities (M, C) of the images that it was not fitted to."""
        return self.head.probs(with_ones(self.components[len(self.train) :]))

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return all of it by name."""
        return {
            "train": self.train,
            "labels": self.labels,
            "others": self.others,
            "components": self.components,
            "mean": self.projection.mean,
            "directions": self.projection.directions,
            "weights": self.head.weights,
            "factor": self.head.factor,
        }


def from_arrays(arrays: Mapping[str, NDArray[np.generic]]) -> FittedHead:
    """Return what `FittedHead.to_arrays` took apart."""
    train, labels, others = (arrays[name].astype(np.int64, copy=False) for name in ("train", "labels", "others"))
    components, mean, directions = (
        arrays[name].astype(np.float32, copy=False) for name in ("components", "mean", "directions")
    )
    weights, factor = (arrays[name].astype(np.float64, copy=False) for name in ("weights", "factor"))
    return FittedHead(train, labels, others, components, Projection(mean, directions), Head(weights, factor))


def fit_to_features(
    extract: Extract,
    train: NDArray[np.int64],
    labels: NDArray[np.int64],
    others: NDArray[np.int64],
    num_classes: int,
    on_progress: Callable[[float], None] = lambda share: None,
) -> FittedHead:
    """Fit a head to the principal components of a network's features.

    Args:
        extract: Returns these features.
        train: (N,) dataset indices of the training images, ascending.
        labels: (N,) their labels, as training saw them.
        others: (M,) further images whose components are wanted, ascending.
        num_classes: C.
        on_progress: Told the share of the images that was seen.
    """
    indices = np.concatenate([train, others])
    step = max(1, len(train) // _NUM_LOOKED_AT)
    first = np.arange(0, len(train), step)
    features = extract(train[first])
    on_progress(len(first) / len(indices))
    projection = find_projection(features, NUM_COMPONENTS)
    components = np.empty((len(indices), projection.directions.shape[1]), np.float32)
    components[first] = projection(features)
    rest = np.setdiff1d(np.arange(len(indices)), first)
    for start in range(0, len(rest), _AT_ONCE):
        rows = rest[start : start + _AT_ONCE]
        components[rows] = projection(extract(indices[rows]))
        on_progress((len(first) + start + len(rows)) / len(indices))
    head = fit_head(Evidence(with_ones(components[: len(train)]), labels, num_classes))
    return FittedHead(train, labels, others, components, projection, head)


def find_projection(features: NDArray[np.float32], num_components: int) -> Projection:
    """Find the first principal components of features (N, D) of training images.

    Components that hardly vary are left out: there are as many as the features tell apart.
    """
    mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = features - mean
    covariance = (centred.T @ centred).astype(np.float64) / max(1, len(centred) - 1)
    variances, directions = np.linalg.eigh(covariance)
    order = np.argsort(variances)[::-1][:num_components]
    largest = max(float(variances[-1]), 1e-30)
    order = order[variances[order] > _LEAST_VARIANCE * largest]
    directions = directions[:, order] / np.sqrt(largest)
    # The sign of a direction is the library's choice; the largest entry decides it here.
    directions *= np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(len(order))])
    return Projection(mean, directions.astype(np.float32))
