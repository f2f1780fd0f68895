"""The gallery of Explore: what filters it, what leads through it, and the drawer of the image that is open."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from cifar_core.runs import RunSummary
from dashboard.components import class_bar, gallery, opener
from dashboard.components.numbers import WHOLE
from dashboard.drawing.choices import choose_page
from dashboard.drawing.colours import colour_classes
from dashboard.drawing.tiles import label_tiles
from dashboard.explore.filters import (
    Filters,
    Shown,
    check_indices,
    find_images,
    render_filters,
    take_filters_off,
)
from dashboard.explore.opened_view import render_drawer
from dashboard.explore.sentences import describe_choice, describe_shown
from dashboard.session import state
from dashboard.session.aside import offer_selection
from dashboard.session.known import find_disputes
from dashboard.session.saying import fragment

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_GALLERY, _JUMP = "explore_gallery", "explore_jump"
_PER_PAGE = (100, 400, 1000)
_TILE_SIZES = {"small": 48, "medium": 64, "large": 96}


@fragment
def render_images(
    dataset: Dataset, splits: Splits, run: RunSummary | None, within: NDArray[np.int64] | None = None
) -> None:
    """Draw what filters the images, one page of them, and the open one in a drawer. A click redraws no more.

    Args:
        dataset: All images.
        splits: Which split each belongs to.
        run: Whose prediction is told of the open one, if one is chosen.
        within: Indices to which the filters are confined; all if None.
    """
    head, tools, notes = st.container(gap="small"), _row(), st.container()
    with tools, opener("Filters and order", icon=":material/tune:", key="explore_filters"):
        filters = render_filters(dataset)
        tile_size, per_page = _choose_tiles()
        jump = st.container()
    with notes:
        filters = check_indices(dataset, filters)
        shown, counts = find_images(dataset, splits, filters, within)
    with head:
        st.markdown(describe_shown(dataset, shown, filters))
        _render_class_bar(dataset, counts, filters)
    with jump:
        _render_jump(dataset, shown, per_page)
    with tools:
        rows = _lead_through(shown, filters, per_page)
        offer_selection(
            dataset, splits, shown.indices, describe_choice(filters), key="explore_images", gallery=_GALLERY
        )
    if len(shown.indices):
        _render_gallery(dataset, shown, rows, tile_size)
    else:
        st.info("No image is left by these filters. Take one off.", icon=":material/filter_alt_off:")
    render_drawer(
        dataset, splits, shown.indices, run, on_open=lambda index: _jump(shown.indices, index, per_page), shown=shown
    )


def _row() -> "DeltaGenerator":
    return st.container(horizontal=True, vertical_alignment="center")


def _render_class_bar(dataset: Dataset, counts: NDArray[np.int64], filters: Filters) -> None:
    names = dataset.class_names

    def toggle(class_idx: int) -> None:
        chosen = {*filters.class_names} ^ {names[class_idx]}
        state.set_widget(state.EXPLORE_CLASSES, [name for name in names if name in chosen])
        state.turn_to_page(1)

    class_bar(
        names,
        counts.tolist(),
        list(colour_classes(names).values()),
        key="explore_class_bar",
        chosen=[names.index(name) for name in filters.class_names],
        on_toggle=toggle,
    )


def _choose_tiles() -> tuple[int, int]:
    """Return the size of tiles in CSS pixels, and how many images a page has."""
    with st.container(horizontal=True):
        size = _select("Tiles", list(_TILE_SIZES), 1, state.EXPLORE_TILE)
        per_page = _select("Images a page", list(_PER_PAGE), 0, state.EXPLORE_PER_PAGE)
    return _TILE_SIZES[size], per_page


def _select(label: str, options: list[Any], default: int, key: str) -> Any:
    return st.selectbox(label, options, index=default, key=key, bind="query-params", persist_state="session")


def _render_jump(dataset: Dataset, shown: Shown, per_page: int) -> None:
    key = _find_jump_box()
    st.number_input(
        "Jump to index",
        min_value=0,
        max_value=dataset.num_images - 1,
        value=None,
        key=key,
        placeholder=WHOLE,
        help="Opens the image with this number in the dataset, and the page that holds it.",
        on_change=lambda: _jump(shown.indices, state.widget_value(key), per_page),
    )


def _find_jump_box() -> str:
    """Return the key of the box to jump by: of a new one, which is empty, once what the last one led to was left.

    The same number once more would else be no news, and what was closed could not be jumped to again. One that were
    emptied instead would lead there again where somebody presses something before their browser has heard of it.
    """
    count = state.widget_value(_JUMP) or 0
    if state.widget_value(f"{_JUMP}_{count}") not in (None, state.chosen_image()):
        count += 1
        state.set_widget(_JUMP, count)
    return f"{_JUMP}_{count}"


def _lead_through(shown: Shown, filters: Filters, per_page: int) -> slice:
    """Draw what leads through the images; return the rows of them that are on the open page."""
    total = len(shown.indices)
    st.button(
        "Surprise me",
        icon=":material/casino:",
        help="Opens an image by chance.",
        disabled=not total,
        on_click=lambda: _jump(shown.indices, int(np.random.default_rng().choice(shown.indices)), per_page),
    )
    if filters.num_on:
        st.button("Show all", icon=":material/filter_alt_off:", type="tertiary", on_click=take_filters_off)
    num_pages = math.ceil(total / per_page)
    page = choose_page(num_pages, state.EXPLORE_PAGE, listed=shown.indices)
    return slice((page - 1) * per_page, min(page * per_page, total))


def _render_gallery(dataset: Dataset, shown: Shown, rows: slice, tile_size: int) -> None:
    total, indices = len(shown.indices), shown.indices[rows]
    gallery(
        dataset.images[indices],
        label_tiles(dataset, indices, shown.notes(rows), has_names=True, disputes=find_disputes(dataset)),
        key=_GALLERY,
        label=f"Images {rows.start + 1} to {rows.stop} of {total}",
        tile_size=tile_size,
        selected=state.chosen_image(),
        on_select=state.choose_image,
        is_followed=True,
        can_tick=True,
    )
    st.caption(
        f"Images {rows.start + 1:,} to {rows.stop:,} of {total:,}. Arrow keys move, Enter opens, the space bar ticks."
    )


def _jump(indices: NDArray[np.int64], index: int | None, per_page: int) -> None:
    """Open an image, and the page of the gallery that holds it if the filters let it through."""
    if index is None:
        return
    state.choose_image(int(index))
    places = np.flatnonzero(indices == index)
    if len(places) and len(indices) > per_page:
        state.turn_to_page(int(places[0]) // per_page + 1)
