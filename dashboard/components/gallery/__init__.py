"""A gallery of small images: one message, one sprite, one canvas a tile. By mouse and by keyboard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import EllipsisType
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.gallery.ticks import read_round
from dashboard.components.mark import mark_image
from dashboard.components.messages import encode_sprite, pack_message
from dashboard.components.received import is_number
from dashboard.components.registration import register

_COMPONENT = register(__file__)
_SPRITE_COLUMNS = 20
_MOST_KEPT = 100  # images of a sprite that is kept: half a megabyte with their pixels

Tone = Literal["neutral", "right", "wrong"]


@dataclass(frozen=True)
class Tile:
    """What a tile says of its image.

    Attributes:
        index: The image's place in the dataset; what a click returns.
        caption: Shown below while the tile is hovered or focused, and read aloud.
        tone: "wrong" carries a mark in the corner, "right" a quieter one.
        label: A few words that always stand below it; none where all tiles have none.
        badge: A sign in the upper corner, which the caption explains; empty for none.
    """

    index: int
    caption: str
    tone: Tone = "neutral"
    label: str = ""
    badge: str = ""


def gallery(
    images: NDArray[np.uint8],
    tiles: Sequence[Tile],
    *,
    key: str,
    label: str,
    tile_size: int = 64,
    headings: Sequence[str] = (),
    gaps: Sequence[int] = (),
    selected: int | EllipsisType | None = ...,
    on_select: Callable[[int], None] | None = None,
    is_followed: bool = False,
    can_tick: bool = False,
) -> None:
    """Show images, of which one can be chosen.

    Args:
        images: (N, 3, 32, 32) uint8, one for each tile.
        tiles: N tiles in the order of the images.
        key: The widget's.
        label: What the gallery holds, for screen readers.
        tile_size: Side of a tile in CSS pixels: at most, if there are headings; else at least, and rows are filled.
        headings: One for each column: each row then has as many tiles, whatever the page's width. Without, each row
            takes what fits.
        gaps: Columns, from 0, that stand off from the one before them. Needs headings.
        selected: The index of the image to mark, if it is on show; None marks nothing. Left out, the gallery marks what
            was clicked.
        on_select: Called with the index before the rerun that a choice causes, also of what was chosen before.
        is_followed: Whether the page scrolls to the marked image, and gives it the keyboard when it is closed.
        can_tick: Whether images can be ticked; `dashboard.components.gallery.ticks` says which are.
    """
    indices = {tile.index for tile in tiles}

    def chosen() -> None:
        # It comes from a browser: only what is on show can be chosen.
        index = (st.session_state.get(key) or {}).get("chosen")
        if on_select is not None and is_number(index) and index in indices:
            on_select(int(index))

    message = encode_gallery(
        images, tiles, label, tile_size, headings, gaps, name=key, is_followed=is_followed, can_tick=can_tick
    )
    with st.container(gap=None):
        _COMPONENT(key=key, data=message, on_chosen_change=chosen, on_ticked_change=lambda: None)
        if can_tick or not isinstance(selected, EllipsisType):
            mark_image(key, selected, read_round(key))


def encode_gallery(
    images: NDArray[np.uint8],
    tiles: Sequence[Tile],
    label: str,
    tile_size: int,
    headings: Sequence[str] = (),
    gaps: Sequence[int] = (),
    name: str = "",
    is_followed: bool = False,
    can_tick: bool = False,
) -> bytes:
    """Pack a gallery into one message: what it says, then the images without loss."""
    header = {
        "name": name,
        "label": label,
        "tile": tile_size,
        "spriteColumns": _SPRITE_COLUMNS,
        "headings": list(headings),
        "gaps": list(gaps),
        "ids": [tile.index for tile in tiles],
        "captions": [tile.caption for tile in tiles],
        "tones": [tile.tone for tile in tiles],
        "isFollowed": is_followed,
        "canTick": can_tick,
        "labels": [tile.label for tile in tiles] if any(tile.label for tile in tiles) else [],
        "badges": [tile.badge for tile in tiles] if any(tile.badge for tile in tiles) else [],
    }
    return pack_message(header, _encode_images(images))


def _encode_images(images: NDArray[np.uint8]) -> bytes:
    if len(images) > _MOST_KEPT:
        return encode_sprite(images, _SPRITE_COLUMNS)
    return _encode_kept(images.tobytes())


# A page that is drawn again mostly shows what it showed: to encode a hundred images takes 5 ms, to know them again 0.1.
@lru_cache(maxsize=32)
def _encode_kept(pixels: bytes) -> bytes:
    return encode_sprite(np.frombuffer(pixels, np.uint8).reshape(-1, 3, 32, 32), _SPRITE_COLUMNS)
