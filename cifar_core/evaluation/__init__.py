"""What a network said about a split, and every number that follows from it.

Nothing here imports torch but `cifar_core.inference.predict`, which is therefore imported by its own name.
"""

from cifar_core.evaluation.confusion import (
    compute_confusion_matrix,
    confusion_frame,
    fold_matrix,
    normalize_confusion_matrix,
    order_classes,
    top_confusions_frame,
)
from cifar_core.evaluation.criteria import Criteria, select_predictions
from cifar_core.evaluation.intervals import wilson_interval
from cifar_core.evaluation.metrics import (
    compute_accuracy,
    compute_accuracy_among,
    compute_loss,
    per_class_frame,
)
from cifar_core.evaluation.predictions import (
    Predictions,
    PredictionsError,
    as_saved,
    load_predictions,
    read_saved_epoch,
    save_predictions,
)

__all__ = [
    "Criteria",
    "Predictions",
    "PredictionsError",
    "as_saved",
    "compute_accuracy",
    "compute_accuracy_among",
    "compute_confusion_matrix",
    "compute_loss",
    "confusion_frame",
    "fold_matrix",
    "load_predictions",
    "normalize_confusion_matrix",
    "order_classes",
    "per_class_frame",
    "read_saved_epoch",
    "save_predictions",
    "select_predictions",
    "top_confusions_frame",
    "wilson_interval",
]
