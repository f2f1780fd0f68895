"""What the cells of a confusion matrix show: counts, shares, or what changed against another matrix."""

import numpy as np
from numpy.typing import NDArray

from cifar_core.evaluation import normalize_confusion_matrix
from cifar_core.evaluation.confusion import Normalization
from dashboard.components import Cells


def matrix_cells(
    matrix: NDArray[np.int64], normalization: Normalization, other: NDArray[np.int64] | None = None
) -> Cells:
    """Return the cells of a matrix.

    Args:
        matrix: (C, C) counts, rows true.
        normalization: "none": counts; else shares, as `normalize_confusion_matrix` has them.
        other: (C, C) counts to take away.
    """
    values = normalize_confusion_matrix(matrix, normalization)
    if other is not None:
        values = values - normalize_confusion_matrix(other, normalization)
    return Cells(values, normalization != "none", other is not None)
