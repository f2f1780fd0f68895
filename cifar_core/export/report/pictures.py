"""Small pictures inside a page: many in one sheet, so that a thousand of them stay below two megabytes."""

import base64
import io
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE = 32
_COLUMNS = 12
_QUALITY = 88


class Sheet:
    """Pictures that are shown from one sheet.

    Args:
        name: Of its class in the page's style.
        pictures: (N, 3, 32, 32) uint8.
        keys: Of each of them.
    """

    def __init__(self, name: str, pictures: NDArray[np.uint8], keys: Sequence[int]) -> None:
        self._name = name
        self._pictures = pictures
        self._places = {int(key): place for place, key in enumerate(keys)}

    def style(self) -> str:
        """Return the line of style that holds the pixels; empty without pictures."""
        if not self._places:
            return ""
        pixels = encode_sheet(self._pictures)
        return f".{self._name}{{background-image:url(data:image/jpeg;base64,{pixels})}}"

    def tile(self, key: int, words: str) -> str:
        """Return one picture.

        Args:
            key: One of the sheet's.
            words: What there is to say of it.
        """
        row, column = divmod(self._places[key], _COLUMNS)
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
