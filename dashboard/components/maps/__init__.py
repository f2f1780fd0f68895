"""An image and signed maps over it, side by side on one colour scale."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.components.registration import register

_COMPONENT = register(__file__)


@dataclass(frozen=True)
class PictureMap:
    """A map to lay over the image.

    Attributes:
        title: Above the picture.
        values: (32, 32) signed; None shows the image alone.
        note: Below the picture.
        image: (3, 32, 32) uint8, if it lies over another image than the rest.
    """

    title: str
    values: NDArray[np.float32] | None = None
    note: str = ""
    image: NDArray[np.uint8] | None = None


def picture_maps(
    image: NDArray[np.uint8],
    maps: Sequence[PictureMap],
    *,
    key: str,
    side: int = 288,
    limit: float | None = None,
    overlay: float = 0.75,
) -> None:
    """Show the image once for each map, its pixels crisp, the map's colours over a greyed copy of it.

    Args:
        image: (3, 32, 32) uint8.
        maps: What to lay over it; all on one scale.
        key: The component's.
        side: Side of a picture in CSS pixels, where the page is wide enough.
        limit: The value at the ends of the scale; the strongest there is if None.
        overlay: How much of the map covers the image, in [0, 1].
    """
    _COMPONENT(key=key, data=encode_maps(image, maps, side=side, limit=limit, overlay=overlay))


def encode_maps(
    image: NDArray[np.uint8], maps: Sequence[PictureMap], *, side: int, limit: float | None, overlay: float
) -> dict[str, object]:
    """Return the message for the browser; arguments as for `picture_maps`."""
    strengths = [float(np.abs(part.values).max()) for part in maps if part.values is not None]
    top = limit if limit is not None else max(strengths, default=0.0)
    return {
        "image": _encode_image(image),
        "side": side,
        "overlay": overlay,
        "hasScale": bool(strengths),
        "maps": [_encode(part, top) for part in maps],
    }


def _encode(part: PictureMap, limit: float) -> dict[str, object]:
    """Values as whole numbers from -1000 to 1000: finer than any screen shows, and few bytes."""
    values = None
    if part.values is not None:
        scaled = part.values / limit if limit > 0 else np.zeros_like(part.values)
        values = _as_text(np.rint(np.clip(scaled, -1, 1) * 1000).astype("<i2"))
    own = None if part.image is None else _encode_image(part.image)
    return {"title": part.title, "note": part.note, "values": values, "image": own}


def _encode_image(image: NDArray[np.uint8]) -> str:
    return _as_text(image.transpose(1, 2, 0))


def _as_text(numbers: NDArray[np.generic]) -> str:
    return base64.b64encode(numbers.tobytes()).decode()
