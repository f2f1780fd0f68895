"""What travels to the browser as bytes: a message's frame, and the pictures in it."""

import base64
import io
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE = 32
_MOST_ACROSS = 16_383 // _SIDE  # a WebP file is at most 16,383 pixels wide and high
_AS_IT_IS = frozenset((str, int, float, bool, type(None)))


def as_data(value: Any) -> Any:
    """Return dataclasses, within each other and in lists and dicts, as dicts of their fields: what JSON can be of.

    Unlike `dataclasses.asdict` it copies nothing else, which is most of the time that takes: what is returned is to be
    sent, not to be changed.
    """
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, list | tuple):
        return [part if type(part) in _AS_IT_IS else as_data(part) for part in value]
    if isinstance(value, dict):
        return {key: as_data(part) for key, part in value.items()}
    if not hasattr(value, "__dataclass_fields__"):
        return value
    return {name: part if type(part) in _AS_IT_IS else as_data(part) for name, part in vars(value).items()}


def pack_message(header: Mapping[str, object], *parts: bytes) -> bytes:
    """Return a message as `unpack` in shared/message.js reads it: 4 bytes length, little endian, JSON, the parts."""
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    return b"".join([len(text).to_bytes(4, "little"), text, *parts])


def encode_sprite(images: NDArray[np.uint8], columns: int, quality: int | None = None) -> bytes:
    """Lay pictures out row by row and return them as one WebP file.

    Args:
        images: (N, 3, 32, 32).
        columns: Pictures in a row.
        quality: From 0 to 100 of lossy compression; None keeps every pixel.

    Raises:
        ValueError: More pictures than such a file holds.
    """
    rows = max(1, math.ceil(len(images) / columns))
    if max(rows, columns) > _MOST_ACROSS:
        raise ValueError(f"images: {len(images)} are too many for one sprite; allowed: up to {_MOST_ACROSS**2}")
    sheet = np.zeros((rows * columns, 3, _SIDE, _SIDE), np.uint8)
    sheet[: len(images)] = images
    laid_out = sheet.reshape(rows, columns, 3, _SIDE, _SIDE).transpose(0, 3, 1, 4, 2)
    return encode_webp(laid_out.reshape(rows * _SIDE, columns * _SIDE, 3), quality)


def encode_webp(pixels: NDArray[np.uint8], quality: int | None = None) -> bytes:
    """Return a picture as a WebP file, written the quickest way: 2 ms, not 150 for a quarter less.

    Args:
        pixels: (H, W, 3), or (H, W, 4) with how opaque each is.
        quality: From 0 to 100 of lossy compression; None keeps every pixel.
    """
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", lossless=quality is None, quality=quality or 0, method=0)
    return buffer.getvalue()


def picture_address(content: bytes, kind: str = "webp") -> str:
    """Return an address that holds a picture's file itself: the browser asks for nothing, and nothing can be gone.

    Args:
        content: The file.
        kind: Of the file, as its media type has it.
    """
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
