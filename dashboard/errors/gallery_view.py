"""The images of a cell, in an order and with an outcome of one's choice."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from cifar_core.evaluation import Predictions
from cifar_core.evaluation.criteria import ORDERS
from dashboard.components import gallery, opener
from dashboard.drawing.choices import choose_rows, page_of
from dashboard.drawing.contact_sheet import draw_contact_sheet
from dashboard.drawing.glossary import explain
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.tiles import PAGE_SIZE, prediction_tiles
from dashboard.drawing.words import percent, short_name
from dashboard.errors.reading import Reading
from dashboard.session import address, state
from dashboard.session.aside import offer_selection
from dashboard.session.cache import get_splits
from dashboard.session.known import find_disputes
from dashboard.session.selection import (
    EVERYTHING,
    MISTAKES,
    OUTCOMES,
    UNSURE,
    Selection,
    choose_probs,
    find_place,
    read_probs,
    step,
)

_GALLERY = "errors_gallery"
_TILE_SIZE = 82


def render_images(reading: Reading, selection: Selection, rows: pd.DataFrame) -> list[Export]:
    """Draw the selected images, page by page, and what narrows them down.

    Args:
        reading: Whose predictions.
        selection: Which images.
        rows: These, in order.

    Returns:
        The images as files: all of them in a table, those on show in a picture.
    """
    title = f"{selection.title[0].upper()}{selection.title[1:]}"
    noun = "mistake" if selection.which == MISTAKES else "image"
    count = f"{len(rows):,} {noun}{'' if len(rows) == 1 else 's'}"
    st.markdown(f"**{title}**: {count}, {selection.order}")
    _choose_outcome_and_order()
    if rows.empty:
        _render_nothing(reading.predictions, selection)
        return []
    shown = choose_rows(rows, PAGE_SIZE, state.ERRORS_PAGE, find_place(rows, state.chosen_image()))
    dataset = reading.dataset
    images = dataset.images[shown["index"].to_numpy()]
    gallery(
        images,
        prediction_tiles(dataset, shown, find_disputes(dataset)),
        key=_GALLERY,
        label=title,
        tile_size=_TILE_SIZE,
        selected=state.chosen_image(),
        on_select=state.choose_image,
        can_tick=True,
    )
    st.caption("Click an image to open it above. Arrow keys move, Enter opens, the space bar ticks.")
    _offer(reading, selection, rows)
    return _list_exports(reading, f"{title}, {selection.which}", rows, shown)


def _offer(reading: Reading, selection: Selection, rows: pd.DataFrame) -> None:
    how = f"{selection.title}, by {short_name(reading.run)} on {reading.split}, epoch {reading.epoch}"
    splits = get_splits(reading.dataset, reading.run.config)
    offer_selection(reading.dataset, splits, rows["index"], how, key=_GALLERY, gallery=_GALLERY)


def _list_exports(reading: Reading, title: str, rows: pd.DataFrame, shown: pd.DataFrame) -> list[Export]:
    """Return the images as files; what is in them is made when somebody asks for it."""
    sheet = Export(
        "Contact sheet",
        "contact-sheet.png",
        lambda: _draw_sheet(reading, title, shown),
        "image/png",
        "The images on show as one picture, to print or hand in.",
    )
    return [csv_export("Images as CSV", lambda: _name_classes(reading, rows), "images.csv"), sheet]


def _name_classes(reading: Reading, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the images with the names of their true and predicted classes."""
    names = np.array(reading.dataset.class_names)
    return rows.assign(true=names[rows["true_idx"]], predicted=names[rows["pred_idx"]])


def _draw_sheet(reading: Reading, title: str, shown: pd.DataFrame) -> bytes:
    names = reading.dataset.class_names
    heading = f"{title}: {short_name(reading.run)}, {reading.split}, epoch {reading.epoch}"
    captions = [
        f"{names[row['true_idx']]} > {names[row['pred_idx']]} {percent(row['prob_pred'], 0)}"
        for row in shown.to_dict("records")
    ]
    return draw_contact_sheet(reading.dataset.images[shown["index"].to_numpy()], captions, heading)


def _choose_outcome_and_order() -> None:
    """Draw outcome, order and range of probabilities; the address holds them."""
    outcomes = list(OUTCOMES)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bound = address.bind(address.OUTCOME, state.ERRORS_OUTCOME, outcomes)
        bound |= {"on_change": _follow_outcome, "args": ()}
        st.segmented_control("Show", outcomes, required=True, wrap=True, **bound)
        with opener("Order and range", icon=":material/sort:", key="errors_order"):
            st.selectbox(
                "Order of images",
                ORDERS,
                help=explain("Each pair's worst: one of every confusion in turn.", "margin", "loss"),
                **address.bind(address.ORDER, state.ERRORS_ORDER, ORDERS),
            )
            state.keep_widget_at(state.ERRORS_PROBS, read_probs())
            st.slider(
                "Probability of the predicted class",
                0.0,
                1.0,
                step=0.01,
                key=state.ERRORS_PROBS,
                on_change=_follow_probs,
            )


def _follow_outcome() -> None:
    """What is right but unsure shows best the least sure first."""
    is_unsure = state.widget_value(state.ERRORS_OUTCOME) == UNSURE
    address.ORDER.choose("smallest margin" if is_unsure else None)
    address.follow(address.OUTCOME, state.ERRORS_OUTCOME)


def _follow_probs() -> None:
    choose_probs(*state.widget_value(state.ERRORS_PROBS))
    address.step_on()


def _render_nothing(predictions: Predictions, selection: Selection) -> None:
    others = len(replace(selection, which=EVERYTHING, probs=(0.0, 1.0)).find_rows(predictions))
    if not others:
        st.info("No image falls into this cell. Choose another one.", icon=":material/check_circle:")
        return
    st.info(
        f"None of the {others:,} images of this cell fits ({selection.which}, range of probability).",
        icon=":material/tune:",
    )
    st.button("Show them all", icon=":material/visibility:", on_click=_show_all)


def _show_all() -> None:
    address.OUTCOME.choose(EVERYTHING)
    address.PROBS.choose(None)
    address.step_on()


def step_on(rows: pd.DataFrame, by: int) -> None:
    """Open the image after the opened one, or before it, and turn to its page. For callbacks."""
    step(rows, by)
    place = find_place(rows, state.chosen_image())
    if place is not None and len(rows) > PAGE_SIZE:
        state.set_widget(state.ERRORS_PAGE, page_of(place, PAGE_SIZE))
