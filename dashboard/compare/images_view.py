"""The images behind the numbers: pile by pile, cell by cell, class by class."""

from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.evaluation import compute_confusion_matrix
from cifar_core.evaluation.pairs import PILES, class_flows_frame
from dashboard.compare.charts import flows_figure
from dashboard.compare.opened_view import find_opened, render_maps, render_opened
from dashboard.compare.reading import Pair
from dashboard.compare.selection import (
    Shown,
    choose_cell,
    choose_pile,
    find_largest,
    read_cell,
    read_pile,
    show_cell,
)
from dashboard.compare.tiles import pair_tiles
from dashboard.compare.words import PILE_MEANINGS, PILE_TITLES
from dashboard.components import confusion_matrix, gallery
from dashboard.drawing.choices import choose_rows, page_of
from dashboard.drawing.figures import show_figure
from dashboard.drawing.matrices import matrix_cells
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.tiles import PAGE_SIZE
from dashboard.drawing.words import short_name, signed
from dashboard.session import state
from dashboard.session.aside import offer_selection
from dashboard.session.cache import get_splits
from dashboard.session.selection import find_place

_GALLERY = "compare_gallery"
_TILE_SIZE = 82
_FLOW_COLUMNS: dict[str, Any] = {
    "class_name": st.column_config.TextColumn("Class", pinned=True),
    "per_cent_first": st.column_config.NumberColumn("A right", format="%.1f %%"),
    "per_cent_second": st.column_config.NumberColumn("B right", format="%.1f %%"),
    "fixed": "Fixed",
    "broken": "Broken",
    "change": st.column_config.TextColumn("B better by", help="Percentage points, with the 95 % interval."),
}


def render_piles(pair: Pair) -> None:
    """Draw the choice of a pile, and its images."""
    answers, pile = pair.answers, read_pile()
    state.set_widget(state.COMPARE_PILE, pile)
    st.pills(
        "Images",
        PILES,
        required=True,
        key=state.COMPARE_PILE,
        format_func=lambda pile: f"{PILE_TITLES[pile]} {answers.sizes[pile]:,}",
        on_change=lambda: choose_pile(state.widget_value(state.COMPARE_PILE)),
        label_visibility="collapsed",
        wrap=True,
    )
    shown = Shown(PILE_TITLES[pile], PILE_MEANINGS[pile], answers.piles[pile])
    opened_place = st.container()
    _render_gallery(pair, shown)
    _render_opened(pair, shown, opened_place)


def render_cells(pair: Pair) -> None:
    """Draw the difference of both confusion matrices and, beside it, the images of the chosen cell."""
    names = pair.dataset.class_names
    first, second = (compute_confusion_matrix(each, len(names)) for each in pair.answers.predictions)
    cell = read_cell(names) or find_largest(second - first)
    shown = show_cell(pair.answers.frame, cell, names)
    opened_place = st.container()
    left, right = st.columns(2, gap="medium")
    with left:
        st.caption("B's confusion matrix less A's: how many more images, or fewer, each cell holds. Click one.")
        confusion_matrix(
            second,
            names,
            key="compare_matrix",
            selected=cell,
            on_select=lambda true_idx, pred_idx: choose_cell(names, true_idx, pred_idx),
            cells=matrix_cells(second, "none", first),
        )
    with right:
        _render_gallery(pair, shown)
    _render_opened(pair, shown, opened_place)


def render_classes(pair: Pair) -> None:
    """Draw what became of each class's images, and a table with intervals."""
    frame = class_flows_frame(pair.answers.frame, pair.dataset.class_names)
    left, right = st.columns(2, gap="medium")
    with left:
        alt = "For each class, how many images B fixed and how many it broke"
        show_figure(flows_figure, frame, key="compare_flows", alt=alt)
    with right:
        table = frame.assign(
            per_cent_first=100 * frame["accuracy_first"],
            per_cent_second=100 * frame["accuracy_second"],
            change=[_change(*row) for row in frame[["difference", "low", "high"]].to_numpy()],
        )
        st.dataframe(
            table[list(_FLOW_COLUMNS)], hide_index=True, column_config=_FLOW_COLUMNS, height=38 + 35 * len(frame)
        )
        offer_csv("Classes as CSV", frame, "classes.csv")


def _change(size: float, low: float, high: float) -> str:
    if size != size:
        return "–"
    return f"{signed(size)} ({signed(low)} to {signed(high)})"


def _render_gallery(pair: Pair, shown: Shown) -> None:
    num = len(shown.rows)
    title = f"{shown.title[0].upper()}{shown.title[1:]}"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"**{title}**: {num:,} image{'' if num == 1 else 's'}. {shown.meaning}.", width="content")
        rows = choose_rows(shown.rows, PAGE_SIZE, state.COMPARE_PAGE, find_place(shown.rows, state.chosen_image()))
    if rows.empty:
        st.info("None. Choose another one.", icon=":material/check_circle:")
        return
    gallery(
        pair.dataset.images[rows["index"].to_numpy()],
        pair_tiles(pair.dataset, rows),
        key=_GALLERY,
        label=shown.title,
        tile_size=_TILE_SIZE,
        selected=state.chosen_image(),
        on_select=state.choose_image,
        can_tick=True,
    )
    st.caption("Below each: what A says, then B. Click an image to see it under both; the space bar ticks one.")
    first, second = pair.runs
    how = f"{shown.title.lower()}, A {short_name(first)} against B {short_name(second)} on {pair.split}"
    splits = get_splits(pair.dataset, first.config)
    offer_selection(pair.dataset, splits, shown.rows["index"], how, key=_GALLERY, gallery=_GALLERY)


def _render_opened(pair: Pair, shown: Shown, place: "st.delta_generator.DeltaGenerator") -> None:
    opened = find_opened(pair, shown.rows)
    if opened is None:
        return
    with place:
        maps_place = render_opened(opened, shown, _step_on)
    render_maps(opened, maps_place)


def _step_on(rows: pd.DataFrame, by: int) -> None:
    """Open the image after the opened one, or before it, and turn to its page. For callbacks."""
    place = find_place(rows, state.chosen_image())
    if place is None:
        return
    place = min(len(rows) - 1, max(0, place + by))
    state.choose_image(int(rows["index"].iloc[place]))
    if len(rows) > PAGE_SIZE:
        state.set_widget(state.COMPARE_PAGE, page_of(place, PAGE_SIZE))
