"""The image that is open, in a drawer: large, with what a run takes it for and what resembles it."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from cifar_core.data.similarity import find_neighbours
from cifar_core.runs import RunSummary
from cifar_core.training.exceptions import CheckpointError
from dashboard.components import gallery, image_inspector
from dashboard.drawing.literal import literal, message
from dashboard.drawing.tiles import label_tiles
from dashboard.drawing.words import percent, short_name, split_title
from dashboard.explore.drawer import drawer
from dashboard.explore.filters import Shown
from dashboard.session import state
from dashboard.session.aside import offer_selection
from dashboard.session.cache import get_descriptors, get_store
from dashboard.session.epochs import find_spoken
from dashboard.session.known import find_disputes, render_dispute
from dashboard.session.links import page_link
from dashboard.session.said import what_run_says
from dashboard.session.weights import digest

_NUM_NEIGHBOURS = 12
_NEIGHBOURS = "explore_neighbours"


def render_drawer(
    dataset: Dataset,
    splits: Splits,
    order: NDArray[np.int64],
    run: RunSummary | None,
    *,
    on_open: Callable[[int], None],
    shown: Shown | None = None,
) -> None:
    """Draw the open image in a drawer; nothing while none is open.

    Args:
        dataset: All images.
        splits: To say which split it belongs to.
        order: (N,) the indices that one steps through.
        run: Whose prediction is told, if one is chosen.
        on_open: Opens the image that a step leads to.
        shown: By what they are ordered, to tell the image's own value.
    """
    index = state.chosen_image()
    if index is None or index >= dataset.num_images:
        return
    places = np.flatnonzero(order == index)
    place = int(places[0]) if len(places) else None
    words = "not among these images" if place is None else f"{place + 1:,} of {len(order):,}"
    with drawer(
        words,
        index,
        is_first=place in (None, 0),
        is_last=place in (None, len(order) - 1),
        on_step=lambda by: _step(order, index, by, on_open),
        on_close=lambda: state.choose_image(None),
    ):
        note = shown.notes(slice(place, place + 1)) if shown is not None and place is not None else []
        _render_image(dataset, splits, index, order, run, on_open, note[0] if note else "")


def _render_image(
    dataset: Dataset,
    splits: Splits,
    index: int,
    order: NDArray[np.int64],
    run: RunSummary | None,
    on_open: Callable[[int], None],
    note: str,
) -> None:
    """Show an image large, its channels and pixel values, what a run takes it for, and what resembles it.

    Args:
        dataset: All images.
        splits: To say which split it belongs to.
        index: The image's.
        order: (N,) the indices that arrow keys step through.
        run: Whose prediction is told, if one is chosen.
        on_open: Opens the image that an arrow key leads to.
        note: What was measured of it, e.g. "brightness 42 %".
    """
    name = dataset.class_names[dataset.labels[index]]
    facts = ", ".join(filter(None, (split_title(splits.split_of(index)), note)))
    hint = f"{facts}. Point at a pixel, or tap it, to read its value."
    image_inspector(
        dataset.images[index],
        f"{name}, image {index}",
        key="explore_image",
        hint=hint,
        on_step=lambda by: _step(order, index, by, on_open),
    )
    render_dispute(dataset, index)
    if run is not None:
        _render_prediction(dataset, index, run)
    page_link("Explain", "Explain a prediction of it", ":material/center_focus_strong:")
    _render_neighbours(dataset, splits, index)


def _step(order: NDArray[np.int64], index: int, by: int, on_open: Callable[[int], None]) -> None:
    """Open the image before or after one of these; at an end it stays."""
    places = np.flatnonzero(order == index)
    if len(places):
        on_open(int(order[min(len(order) - 1, max(0, int(places[0]) + by))]))


def _render_neighbours(dataset: Dataset, splits: Splits, index: int) -> None:
    name = dataset.class_names[dataset.labels[index]]
    found, correlations = find_neighbours(get_descriptors(dataset), index, _NUM_NEIGHBOURS)
    notes = [
        f"{splits.split_of(int(other))}, correlation {correlation:.2f}"
        for other, correlation in zip(found, correlations, strict=True)
    ]
    same = int((dataset.labels[found] == dataset.labels[index]).sum())
    st.markdown(
        f"**Most alike** in all splits: {same} of {_NUM_NEIGHBOURS} images are labelled {name}",
        help="By the correlation of pixels averaged to 8x8: the same colours in the same places, whatever they show.",
    )
    gallery(
        dataset.images[found],
        label_tiles(dataset, found, notes, has_names=True, disputes=find_disputes(dataset)),
        key=_NEIGHBOURS,
        label="Most alike",
        tile_size=54,
        selected=state.chosen_image(),
        on_select=state.choose_image,
        can_tick=True,
    )
    offer_selection(dataset, splits, found, f"most like image {index}", key=_NEIGHBOURS, gallery=_NEIGHBOURS)


def _render_prediction(dataset: Dataset, index: int, run: RunSummary) -> None:
    record = get_store().record(run.run_id)
    spoken = find_spoken(record)
    if spoken is None:
        st.caption(f"{literal(short_name(run))} has no weights yet.")
        return
    image = np.asarray(dataset.images[index])
    try:
        probs = what_run_says(record, spoken.weights, image, digest(image), index).probs
    except CheckpointError as error:
        st.caption(message(error))
        return
    top = np.argsort(-probs)[:3]
    words = ", ".join(f"{dataset.class_names[place]} {percent(float(probs[place]))}" for place in top)
    is_right = top[0] == dataset.labels[index]
    verdict = f"takes it for {words}: {'right' if is_right else 'wrong'}"
    after = "" if run.is_imported else f"After epoch {spoken.weights.epoch} "
    st.markdown(f"{after}**{literal(short_name(run))}** {verdict}.")
