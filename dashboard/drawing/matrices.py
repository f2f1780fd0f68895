"""What the cells of a confusion matrix show: counts, shares, or what changed against another matrix; or a picture."""

import numpy as np
from numpy.typing import NDArray

from cifar_core.evaluation import normalize_confusion_matrix
from cifar_core.evaluation.confusion import Normalization
from dashboard.components import Cells
from dashboard.drawing.colours import RIGHT, WRONG

_CELL, _GAP = 20, 2  # pixels


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


def matrix_picture(matrix: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Draw a matrix without words, what is right in one colour and mistakes in another, each against its own most.

    Args:
        matrix: (C, C) counts, rows true.

    Returns:
        (20 C, 20 C, 4), transparent where nothing is.
    """
    is_right = np.eye(len(matrix), dtype=bool)
    strengths = np.zeros(matrix.shape)
    for cells in (is_right, ~is_right):
        strengths[cells] = matrix[cells] / max(int(matrix[cells].max()), 1)
    pixels = np.zeros((*matrix.shape, 4), np.uint8)
    pixels[..., :3] = np.where(is_right[..., None], _rgb(RIGHT), _rgb(WRONG))
    pixels[..., 3] = np.round(255 * np.sqrt(strengths))  # few mistakes of a kind are to be seen, too
    picture = pixels.repeat(_CELL, axis=0).repeat(_CELL, axis=1)
    for edge in range(_GAP):
        picture[edge::_CELL, :, 3] = 0
        picture[:, edge::_CELL, 3] = 0
    return picture


def _rgb(colour: str) -> NDArray[np.uint8]:
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8)
