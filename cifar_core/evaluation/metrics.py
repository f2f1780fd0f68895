"""Accuracy, loss and what each class contributes, from predictions alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cifar_core.evaluation.confusion import compute_confusion_matrix
from cifar_core.evaluation.intervals import wilson_interval
from cifar_core.evaluation.predictions import Predictions

if TYPE_CHECKING:
    import pandas as pd


def compute_accuracy(predictions: Predictions) -> float:
    """Return the share of images whose class is predicted, in [0, 1]."""
    return float((predictions.preds == predictions.targets).mean())


def compute_accuracy_among(predictions: Predictions, indices: NDArray[np.int64]) -> float | None:
    """Return the share whose class is predicted of those images that are among these; None if none is.

    Args:
        predictions: Of any images.
        indices: Dataset indices.
    """
    rows = np.isin(predictions.indices, indices)
    return float((predictions.preds == predictions.targets)[rows].mean()) if rows.any() else None


def compute_loss(predictions: Predictions) -> float:
    """Return the mean cross-entropy in nats: minus the logarithm of the true class's probability.

    Without label smoothing, whatever the training used. A network that guesses has log(C): 2.303 for ten classes.
    """
    rows = np.arange(predictions.num_images)
    return float(-predictions.log_probs[rows, predictions.targets].mean())


def per_class_frame(predictions: Predictions, class_names: Sequence[str]) -> "pd.DataFrame":
    """Return a row for each class, in the order of `class_names`.

    Columns:
        class_name.
        precision: Of the images predicted as the class, the share that is it; 0 where none is predicted.
        recall: Of the images of the class, the share predicted as it; 0 where there are none.
        f1: Harmonic mean of both; 0 where both are.
        precision_low, precision_high, recall_low, recall_high: Ends of their 95 % Wilson intervals.
        support: Images of the class.
        predicted: Images predicted as the class.
    """
    import pandas as pd

    matrix = compute_confusion_matrix(predictions, len(class_names))
    correct, support, predicted = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    precision_low, precision_high = wilson_interval(correct, predicted)
    recall_low, recall_high = wilson_interval(correct, support)
    return pd.DataFrame(
        {
            "class_name": list(class_names),
            "precision": divide_or_zero(correct, predicted),
            "recall": divide_or_zero(correct, support),
            "f1": divide_or_zero(2 * correct, support + predicted),
            "precision_low": precision_low,
            "precision_high": precision_high,
            "recall_low": recall_low,
            "recall_high": recall_high,
            "support": support,
            "predicted": predicted,
        }
    )


def divide_or_zero(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide element by element in float64; nothing of nothing is 0, as in scikit-learn with `zero_division=0`."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole != 0)
