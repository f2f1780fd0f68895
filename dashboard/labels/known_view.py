"""Test labels that looked wrong to a network, and what five people each said of them."""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from cifar_core.data import DataError, Dataset
from cifar_core.labels.known import NUM_VOTES, VOTES, KnownVerdicts, verdicts_frame
from cifar_core.labels.published import VERDICTS
from cifar_core.selections import SelectionError, create_selection
from dashboard.components import Tile, gallery
from dashboard.drawing.choices import choose_one, choose_page
from dashboard.drawing.literal import message
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.tiles import DISPUTED, PAGE_SIZE
from dashboard.drawing.words import unbroken
from dashboard.labels.fetch_view import render_missing, render_refused
from dashboard.labels.subject import Subject
from dashboard.session import address, state
from dashboard.session.aside import offer_selection
from dashboard.session.cache import get_splits
from dashboard.session.kept import get_selection_store
from dashboard.session.known import describe_votes, find_verdicts
from dashboard.session.links import page_link, scorecard_link
from dashboard.session.lock import list_splits
from dashboard.session.redraw import hand_over_page

_GALLERY = "labels_known"
_WHY = (
    "**People's verdicts on test labels**: five people each looked at 275 test images that a network had found "
    "mislabelled; with them, disputed labels carry a badge on every gallery, and accuracy is told three ways."
)
_ARROW = "\N{RIGHTWARDS ARROW}"


def render_known(subject: Subject) -> list[Export]:
    """Draw the judged labels, those that the fewest people kept first; return them as a file."""
    dataset = subject.dataset
    try:
        verdicts = find_verdicts(dataset)
    except DataError as error:
        st.markdown(_WHY)
        render_refused(VERDICTS, error)
        return []
    if verdicts is None:
        render_missing(dataset, VERDICTS, _WHY)
        return []
    disputed, corrected = int(verdicts.is_disputed.sum()), int(verdicts.is_corrected.sum())
    st.markdown(
        f"Five people each judged **{len(verdicts.indices)} test labels** that a network had found wrong: "
        f"**{disputed}** are disputed, fewer than three of five kept them; for {corrected} of these, three or more "
        "agree on another class."
    )
    frame = verdicts_frame(verdicts)
    ways = {
        "disputed": frame["is_disputed"],
        "another class agreed on": frame["is_corrected"],
        "kept": ~frame["is_disputed"],
        "all": frame["is_disputed"] | True,
    }
    shown = frame[choose_one("Show", ways, state.KNOWN_SHOWN, in_address=True)]
    _render_gallery(subject, verdicts, shown)
    if subject.chosen is not None:
        scorecard_link(subject.chosen.run_id, "What they change of the run's accuracy")
    st.caption(
        f"A **{DISPUTED}** marks these labels on Explore and Errors, too. Votes: Northcutt, Athalye and Mueller, 2021 "
        f"([{VERDICTS.home.removeprefix('https://')}]({VERDICTS.home}), {VERDICTS.licence})."
    )
    return [csv_export("Verdicts as CSV", partial(name_frame, frame, dataset), "test-label-verdicts.csv")]


def name_frame(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Return verdicts with classes by their names."""
    names = np.array(dataset.class_names)
    named = frame.assign(given_label=names[frame["given_idx"]], suspected=names[frame["guessed_idx"]])
    renamed = named.rename(columns={name: f"votes_{name}" for name in VOTES})
    columns = ["index", "given_label", "suspected", *(f"votes_{name}" for name in VOTES), "is_disputed", "is_corrected"]
    return renamed[columns]


def _render_gallery(subject: Subject, verdicts: KnownVerdicts, shown: pd.DataFrame) -> None:
    dataset = subject.dataset
    num_pages, listed = math.ceil(len(shown) / PAGE_SIZE), shown["index"].to_numpy()
    page = choose_page(num_pages, state.KNOWN_PAGE, listed=listed)
    rows = shown.iloc[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    indices = rows["index"].to_numpy()
    with st.container(horizontal=True, vertical_alignment="center"):
        if state.chosen_image() in indices.tolist():
            page_link("Explain", "Explain this image", ":material/center_focus_strong:")
        run = subject.chosen
        splits = get_splits(dataset, None if run is None else run.config)
        how = "test labels that people judged"
        offer_selection(dataset, splits, shown["index"], how, key="labels_known", gallery=_GALLERY)
        for title, icon in (("Explore", ":material/grid_view:"), ("Errors", ":material/error_outline:")):
            if title != "Errors" or (run is not None and "test" in list_splits()):
                st.button(
                    f"Only disputed ones on {title}",
                    icon=icon,
                    type="tertiary",
                    on_click=_show_alone,
                    args=(dataset, verdicts, title),
                )
    st.caption(
        f"Below each: the label {_ARROW} what the network found instead, and how many of the five kept the label."
    )
    gallery(
        dataset.images[indices],
        [_create_tile(row, verdicts, dataset) for row in rows.to_dict("records")],
        key=_GALLERY,
        label="Judged test labels",
        tile_size=96,
        selected=state.chosen_image(),
        on_select=state.choose_image,
        can_tick=True,
    )


def _show_alone(dataset: Dataset, verdicts: KnownVerdicts, page: str) -> None:
    """Let pages show the disputed labels alone, as a selection, and open one of them. For callbacks."""
    made = create_selection(
        "Disputed test labels",
        verdicts.disputed,
        origin=f"test labels that fewer than three of five people kept, {VERDICTS.name}",
        fingerprint=dataset.fingerprint,
    )
    try:
        kept = get_selection_store().find_or_save(made)
    except SelectionError as error:
        st.toast(message(error), icon=":material/error:")
        return
    address.SELECTION.choose(kept.id)
    if page == "Errors":
        address.SPLIT.choose("test")
        address.OUTCOME.choose(None)
    hand_over_page(page)


def _create_tile(row: Mapping[Any, Any], verdicts: KnownVerdicts, dataset: Dataset) -> Tile:
    names, place = dataset.class_names, int(np.searchsorted(verdicts.indices, row["index"]))
    given, guessed = names[row["given_idx"]], names[row["guessed_idx"]]
    votes, kept = describe_votes(verdicts, place, names), f"{row['given']}/{NUM_VOTES} keep"
    return Tile(
        row["index"],
        f"labelled {given}, a network said {guessed}; {votes}, image {row['index']}",
        label=f"{given} {_ARROW} {guessed} {unbroken(kept)}",
        badge=DISPUTED if row["is_disputed"] else "",
    )
