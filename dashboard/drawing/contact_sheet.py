"""Images with captions as one picture, to print or hand in."""

import io
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_COLUMNS, _SIDE, _CAPTION, _GAP, _MARGIN = 10, 96, 16, 10, 24


def draw_contact_sheet(images: NDArray[np.uint8], captions: Sequence[str], heading: str) -> bytes:
    """Return a PNG of images (N, 3, 32, 32) three times enlarged, ten in a row, a caption under each."""
    rows = math.ceil(len(images) / _COLUMNS)
    columns = min(_COLUMNS, max(len(images), 4))
    width = 2 * _MARGIN + columns * (_SIDE + _GAP) - _GAP
    top = _MARGIN + 34
    sheet = Image.new("RGB", (width, top + rows * (_SIDE + _CAPTION + _GAP) + _MARGIN - _GAP), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN), heading, "black", ImageFont.load_default(15))
    font = ImageFont.load_default(9)
    for place, (image, caption) in enumerate(zip(images, captions, strict=True)):
        row, column = divmod(place, columns)
        x, y = _MARGIN + column * (_SIDE + _GAP), top + row * (_SIDE + _CAPTION + _GAP)
        picture = Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0)))
        sheet.paste(picture.resize((_SIDE, _SIDE), Image.Resampling.NEAREST), (x, y))
        draw.text((x, y + _SIDE + 3), caption, "#333333", font)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()
