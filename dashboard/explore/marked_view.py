"""The images marked on the map: how many of which class, a page of them, ways on with them, and the open one."""

import math
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from cifar_core.runs import RunSummary
from dashboard.components import gallery
from dashboard.drawing.balance import render_balance
from dashboard.drawing.choices import choose_page
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.tiles import PAGE_SIZE, label_tiles
from dashboard.explore.opened_view import render_drawer
from dashboard.session import address, state
from dashboard.session.aside import offer_selection
from dashboard.session.links import page_link
from dashboard.session.opening import has_predictions

_GALLERY = "map_gallery"


def render_marked(dataset: Dataset, splits: Splits, marked: NDArray[np.int64], run: RunSummary | None) -> None:
    """Draw the images that are marked, ascending indices; while none are, and none is looked at, how to mark some."""
    if len(marked):
        _render_list(dataset, splits, marked, run)
    elif state.chosen_image() is None:
        st.info(
            "**Click a point** to see its image. **Draw round points** with Lasso or Box, or **choose a colour** below "
            "the map, to list their images here.",
            icon=":material/gesture_select:",
        )


def render_opened(dataset: Dataset, splits: Splits, marked: NDArray[np.int64], run: RunSummary | None) -> None:
    """Draw the image that is looked at in a drawer, which goes through those that are marked if it is one of them."""
    order = marked if state.chosen_image() in marked else np.arange(dataset.num_images)
    render_drawer(dataset, splits, order, run, on_open=state.choose_image)


def _render_list(dataset: Dataset, splits: Splits, marked: NDArray[np.int64], run: RunSummary | None) -> None:
    st.markdown(f"**{len(marked):,} images selected**")
    render_balance(dataset.labels[marked], dataset.class_names)
    rows = _choose_sheet(marked)
    gallery(
        dataset.images[marked[rows]],
        label_tiles(dataset, marked[rows]),
        key=_GALLERY,
        label="Images selected on the map",
        tile_size=48,
        selected=state.chosen_image(),
        on_select=state.choose_image,
        can_tick=True,
    )
    with st.container(horizontal=True):
        offer_selection(dataset, splits, marked, "selected on the map", key=_GALLERY, gallery=_GALLERY)
        if st.button("Filter and sort them", icon=":material/grid_view:", on_click=_open_as_gallery):
            st.rerun()
        if run is not None and has_predictions(run):
            only = {address.ONLY_MARKED: "marked"}
            page_link("Errors", "Mistakes among them", ":material/error_outline:", carrying=only)
        offer_csv("Indices as CSV", partial(_list_marked, dataset, marked), "selected-images.csv")


def _list_marked(dataset: Dataset, marked: NDArray[np.int64]) -> pd.DataFrame:
    names = np.array(dataset.class_names)
    return pd.DataFrame({"index": marked, "label": names[dataset.labels[marked]]})


def _choose_sheet(marked: NDArray[np.int64]) -> slice:
    """Draw what leads through the pages, where there are several; return the rows of the one that is shown."""
    num_pages = math.ceil(len(marked) / PAGE_SIZE)
    state.keep_among(state.EXPLORE_MARKED_PAGE, range(1, num_pages + 1))
    page = choose_page(num_pages, state.EXPLORE_MARKED_PAGE, listed=marked)
    return slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)


def _open_as_gallery() -> None:
    state.set_widget(state.EXPLORE_VIEW, "Images")
    address.ONLY_MARKED.choose("marked")
    address.step_on()
