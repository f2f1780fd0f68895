"""How many of some images each class has, as one bar in the classes' colours."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.drawing.colours import colour_classes, ink_on


def render_balance(labels: NDArray[np.int64], class_names: Sequence[str]) -> None:
    """Show the shares of the classes as one bar, each part in its class's colour with its count as a tooltip."""
    counts = np.bincount(labels, minlength=len(class_names))
    colours = colour_classes(class_names)
    inks = {name: f"background: {colour}; color: {ink_on(colour)}" for name, colour in colours.items()}
    style = "overflow: hidden; text-align: center; text-overflow: ellipsis; white-space: nowrap"
    words = [html.escape(name) for name in class_names]
    parts = "".join(
        f'<div title="{word}: {count:,} images" style="flex: {count}; {inks[name]}; {style}">{word} {count:,}</div>'
        for name, word, count in zip(class_names, words, counts.tolist(), strict=True)
        if count
    )
    st.html(
        f'<div role="img" aria-label="Images of each class" style="display: flex; gap: 2px; border-radius: 5px; '
        f'overflow: hidden; font-size: 0.72rem; line-height: 1.5rem">{parts}</div>'
    )
