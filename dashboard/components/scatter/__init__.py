"""A map of images: a point each on one canvas, with zoom, lasso and box, and the picture under the pointer."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.messages import encode_sprite, pack_message
from dashboard.components.registration import register

_COMPONENT = register(__file__)
# Pictures are for the pointer only: lossy, so that ten thousand take a few megabytes.
_QUALITY = 70


@dataclass(frozen=True)
class ScatterPoints:
    """What a map shows.

    Attributes:
        ids: (N,) dataset indices, each once; what a selection returns.
        positions: (N, 2) float32.
        groups: (N,) integers, each point's place in `names`.
        names: Of the groups, at most 255.
        colours: CSS colours of the groups.
        images: (N, 3, 32, 32) uint8.
        axes: What grows to the right and upwards; None: directions mean nothing.
    """

    ids: NDArray[np.int64]
    positions: NDArray[np.float32]
    groups: NDArray[np.int64]
    names: Sequence[str]
    colours: Sequence[str]
    images: NDArray[np.uint8]
    axes: tuple[str, str] | None = None


def scatter(message: bytes, ids: NDArray[np.int64], *, key: str, on_select: Callable[[], None]) -> NDArray[np.int64]:
    """Show a map and return the dataset indices selected in it, ascending; none at first.

    Args:
        message: As `encode_scatter` makes it; worth caching, since it holds every picture.
        ids: Of the points: only they can be selected.
        key: The component's.
        on_select: Called before the rerun that a selection causes.
    """
    _COMPONENT(key=key, data=message, on_selected_change=on_select)
    return read_selection((st.session_state.get(key) or {}).get("selected"), ids)


def read_selection(value: object, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Check what came from the browser: a list of indices that are on the map; anything else is left out."""
    if not isinstance(value, list | tuple):
        return np.empty(0, np.int64)
    numbers = [int(part) for part in value if isinstance(part, int) and not isinstance(part, bool)]
    return np.intersect1d(np.array(numbers, np.int64), ids)


def encode_scatter(points: ScatterPoints, label: str) -> bytes:
    """Pack a map into one message: what it says, positions, groups, and a sprite of all pictures."""
    columns = max(1, math.ceil(math.sqrt(len(points.ids))))
    header = {
        "label": label,
        "ids": points.ids.tolist(),
        "names": list(points.names),
        "colours": list(points.colours),
        "spriteColumns": columns,
        "axes": points.axes,
    }
    return pack_message(
        header,
        np.ascontiguousarray(points.positions, "<f4").tobytes(),
        points.groups.astype(np.uint8).tobytes(),
        encode_sprite(points.images, columns, _QUALITY),
    )
