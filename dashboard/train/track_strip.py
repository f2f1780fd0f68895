"""Images with what was predicted of them, epoch by epoch."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.evaluation.track import Track
from dashboard.components.messages import encode_sprite, picture_address
from dashboard.drawing.colours import RIGHT, WRONG
from dashboard.drawing.words import percent

_MOST_EPOCHS = 40
_STYLE = """<style>
.track { display: flex; gap: 0.75rem; align-items: center; margin-bottom: 0.6rem; }
.track img { width: 56px; height: 56px; image-rendering: pixelated; border-radius: 3px; flex: none; }
.track .words { font-size: 0.85rem; line-height: 1.3; }
.track .epochs { display: flex; flex-wrap: wrap; gap: 2px; margin-top: 3px; }
.track i { width: 12px; height: 12px; border-radius: 2px; }
</style>"""


def track_strip(track: Track, places: NDArray[np.int64], images: NDArray[np.uint8], class_names: Sequence[str]) -> None:
    """Draw a row an image: the image, its true class, a square an epoch, and the changes in words."""
    rows = [_row(track, int(place), images[track.indices[place]], class_names) for place in places]
    st.html(_STYLE + "".join(rows))


def describe_changes_of(track: Track, place: int, class_names: Sequence[str], most: int = 4) -> str:
    """Return the latest changes of an image's predicted class, e.g. "cat, dog from epoch 4"."""
    preds = track.preds[:, place]
    starts = [0, *(np.flatnonzero(preds[1:] != preds[:-1]) + 1).tolist()]
    words = [f"{class_names[preds[start]]} from epoch {track.epochs[start]}" for start in starts]
    return ("... " if len(words) > most else "") + ", ".join(words[-most:])


def _row(track: Track, place: int, image: NDArray[np.uint8], class_names: Sequence[str]) -> str:
    true = html.escape(class_names[track.targets[place]])
    squares = "".join(
        f'<i style="background: {RIGHT if pred == track.targets[place] else WRONG}" '
        f'title="epoch {epoch}: {html.escape(class_names[pred])}, p(true) {percent(prob, 0)}"></i>'
        for epoch, pred, prob in zip(
            track.epochs[-_MOST_EPOCHS:],
            track.preds[-_MOST_EPOCHS:, place],
            track.probs_true[-_MOST_EPOCHS:, place],
            strict=True,
        )
    )
    words = html.escape(describe_changes_of(track, place, class_names))
    source = picture_address(encode_sprite(image[None], columns=1))
    return (
        f'<div class="track"><img src="{source}" alt="{true}, image {track.indices[place]}"><div>'
        f'<div class="words"><b>{true}</b> taken for {words}</div><div class="epochs">{squares}</div></div></div>'
    )
