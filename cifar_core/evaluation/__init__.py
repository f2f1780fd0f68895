"""What a network said about a split, and every number that follows from it.

Nothing here imports torch but `cifar_core.evaluation.predict`, which is therefore imported by its own name.
"""

from cifar_core.evaluation.confusion import compute_confusion_matrix, confusion_frame, normalize_confusion_matrix
from cifar_core.evaluation.metrics import compute_accuracy, compute_loss, per_class_frame
from cifar_core.evaluation.predictions import (
    Predictions,
    PredictionsError,
    as_saved,
    load_predictions,
    save_predictions,
)
from cifar_core.evaluation.selection import select_cell, select_misclassified

__all__ = [
    "Predictions",
    "PredictionsError",
    "as_saved",
    "compute_accuracy",
    "compute_confusion_matrix",
    "compute_loss",
    "confusion_frame",
    "load_predictions",
    "normalize_confusion_matrix",
    "per_class_frame",
    "save_predictions",
    "select_cell",
    "select_misclassified",
]
