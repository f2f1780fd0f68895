"""Labels that the network doubts with reason."""

from functools import lru_cache

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.evaluation import Predictions, compute_accuracy
from cifar_core.evaluation.label_errors import label_errors_frame
from dashboard.components import Tile, gallery
from dashboard.drawing.glossary import explain
from dashboard.drawing.literal import message
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.tiles import PAGE_SIZE
from dashboard.drawing.words import percent
from dashboard.errors.reading import Reading
from dashboard.session import state
from dashboard.session.links import page_link

_GOOD = 0.9  # accuracy from which a suspicion is worth more than a look at the network


def render_labels(reading: Reading) -> list[Export]:
    """Draw the suspected label errors, the most suspicious first; return them as a file."""
    try:
        frame = _find_suspects(reading.predictions)
    except ValueError as error:
        st.info(f"Labels cannot be judged by this epoch: {message(error)}.", icon=":material/trending_up:")
        return []
    total = reading.predictions.num_images
    st.markdown(
        f"**{len(frame):,} of {total:,} {reading.split} labels are suspected** ({percent(len(frame) / total)})",
        help=explain(
            "By cleanlab (Northcutt et al., 2021), and stricter: the network must also be as sure of it as where 97 of "
            "100 labels agree. It was not trained on these images.",
            "confident learning",
        ),
    )
    accuracy = compute_accuracy(reading.predictions)
    if frame.empty:
        st.info(describe_none(accuracy), icon=":material/check_circle:")
        return []
    st.caption(describe_precision(accuracy))
    return [_render_suspects(reading, frame)]


@lru_cache(maxsize=32)  # predictions are read once a server: the same ones are the same object
def _find_suspects(predictions: Predictions) -> pd.DataFrame:
    """All sessions share it, only to be read."""
    return label_errors_frame(predictions)


def _render_suspects(reading: Reading, frame: pd.DataFrame) -> Export:
    dataset, shown = reading.dataset, frame.head(PAGE_SIZE)
    names = np.array(dataset.class_names)
    tiles = [
        Tile(
            row["index"],
            f"labelled {names[row['true_idx']]} ({percent(row['prob_true'])}); network: {names[row['pred_idx']]} "
            f"({percent(row['prob_pred'])}), image {row['index']}",
        )
        for row in shown.to_dict("records")
    ]
    images = dataset.images[shown["index"].to_numpy()]
    gallery(
        images,
        tiles,
        key="errors_labels",
        label="Suspected labels",
        tile_size=84,
        selected=state.chosen_image(),
        on_select=state.choose_image,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        left = f"The {PAGE_SIZE} most suspicious are shown. " if len(frame) > PAGE_SIZE else ""
        st.caption(f"{left}Least probable label first. Point at one to read it.")
        if state.chosen_image() in shown["index"].to_numpy():
            page_link("Explain", "Explain this image", ":material/center_focus_strong:")
        page_link("Labels", "Doubted labels of train, to be judged", ":material/how_to_vote:")
    return csv_export("Suspected labels as CSV", lambda: _name_classes(frame, names), "suspected-labels.csv")


def _name_classes(frame: pd.DataFrame, names: NDArray[np.str_]) -> pd.DataFrame:
    return frame.assign(label=names[frame["true_idx"]], predicted=names[frame["pred_idx"]])


def describe_none(accuracy: float) -> str:
    """Say what it means that no label is suspected."""
    if accuracy >= _GOOD:
        return "No label is suspected."
    return (
        f"No label is suspected: the network, right on {percent(accuracy)} of the images, is nowhere sure enough to "
        "doubt a label with reason. That says nothing of the labels."
    )


def describe_precision(accuracy: float) -> str:
    """Say how many suspicions may be right, by what is known of networks of such an accuracy."""
    if accuracy >= _GOOD:
        return (
            "A suspicion, not a verdict: look, and judge. What you find says how far the last points of accuracy can "
            "be trusted."
        )
    return (
        f"Expect nearly all of these to be the network's own mistakes: it is right on {percent(accuracy)} of the "
        "images. Of what networks right on 71 % and 74 % of CIFAR-10's test images suspected, people who looked "
        "rejected 3 of 94 and 4 of 102 labels, about one in thirty; a better network suspects with more reason."
    )
