"""The gallery of Explore and the image that is chosen in it, large."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from cifar_core.data.similarity import find_neighbours
from cifar_core.runs import RunSummary
from cifar_core.training.exceptions import CheckpointError
from dashboard.components import gallery, image_inspector
from dashboard.components.numbers import WHOLE
from dashboard.drawing.literal import literal, message
from dashboard.drawing.tiles import label_tiles
from dashboard.drawing.words import percent, short_name, split_title
from dashboard.explore.filters import Shown
from dashboard.session import state
from dashboard.session.cache import get_descriptors, get_store
from dashboard.session.epochs import find_spoken
from dashboard.session.links import page_link
from dashboard.session.said import what_run_says
from dashboard.session.saying import fragment
from dashboard.session.weights import digest

_PER_PAGE = (100, 400, 1000)
_TILE_SIZES = {"small": 40, "medium": 64, "large": 96}
_NUM_NEIGHBOURS = 12


@fragment
def render_images(dataset: Dataset, splits: Splits, selection: Shown, run: RunSummary | None) -> None:
    """Draw one page of images and, beside it, the chosen one. A click redraws no more than this."""
    if not len(selection.indices):
        st.info("No image is left by these filters. Take one off.", icon=":material/filter_alt_off:")
        return
    rows, tile_size = _choose_page(dataset, selection)
    gallery_column, image_column = st.columns([5, 3], gap="medium")
    with gallery_column:
        _render_gallery(dataset, selection, rows, tile_size)
    with image_column:
        index = state.chosen_image()
        if index is None or index >= dataset.num_images:
            st.info("Click an image to see it large, with what resembles it.", icon=":material/ads_click:")
        else:
            per_page = int(state.widget_value(state.EXPLORE_PER_PAGE) or _PER_PAGE[0])
            render_image(
                dataset,
                splits,
                index,
                selection.indices,
                run,
                on_open=lambda other: _jump(selection.indices, other, per_page),
            )


def render_image(
    dataset: Dataset,
    splits: Splits,
    index: int,
    order: NDArray[np.int64],
    run: RunSummary | None,
    on_open: Callable[[int], None] = state.choose_image,
) -> None:
    """Show an image large, its channels and pixel values, what a run takes it for, and what resembles it.

    Args:
        dataset: All images.
        splits: To say which split it belongs to.
        index: The image's.
        order: (N,) the indices that arrow keys step through.
        run: Whose prediction is told, if one is chosen.
        on_open: Opens the image that an arrow key leads to.
    """

    def step(by: int) -> None:
        places = np.flatnonzero(order == index)
        if len(places):
            on_open(int(order[(int(places[0]) + by) % len(order)]))

    name = dataset.class_names[dataset.labels[index]]
    hint = f"{split_title(splits.split_of(index))}. Point at a pixel to read it; arrow keys step."
    image_inspector(dataset.images[index], f"{name}, image {index}", key="explore_image", hint=hint, on_step=step)
    if run is not None:
        _render_prediction(dataset, index, run)
    page_link("Explain", "Explain a prediction of it", ":material/center_focus_strong:")
    found, correlations = find_neighbours(get_descriptors(dataset), index, _NUM_NEIGHBOURS)
    notes = [
        f"{splits.split_of(int(other))}, correlation {correlation:.2f}"
        for other, correlation in zip(found, correlations, strict=True)
    ]
    same = int((dataset.labels[found] == dataset.labels[index]).sum())
    st.markdown(
        f"**Most alike** in all splits: {same} of {_NUM_NEIGHBOURS} are labelled {name}",
        help="By the correlation of pixels averaged to 8x8: the same colours in the same places, whatever they show.",
    )
    tiles = label_tiles(dataset, found, notes)
    gallery(
        dataset.images[found],
        tiles,
        key="explore_neighbours",
        label="Most alike",
        tile_size=54,
        selected=state.chosen_image(),
        on_select=state.choose_image,
    )


def _choose_page(dataset: Dataset, selection: Shown) -> tuple[slice, int]:
    """Draw what leads through the selection; return the rows of it that are shown, and their size in CSS pixels."""
    total = len(selection.indices)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = _select("Tiles", list(_TILE_SIZES), 1, state.EXPLORE_TILE, 110)
        per_page = _select("A page", list(_PER_PAGE), 0, state.EXPLORE_PER_PAGE, 90)
        st.number_input(
            "Jump to index",
            min_value=0,
            max_value=dataset.num_images - 1,
            value=None,
            key="explore_jump",
            placeholder=WHOLE,
            width=130,
            on_change=lambda: _jump(selection.indices, state.widget_value("explore_jump"), per_page),
        )
        st.button(
            "Surprise me",
            icon=":material/casino:",
            on_click=lambda: _jump(selection.indices, int(np.random.default_rng().choice(selection.indices)), per_page),
        )
        num_pages = math.ceil(total / per_page)
        page = st.pagination(num_pages, key=state.EXPLORE_PAGE, bind="query-params") if num_pages > 1 else 1
    return slice((page - 1) * per_page, min(page * per_page, total)), _TILE_SIZES[size]


def _select(label: str, options: list[Any], default: int, key: str, width: int) -> Any:
    return st.selectbox(
        label, options, index=default, key=key, bind="query-params", persist_state="session", width=width
    )


def _render_gallery(dataset: Dataset, selection: Shown, rows: slice, tile_size: int) -> None:
    total, shown = len(selection.indices), selection.indices[rows]
    gallery(
        dataset.images[shown],
        label_tiles(dataset, shown, selection.notes(rows)),
        key="explore_gallery",
        label=f"Images {rows.start + 1} to {rows.stop} of {total}",
        tile_size=tile_size,
        selected=state.chosen_image(),
        on_select=state.choose_image,
    )
    st.caption(f"Images {rows.start + 1:,} to {rows.stop:,} of {total:,}. Arrow keys move, Enter opens.")


def _jump(indices: NDArray[np.int64], index: int | None, per_page: int) -> None:
    """Open an image, and the page of the gallery that holds it if the filters let it through."""
    if index is None:
        return
    state.choose_image(int(index))
    places = np.flatnonzero(indices == index)
    if len(places) and len(indices) > per_page:
        state.turn_to_page(int(places[0]) // per_page + 1)


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
    st.markdown(f"After epoch {spoken.weights.epoch} **{literal(short_name(run))}** {verdict}.")
