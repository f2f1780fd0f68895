"""Which classes are taken for which. Rows are what is true, columns what is predicted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from cifar_core.evaluation.predictions import Predictions

if TYPE_CHECKING:
    import pandas as pd

Normalization = Literal["none", "true", "pred", "all"]
Ordering = Literal["class", "error", "likeness"]


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


def confusion_frame(matrix: np.ndarray, class_names: Sequence[str]) -> "pd.DataFrame":
    """Return a row for each cell of the matrix, row by row.

    Columns: true_label, predicted_label, count, share_of_true (in [0, 1], of the images of the true class).
    """
    import pandas as pd

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


def order_classes(matrix: np.ndarray, ordering: Ordering) -> np.ndarray:
    """Return an order of the classes, (C,) int64.

    Args:
        matrix: (C, C) counts, rows true.
        ordering: "class": as they are. "error": the class with the most of its images wrong first. "likeness": classes
            that are often taken for each other stand together (average linkage over the share of both classes' images
            confused between them, leaves ordered optimally).
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    num_classes = len(matrix)
    if ordering == "class":
        return np.arange(num_classes)
    shares = normalize_confusion_matrix(matrix, "true")
    if ordering == "error":
        return np.argsort(shares.diagonal(), kind="stable").astype(np.int64)
    if ordering != "likeness":
        raise ValueError(f"ordering {ordering!r}; allowed: 'class', 'error', 'likeness'")
    if num_classes < 3:
        return np.arange(num_classes)
    distances = 1 - (shares + shares.T) / 2
    np.fill_diagonal(distances, 0)
    return leaves_list(linkage(squareform(distances), "average", optimal_ordering=True)).astype(np.int64)


def fold_matrix(matrix: np.ndarray, groups: Sequence[Sequence[int]]) -> np.ndarray:
    """Add up the rows and columns of each group of classes: (C, C) -> (G, G).

    A group's diagonal then holds what was taken for any class of the group.

    Raises:
        ValueError: If a class is in no group, or in two.
    """
    if sorted(class_idx for group in groups for class_idx in group) != list(range(len(matrix))):
        raise ValueError(f"groups {groups}; allowed: each class from 0 to {len(matrix) - 1} in one of them")
    indicator = np.zeros((len(groups), len(matrix)), dtype=matrix.dtype)
    for place, group in enumerate(groups):
        indicator[place, list(group)] = 1
    return indicator @ matrix @ indicator.T


def top_confusions_frame(matrix: np.ndarray, class_names: Sequence[str]) -> "pd.DataFrame":
    """Return a row for each cell off the diagonal that is not empty, the most frequent first.

    Columns as of `confusion_frame`, and share_of_errors: of all mistakes.
    """
    frame = confusion_frame(matrix, class_names)
    errors = frame[(frame["true_label"] != frame["predicted_label"]) & (frame["count"] > 0)]
    errors = errors.assign(share_of_errors=errors["count"] / max(int(errors["count"].sum()), 1))
    return errors.sort_values("count", ascending=False, kind="stable", ignore_index=True)
