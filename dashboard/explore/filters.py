"""Which images Explore shows and in which order; the address holds every choice."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from cifar_core.data.traits import TRAIT_NAMES
from dashboard.drawing.choices import choose_one
from dashboard.drawing.colours import colour_classes, ink_on
from dashboard.drawing.literal import message
from dashboard.session import state
from dashboard.session.background import find_derived

SPLITS = ("all", "train", "val", "test")

_TRAIT_HELP = {
    "brightness": "mean luma, 0 to 1",
    "contrast": "standard deviation of luma",
    "colourfulness": "by Hasler and Suesstrunk's measure; 0 is grey",
    "edge_density": "share of pixels at which luma changes by more than 0.1",
    "distance_to_class_mean": "root mean square difference to the mean image of its class",
    "typicality": "correlation with the mean of its class at 8x8 pixels",
}
# Whoever asks for what is typical wants to see it.
_LARGEST_FIRST = {"typicality"}
# As the address spells them, which takes what the box shows.
_ORDERS = ("index", *(name.replace("_", " ") for name in TRAIT_NAMES))


@dataclass(frozen=True)
class Shown:
    """What is shown, in order.

    Attributes:
        indices: (N,) dataset indices.
        order: "index" or one of `TRAIT_NAMES`.
        values: (N,) what they are sorted by, None for the index.
    """

    indices: NDArray[np.int64]
    order: str
    values: NDArray[np.float32] | None = None

    def keep(self, indices: NDArray[np.int64]) -> "Shown":
        """Return those that are among some indices, in the same order."""
        rows = np.isin(self.indices, indices)
        return Shown(self.indices[rows], self.order, None if self.values is None else self.values[rows])

    def notes(self, rows: slice) -> list[str]:
        """Return what a tile says of the order, e.g. "brightness 0.42"; nothing for the index."""
        if self.values is None:
            return []
        return [f"{order_title(self.order).lower()} {value:.3g}" for value in self.values[rows]]


def order_title(name: str) -> str:
    """Return an order in words."""
    return name.replace("_", " ").capitalize()


def choose_images(dataset: Dataset, splits: Splits) -> Shown:
    """Draw the filters and the order, and return what they come to."""
    first, second, third, fourth, fifth = st.columns([7, 8, 6, 4, 6], vertical_alignment="bottom")
    with first:
        split = choose_one(
            "Split",
            {name: name for name in SPLITS},
            state.EXPLORE_SPLIT,
            in_address=True,
            help="train learns, val (held out of the official training images) chooses, test is kept for the end.",
        )
    with second:
        classes = st.multiselect(
            "Classes",
            dataset.class_names,
            key=state.EXPLORE_CLASSES,
            placeholder="All classes",
            bind="query-params",
            persist_state="session",
        )
    with third:
        order = _choose_order()
    with fourth:
        is_reversed = st.toggle(
            "Reverse",
            key=state.EXPLORE_REVERSE,
            bind="query-params",
            persist_state="session",
            help="The other end first.",
        )
    with fifth:
        text = st.text_input(
            "Indices",
            key=state.EXPLORE_INDICES,
            placeholder="all, or 7, 100-199",
            bind="query-params",
            persist_state="session",
            help="Only these images: single indices and ranges, both ends included.",
        )
    indices = select_images(dataset, splits, split, classes)
    return _sort(dataset, _keep_named(dataset, indices, text or ""), order, is_reversed)


def _keep_named(dataset: Dataset, indices: NDArray[np.int64], text: str) -> NDArray[np.int64]:
    """Return those of the indices that the text names, in its order; all if it names none, or cannot be read."""
    if not text.strip():
        return indices
    try:
        wanted = parse_indices(text, dataset.num_images)
    except ValueError as error:
        st.error(message(error), icon=":material/block:")
        return indices
    return wanted[np.isin(wanted, indices)]


def render_distribution(labels: NDArray[np.int64], class_names: Sequence[str]) -> None:
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


def _choose_order() -> str:
    order = st.selectbox(
        "Order",
        _ORDERS,
        key=state.EXPLORE_ORDER,
        bind="query-params",
        persist_state="session",
        help="  \n".join(f"**{order_title(name)}**: {words}." for name, words in _TRAIT_HELP.items()),
    )
    return order.replace(" ", "_")


def _sort(dataset: Dataset, indices: NDArray[np.int64], order: str, is_reversed: bool) -> Shown:
    traits = find_derived(dataset, "traits", "Measuring every image") if order != "index" else None
    if traits is None:
        return Shown(indices[::-1] if is_reversed else indices, "index")
    values = traits[order][indices].astype(np.float32)
    is_falling = is_reversed != (order in _LARGEST_FIRST)
    places = np.argsort(-values if is_falling else values, kind="stable")
    return Shown(indices[places], order, values[places])


def select_images(dataset: Dataset, splits: Splits, split: str, class_names: Sequence[str]) -> NDArray[np.int64]:
    """Return the dataset indices of a split (or "all") and of some classes (none means all), ascending."""
    indices = np.arange(dataset.num_images) if split == "all" else splits.indices(split)
    if not class_names:
        return indices
    wanted = [dataset.class_names.index(name) for name in class_names]
    return indices[np.isin(dataset.labels[indices], wanted)]


def parse_indices(text: str, num_images: int) -> NDArray[np.int64]:
    """Read indices and ranges such as "7, 100-199" (both ends included), in the order written, each once.

    Raises:
        ValueError: Something else is written, or an index is not in the dataset.
    """
    allowed = f'allowed: indices from 0 to {num_images - 1} and ranges, such as "7, 100-199"'
    parts = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = re.fullmatch(r"(\d{1,8})(?:\s*-\s*(\d{1,8}))?", part)
        if match is None:
            raise ValueError(f"Indices: {part!r} is not an index or a range; {allowed}")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last >= num_images:
            raise ValueError(f"Indices: {part!r} is not in the dataset; {allowed}")
        parts.append(np.arange(first, last + 1))
    indices = np.concatenate(parts) if parts else np.arange(0)
    _, places = np.unique(indices, return_index=True)
    return indices[np.sort(places)]
