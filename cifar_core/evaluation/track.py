"""What a network said about the same images after each epoch: how it learned them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cifar_core.evaluation.predictions import Predictions, PredictionsError


@dataclass(frozen=True, eq=False)
class EpochReading:
    """One epoch's predictions, as far as a track needs them.

    Attributes:
        preds: (N,) uint8 predicted classes.
        probs_true: (N,) float32 probabilities of the true class.
        targets: (N,) int64 true classes.
        indices: (N,) int64 dataset indices.
    """

    preds: NDArray[np.uint8]
    probs_true: NDArray[np.float32]
    targets: NDArray[np.int64]
    indices: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Track:
    """N images over E epochs.

    Attributes:
        epochs: (E,) int64, 1-based, ascending.
        preds: (E, N) uint8 predicted classes.
        probs_true: (E, N) float32 probabilities of the true class.
        targets: (N,) int64 true classes.
        indices: (N,) int64 dataset indices.
    """

    epochs: NDArray[np.int64]
    preds: NDArray[np.uint8]
    probs_true: NDArray[np.float32]
    targets: NDArray[np.int64]
    indices: NDArray[np.int64]

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """(E, N), whether each image was predicted right after each epoch."""
        return self.preds == self.targets


def read_epoch(predictions: Predictions) -> EpochReading:
    """Return what a track keeps of one epoch's predictions."""
    rows = np.arange(predictions.num_images)
    probs_true = predictions.probs[rows, predictions.targets].astype(np.float32)
    return EpochReading(predictions.preds.astype(np.uint8), probs_true, predictions.targets, predictions.indices)


def create_track(epochs: Sequence[int], readings: Sequence[EpochReading]) -> Track:
    """Lay the epochs of one run over each other.

    Args:
        epochs: 1-based numbers, ascending.
        readings: One for each of them.

    Raises:
        PredictionsError: There are none, or they are not of the same images.
    """
    if not readings or len(epochs) != len(readings):
        raise PredictionsError(f"{len(readings)} readings of {len(epochs)} epochs; allowed: one for each, at least one")
    first = readings[0]
    for epoch, reading in zip(epochs, readings, strict=True):
        if not np.array_equal(reading.indices, first.indices):
            raise PredictionsError(f"epoch {epoch} is of other images than epoch {epochs[0]}; allowed: the same split")
    return Track(
        np.array(epochs, np.int64),
        np.stack([reading.preds for reading in readings]),
        np.stack([reading.probs_true for reading in readings]),
        first.targets,
        first.indices,
    )


def class_accuracy_frame(track: Track, class_names: Sequence[str]) -> pd.DataFrame:
    """Return a row for each epoch and class that has images: epoch, class_name, accuracy in [0, 1]."""
    present = [place for place in range(len(class_names)) if (track.targets == place).any()]
    is_right = track.is_right
    accuracies = np.stack([is_right[:, track.targets == place].mean(axis=1) for place in present], axis=1)
    return pd.DataFrame(
        {
            "epoch": np.repeat(track.epochs, len(present)),
            "class_name": [class_names[place] for place in present] * len(track.epochs),
            "accuracy": accuracies.ravel(),
        }
    )


def find_changing(track: Track, num_images: int) -> NDArray[np.int64]:
    """Return the places in [0, N) of the images whose predicted class changed most often, of equals the latest."""
    changed = track.preds[1:] != track.preds[:-1]
    counts = changed.sum(axis=0)
    latest = np.where(counts > 0, len(changed) - changed[::-1].argmax(axis=0), 0) if len(changed) else counts
    order = np.lexsort((track.indices, -latest, -counts))
    return order[counts[order] > 0][:num_images].astype(np.int64)
