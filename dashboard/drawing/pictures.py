"""Arrays as pictures."""

import math

import numpy as np
from numpy.typing import NDArray

_GAP = 1
_SIDE = 512


def lay_out(pictures: NDArray[np.uint8], columns: int = 8) -> NDArray[np.uint8]:
    """Lay small pictures out side by side, enlarged without blur, with nothing between them.

    Args:
        pictures: (N, 3, K, K).
        columns: Pictures in a row, at most.

    Returns:
        (H, W, 4), at least 512 wide, transparent where no picture is.
    """
    columns = min(columns, len(pictures))
    rows, side = math.ceil(len(pictures) / columns), pictures.shape[-1]
    sheet = np.zeros((rows * columns, side + _GAP, side + _GAP, 4), np.uint8)
    sheet[: len(pictures), :side, :side, :3] = pictures.transpose(0, 2, 3, 1)
    sheet[: len(pictures), :side, :side, 3] = 255
    sheet = sheet.reshape(rows, columns, side + _GAP, side + _GAP, 4).swapaxes(1, 2)
    sheet = sheet.reshape(rows * (side + _GAP), columns * (side + _GAP), 4)
    factor = math.ceil(_SIDE / sheet.shape[1])
    return sheet.repeat(factor, axis=0).repeat(factor, axis=1)
