"""Small pictures inside a page: many in one sheet, so that a thousand of them stay below two megabytes."""

import base64
import io
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cifar_core.data import Dataset

_SIDE = 32
_COLUMNS = 12
_QUALITY = 88


class Sheet:
    """Pictures of a dataset that are shown from one sheet.

    Args:
        name: Of its class in the page's style.
        dataset: The images.
        indices: Of those that are shown, each once.
    """

    def __init__(self, name: str, dataset: Dataset, indices: Sequence[int]) -> None:
        self._name = name
        self._dataset = dataset
        self._places = {int(index): place for place, index in enumerate(dict.fromkeys(indices))}

    def style(self) -> str:
        """Return the line of style that holds the pixels; empty without pictures."""
        if not self._places:
            return ""
        pixels = encode_sheet(self._dataset.images[list(self._places)])
        return f".{self._name}{{background-image:url(data:image/jpeg;base64,{pixels})}}"

    def tile(self, index: int, words: str) -> str:
        """Return one picture.

        Args:
            index: One of the sheet's.
            words: What there is to say of it.
        """
        row, column = divmod(self._places[index], _COLUMNS)
        place, said = f"--x:{column};--y:{row}", escape(words)
        return f'<i class="t {self._name}" style="{place}" role="img" aria-label="{said}" title="{said}"></i>'


def encode_sheet(images: NDArray[np.uint8]) -> str:
    """Lay images (N, 3, 32, 32) in rows of twelve; return a JPEG as base64.

    Its blocks of 8 pixels divide the images' side, so that no picture touches its neighbour.
    """
    num_rows = -(-len(images) // _COLUMNS)
    padded = np.zeros((num_rows * _COLUMNS, 3, _SIDE, _SIDE), np.uint8)
    padded[: len(images)] = images
    sheet = padded.reshape(num_rows, _COLUMNS, 3, _SIDE, _SIDE).transpose(0, 3, 1, 4, 2)
    picture = Image.fromarray(np.ascontiguousarray(sheet.reshape(num_rows * _SIDE, _COLUMNS * _SIDE, 3)))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
    return base64.b64encode(buffer.getvalue()).decode()
