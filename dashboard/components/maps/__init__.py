"""An image and signed maps over it, side by side on one colour scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from dashboard.components.messages import encode_sprite, pack_message
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
) -> bytes:
    """Pack maps into one message: what they say, values, pictures; arguments as for `picture_maps`.

    Values are whole numbers from -1000 to 1000: finer than any screen shows, and few bytes.
    """
    signed = [part.values for part in maps if part.values is not None]
    top = limit if limit is not None else max((float(np.abs(values).max()) for values in signed), default=0.0)
    own = [part.image for part in maps if part.image is not None]
    value_places, picture_places = count(), count(1)
    header = {
        "side": side,
        "overlay": overlay,
        "hasScale": bool(signed),
        "numValues": len(signed),
        "maps": [
            {
                "title": part.title,
                "note": part.note,
                "values": None if part.values is None else next(value_places),
                "picture": 0 if part.image is None else next(picture_places),
            }
            for part in maps
        ],
    }
    return pack_message(
        header, *(_encode_values(values, top) for values in signed), encode_sprite(np.stack([image, *own]), columns=1)
    )


def _encode_values(values: NDArray[np.float32], limit: float) -> bytes:
    scaled = values / limit if limit > 0 else np.zeros_like(values)
    return np.rint(np.clip(scaled, -1, 1) * 1000).astype("<i2").tobytes()
