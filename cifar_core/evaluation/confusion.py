"""Which classes are taken for which. Rows are what is true, columns what is predicted."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from cifar_core.evaluation.predictions import Predictions

Normalization = Literal["none", "true", "pred", "all"]


def compute_confusion_matrix(predictions: Predictions, num_classes: int) -> np.ndarray:
    """Count images by true class (rows) and predicted class (columns): (C, C) int64.

    Raises:
        ValueError: If the predictions are over another number of classes.
    """
    if num_classes != predictions.num_classes:
        raise ValueError(f"num_classes {num_classes}; allowed: {predictions.num_classes}, as many as the logits have")
    cells = predictions.targets * num_classes + predictions.preds
    return np.bincount(cells, minlength=num_classes**2).reshape(num_classes, num_classes).astype(np.int64)


def normalize_confusion_matrix(matrix: np.ndarray, normalization: Normalization) -> np.ndarray:
    """Return the matrix as shares, float64; a row or column without images stays zero.

    Args:
        matrix: (C, C) counts, rows true.
        normalization: "none": counts. "true": rows sum to 1. "pred": columns do. "all": the whole does.
    """
    axes: dict[str, int | None] = {"true": 1, "pred": 0, "all": None}
    if normalization == "none":
        return matrix.astype(np.float64)
    if normalization not in axes:
        raise ValueError(f"normalization {normalization!r}; allowed: 'none', 'true', 'pred', 'all'")
    totals = matrix.sum(axis=axes[normalization], keepdims=True)
    return matrix / np.where(totals == 0, 1, totals)


def confusion_frame(matrix: np.ndarray, class_names: Sequence[str]) -> pd.DataFrame:
    """Return a row for each cell of the matrix, row by row.

    Columns: true_label, predicted_label, count, share_of_true (in [0, 1], of the images of the true class).
    """
    num_classes = len(class_names)
    if matrix.shape != (num_classes, num_classes):
        raise ValueError(f"matrix of shape {matrix.shape}; allowed: ({num_classes}, {num_classes}), as class_names")
    return pd.DataFrame(
        {
            "true_label": np.repeat(list(class_names), num_classes),
            "predicted_label": np.tile(list(class_names), num_classes),
            "count": matrix.reshape(-1),
            "share_of_true": normalize_confusion_matrix(matrix, "true").reshape(-1),
        }
    )
