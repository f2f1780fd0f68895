"""The images behind a number: what a click on a cell of the confusion matrix opens."""

import numpy as np
import pandas as pd

from cifar_core.evaluation.predictions import Predictions


def select_cell(predictions: Predictions, true_idx: int | None, pred_idx: int | None) -> pd.DataFrame:
    """Return the images of one true class that were predicted as one class, most certain first.

    Args:
        predictions: Over a split.
        true_idx: Class index in [0, C); None: all.
        pred_idx: Likewise.

    Returns:
        Columns index (place in the dataset), true_idx, pred_idx, prob_pred and prob_true (probability of the predicted
        and of the true class, in [0, 1]); equals in order of index.
    """
    chosen = np.ones(predictions.num_images, dtype=bool)
    for name, class_idx, values in (
        ("true_idx", true_idx, predictions.targets),
        ("pred_idx", pred_idx, predictions.preds),
    ):
        if class_idx is None:
            continue
        if not 0 <= class_idx < predictions.num_classes:
            raise ValueError(f"{name} {class_idx}; allowed: 0 to {predictions.num_classes - 1}, or None for all")
        chosen &= values == class_idx
    return _frame(predictions, chosen)


def select_misclassified(predictions: Predictions) -> pd.DataFrame:
    """Return the images whose prediction is wrong, most certain first; columns as in `select_cell`."""
    return _frame(predictions, predictions.preds != predictions.targets)


def _frame(predictions: Predictions, chosen: np.ndarray) -> pd.DataFrame:
    rows = np.flatnonzero(chosen)
    true_idx, pred_idx = predictions.targets[rows], predictions.preds[rows]
    frame = pd.DataFrame(
        {
            "index": predictions.indices[rows],
            "true_idx": true_idx,
            "pred_idx": pred_idx,
            "prob_pred": predictions.probs[rows, pred_idx],
            "prob_true": predictions.probs[rows, true_idx],
        }
    )
    return frame.sort_values(["prob_pred", "index"], ascending=[False, True], ignore_index=True)
