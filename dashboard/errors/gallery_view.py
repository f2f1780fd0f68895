"""The images of a cell, in an order and with an outcome of one's choice; one of them leads to Explain."""

import math
import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from cifar_core.evaluation import Criteria, Predictions, select_predictions
from cifar_core.evaluation.criteria import ORDERS, Outcome
from dashboard.components import gallery
from dashboard.drawing.contact_sheet import draw_contact_sheet
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.tiles import PAGE_SIZE, prediction_tiles
from dashboard.drawing.words import percent, short_name
from dashboard.errors.reading import Reading
from dashboard.session import state
from dashboard.session.links import page_link

MISTAKES, RIGHT, UNSURE, EVERYTHING = "mistakes", "right", "right but unsure", "all"
_OUTCOMES: dict[str, Outcome] = {MISTAKES: "wrong", RIGHT: "right", UNSURE: "right", EVERYTHING: "any"}


def render_images(reading: Reading, criteria: Criteria, title: str) -> None:
    """Draw the images that meet the criteria, page by page, and what is known of the chosen one.

    Args:
        reading: Whose predictions.
        criteria: Which true and predicted classes.
        title: These in words.
    """
    which, order, rows = _choose_rows(reading.predictions, criteria)
    st.markdown(f"**{title}**, {which}: {len(rows):,} images, {order}")
    if rows.empty:
        _render_nothing(reading.predictions, criteria, which)
        return
    dataset, shown = reading.dataset, _choose_page(rows)
    images = dataset.images[shown["index"].to_numpy()]
    tiles = prediction_tiles(dataset, shown)
    gallery(
        images,
        tiles,
        key="errors_gallery",
        label=f"{title}, {which}",
        selected=state.chosen_image(),
        on_select=state.choose_image,
    )
    _render_chosen(reading, rows)
    names = np.array(dataset.class_names)
    with st.container(horizontal=True):
        named = rows.assign(true=names[rows["true_idx"]], predicted=names[rows["pred_idx"]])
        offer_csv("Images as CSV", named, "images.csv")
        heading = f"{title}, {which}: {short_name(reading.run)}, {reading.split}, epoch {reading.epoch}"
        captions = [
            f"{names[row['true_idx']]} > {names[row['pred_idx']]} {percent(row['prob_pred'], 0)}"
            for row in shown.to_dict("records")
        ]
        st.download_button(
            "Contact sheet",
            lambda: draw_contact_sheet(images, captions, heading),
            "contact-sheet.png",
            "image/png",
            icon=":material/grid_on:",
            type="tertiary",
            on_click="ignore",
            help="The images on show as one picture, to print or hand in.",
        )


def _choose_rows(predictions: Predictions, criteria: Criteria) -> tuple[str, str, pd.DataFrame]:
    """Draw outcome, order and range of probabilities."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.segmented_control(
            "Show",
            list(_OUTCOMES),
            default=MISTAKES,
            required=True,
            key=state.ERRORS_OUTCOME,
            wrap=True,
            bind="query-params",
            persist_state="session",
            on_change=_order_by_outcome,
        )
        with st.popover("Order and range", icon=":material/sort:"):
            order = st.selectbox(
                "Order of images",
                ORDERS,
                key=state.ERRORS_ORDER,
                bind="query-params",
                persist_state="session",
                help="Margin: between the two most probable classes. Loss: minus the logarithm of the true class's "
                "probability. Each pair's worst: one of every confusion in turn.",
            )
            lowest, highest = st.slider(
                "Probability of the predicted class",
                0.0,
                1.0,
                (0.0, 1.0),
                0.01,
                key=state.ERRORS_PROBS,
                persist_state="session",
            )
    which = which or MISTAKES
    wanted = replace(criteria, outcome=_OUTCOMES[which], lowest_prob=lowest, highest_prob=highest)
    return which, order, select_predictions(predictions, wanted, order)


def _order_by_outcome() -> None:
    """What is right but unsure shows best the least sure first."""
    is_unsure = state.widget_value(state.ERRORS_OUTCOME) == UNSURE
    state.set_widget(state.ERRORS_ORDER, "smallest margin" if is_unsure else "most confident")


def _render_nothing(predictions: Predictions, criteria: Criteria, which: str) -> None:
    others = len(select_predictions(predictions, criteria))
    if not others:
        st.info("No image falls into this cell. Choose another one.", icon=":material/check_circle:")
        return
    st.info(f"None of the {others:,} images of this cell fits ({which}, range of probability).", icon=":material/tune:")
    st.button("Show them all", icon=":material/visibility:", on_click=_show_all)


def _show_all() -> None:
    state.set_widget(state.ERRORS_OUTCOME, EVERYTHING)
    state.set_widget(state.ERRORS_PROBS, (0.0, 1.0))


def _choose_page(rows: pd.DataFrame) -> pd.DataFrame:
    num_pages = math.ceil(len(rows) / PAGE_SIZE)
    if num_pages == 1:
        return rows
    # Its key changes with what is paged through: another selection begins at its first page.
    key = f"errors_page_{zlib.crc32(rows['index'].to_numpy().tobytes())}"
    page = st.pagination(num_pages, key=key)
    return rows.iloc[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _render_chosen(reading: Reading, rows: pd.DataFrame) -> None:
    index = state.chosen_image()
    if index is None or index not in set(rows["index"]):
        st.caption("Arrow keys move, Enter chooses.")
        return
    place = int(np.flatnonzero(reading.predictions.indices == index)[0])
    probs, names = reading.predictions.probs[place], reading.dataset.class_names
    top = ", ".join(f"{names[class_idx]} {percent(float(probs[class_idx]))}" for class_idx in np.argsort(-probs)[:3])
    true_name = names[reading.predictions.targets[place]]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Image {index}: true **{true_name}**; {top}.")
        # A link, not a button: st.switch_page refuses to leave a page whose widgets are bound to the address.
        page_link("Explain", "Explain this image", ":material/center_focus_strong:")
