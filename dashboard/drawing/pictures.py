"""Arrays as pictures."""

import math
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.messages import encode_webp, picture_address

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


def encode_picture(pixels: NDArray[np.uint8], quality: int | None = None) -> str:
    """Return the address of a picture that is brought along with the page; arguments as for `show_picture`."""
    return picture_address(encode_webp(pixels, quality))


def show_picture(
    picture: NDArray[np.uint8] | str,
    alt: str,
    *,
    width: int | Literal["stretch", "content"] = "content",
    quality: int | None = None,
) -> None:
    """Draw a picture that is brought along with the page.

    Streamlit would keep an array as a file and have the browser ask for it, and forgets it once another one is drawn in
    its place: a browser that was slow to ask for a picture that grows with a training found nothing.

    Args:
        picture: (H, W, 3), or (H, W, 4) with how opaque each pixel is; or what `encode_picture` made of such.
        alt: What it shows, for who cannot see it.
        width: As `st.image` takes it.
        quality: From 0 to 100 of lossy compression, by which photographs are a tenth as large; None keeps every pixel.
    """
    address = picture if isinstance(picture, str) else encode_picture(picture, quality)
    st.image(address, width=width, alt=alt)
