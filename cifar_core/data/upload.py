"""A picture from somebody's disk, made into what the networks take: 32x32 pixels, three colours. Nothing is trusted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cifar_core.data.picture import ALLOWED, EXTENSIONS, MAX_PIXELS, UploadError, decode_picture

__all__ = ["ALLOWED", "EXTENSIONS", "MAX_BYTES", "MAX_PIXELS", "Upload", "UploadError", "read_upload"]

MAX_BYTES = 25 * 2**20
_SIDE = 32
_PREVIEW_SIDE = 480
_LONGEST_PREVIEW = 3  # times its short side: more of a strip would be too thin to see, or fill the page


@dataclass(frozen=True, eq=False)
class Upload:
    """An uploaded picture.

    Attributes:
        image: (3, 32, 32) uint8, what networks see.
        preview: (H, W, 3) uint8, the picture upright, at most 480 pixels wide and high; the middle of a long one.
        crop: (left, top, right, bottom) of the square that was kept, in pixels of the preview; never empty.
        notes: What was done to it, in words.
    """

    image: NDArray[np.uint8]
    preview: NDArray[np.uint8]
    crop: tuple[int, int, int, int]
    notes: tuple[str, ...]


def read_upload(data: bytes) -> Upload:
    """Read a picture file: upright by its EXIF tag, on white where transparent, its central square, 32x32.

    Raises:
        UploadError: It is too large, in bytes or in pixels, truncated, or no picture of the allowed kinds.
    """
    if len(data) > MAX_BYTES:
        raise UploadError(f"file of {len(data) / 2**20:.1f} MB; allowed: up to {MAX_BYTES // 2**20} MB")
    picture = decode_picture(data)
    pixels, notes = picture.pixels, list(picture.notes)
    side = min(pixels.size)
    if side < _SIDE:
        unit = "pixel" if side == 1 else "pixels"
        notes.append(f"only {side} {unit} {'wide' if pixels.width <= pixels.height else 'high'}: enlarged")
    if pixels.width != pixels.height:
        notes.append(f"the central square of {picture.size[0]}x{picture.size[1]} pixels was kept")
    square = _crop_middle(pixels, 1)
    small = square.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS if side >= _SIDE else Image.Resampling.BICUBIC)
    preview = _crop_middle(pixels, _LONGEST_PREVIEW)
    if preview.size != pixels.size:
        notes.append("only its middle is shown")
    preview.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
    image = np.ascontiguousarray(np.asarray(small, np.uint8).transpose(2, 0, 1))
    return Upload(image, np.asarray(preview, np.uint8), _find_square(preview.size), tuple(notes))


def _crop_middle(picture: Image.Image, longest: int) -> Image.Image:
    """Return the middle of a picture, at most so many times longer than its short side."""
    width, height = (min(side, longest * min(picture.size)) for side in picture.size)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))


def _find_square(size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    side = min(size)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side
