"""How many of some images each class has, as one bar in the classes' colours."""

import html
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.drawing.colours import colour_classes, ink_on

_CHARACTER = 7  # CSS pixels, at most, of one in a part's name
_ROW = "display: flex; flex-flow: row-reverse wrap; justify-content: center; overflow: hidden; min-width: 0"


def render_balance(labels: NDArray[np.int64], class_names: Sequence[str], *, are_named: bool = False) -> None:
    """Show the shares of the classes as one bar, each part in its class's colour.

    Args:
        labels: (N,) of the images.
        class_names: Of all classes.
        are_named: Whether the page says beside it of which class there are how many.
    """
    counts = np.bincount(labels, minlength=len(class_names)).tolist()
    shown = {name: count for name, count in zip(class_names, counts, strict=True) if count}
    if shown:
        st.html(write_balance(shown, colour_classes(class_names), are_named=are_named))


def write_balance(counts: Mapping[str, int], colours: Mapping[str, str], *, are_named: bool = False) -> str:
    """Return the bar as HTML: a part that has no room for its name shows none, and then all names stand below.

    Args:
        counts: By class; none of them zero.
        colours: Of all classes, as "#rrggbb".
        are_named: Whether the names stand elsewhere, and never below.
    """
    need = width_for_names(counts)
    words = {name: html.escape(name) for name in counts}
    told = ", ".join(f"{words[name]} {count:,}" for name, count in counts.items())
    parts = "".join(_write_part(words[name], count, colours[name]) for name, count in counts.items())
    dots = "".join(
        f'<span style="white-space: nowrap"><span style="color: {colours[name]}">\N{BLACK SQUARE}</span> '
        f"{words[name]} {count:,}</span>"
        for name, count in counts.items()
    )
    below = (
        f'<div class="names-{need}" aria-hidden="true" style="flex-wrap: wrap; column-gap: 0.7rem">{dots}</div>'
        f"<style>.names-{need} {{display: none}} "
        f"@container (max-width: {need}px) {{.names-{need} {{display: flex}}}}</style>"
    )
    return (
        '<div style="container-type: inline-size; font-size: 0.72rem; line-height: 1.5rem">'
        f'<div role="img" aria-label="Images of each class: {told}" style="display: flex; gap: 2px; '
        f'border-radius: 5px; overflow: hidden">{parts}</div>'
        f"{'' if are_named else below}</div>"
    )


def width_for_names(counts: Mapping[str, int]) -> int:
    """Return how wide the bar must be for every part to have room for its name and count, in CSS pixels."""
    total = sum(counts.values())
    return max(round(_CHARACTER * (len(f"{name} {count:,}") + 1) * total / count) for name, count in counts.items())


def _write_part(word: str, count: int, colour: str) -> str:
    """Return a part: its count, and before it the name where that has room; else it wraps, out of sight."""
    style = f"{_ROW}; flex: {count} 1 0; height: 1.5rem; column-gap: 0.3em; padding: 0 2px"
    return (
        f'<div title="{word}: {count:,} images" style="{style}; background: {colour}; color: {ink_on(colour)}">'
        f"<span>{count:,}</span><span>{word}</span></div>"
    )
