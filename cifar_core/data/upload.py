"""A picture from somebody's disk, made into what the networks take: 32x32 pixels, three colours. Nothing is trusted."""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 5 * 2**20
MAX_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
_SIDE = 32
_PREVIEW_SIDE = 480
_BACKGROUND = (255, 255, 255)


class UploadError(ValueError):
    """A file that is not taken; the message says what is wrong and what is allowed."""


@dataclass(frozen=True, eq=False)
class Upload:
    """An uploaded picture.

    Attributes:
        image: (3, 32, 32) uint8, what networks see.
        preview: (H, W, 3) uint8, the picture upright, at most 480 pixels wide and high.
        crop: (left, top, right, bottom) of the square that was kept, in pixels of the preview.
        notes: What was done to it, in words.
    """

    image: NDArray[np.uint8]
    preview: NDArray[np.uint8]
    crop: tuple[int, int, int, int]
    notes: tuple[str, ...]


def read_upload(data: bytes) -> Upload:
    """Read a JPEG, PNG or WebP file: upright by its EXIF tag, on white where transparent, its central square, 32x32.

    Raises:
        UploadError: It is too large, in bytes or in pixels, truncated, or no such picture.
    """
    if len(data) > MAX_BYTES:
        raise UploadError(f"file of {len(data) / 2**20:.1f} MB; allowed: up to {MAX_BYTES // 2**20} MB")
    picture, notes = _decode(data)
    width, height = picture.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    square = picture.crop((left, top, left + side, top + side))
    if side < _SIDE:
        notes.append(f"only {side} pixels wide: enlarged")
    if width != height:
        notes.append(f"the central square of {width}x{height} pixels was kept")
    small = square.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS if side >= _SIDE else Image.Resampling.BICUBIC)
    preview = picture.copy()
    preview.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
    scale = preview.width / width
    crop = (round(left * scale), round(top * scale), round((left + side) * scale), round((top + side) * scale))
    pixels = np.ascontiguousarray(np.asarray(small, np.uint8).transpose(2, 0, 1))
    return Upload(pixels, np.asarray(preview, np.uint8), crop, tuple(notes))


def _decode(data: bytes) -> tuple[Image.Image, list[str]]:
    """Return the picture in three colours, upright, and what was done to get there."""
    allowed = "allowed: a JPEG, PNG or WebP picture"
    notes: list[str] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                width, height = opened.size
                if width * height > MAX_PIXELS:  # known from the header, before anything is unpacked
                    raise UploadError(f"{width}x{height} pixels; allowed: up to {MAX_PIXELS // 10**6} million")
                opened.load()
                upright = ImageOps.exif_transpose(opened)
                if upright.size != opened.size or opened.getexif().get(0x0112, 1) != 1:
                    notes.append("turned upright as its EXIF tag says")
                return _flatten(upright, notes), notes
    except UploadError:
        raise
    except UnidentifiedImageError:
        raise UploadError(f"not a picture that can be read; {allowed}") from None
    except Image.DecompressionBombError:
        raise UploadError(f"too many pixels; allowed: up to {MAX_PIXELS // 10**6} million") from None
    except (OSError, SyntaxError, ValueError, EOFError, Warning, KeyError, IndexError, TypeError) as error:
        raise UploadError(f"the picture is broken or cut off ({error}); {allowed}") from error


def _flatten(picture: Image.Image, notes: list[str]) -> Image.Image:
    if "A" in picture.getbands() or "transparency" in picture.info:
        notes.append("transparent parts were put on white")
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (*_BACKGROUND, 255))
        return Image.alpha_composite(ground, layer).convert("RGB")
    if picture.mode.startswith("I") or picture.mode == "F":  # 16 bits: convert alone would clip
        values = np.asarray(picture, np.float64)
        picture = Image.fromarray((255 * values / max(values.max(), 1)).astype(np.uint8))
    return picture.convert("RGB")
