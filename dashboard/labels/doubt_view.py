"""Whether the network doubts where people do: how little people agree against how sure it is."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.labels.people import correlate_doubts, doubt_frame
from dashboard.components import ScatterPoints, scatter
from dashboard.components.colours import RIGHT, WRONG
from dashboard.components.scatter import ScatterMap, encode_scatter
from dashboard.drawing.choices import choose_one
from dashboard.drawing.figures import show_figure
from dashboard.drawing.glossary import explain
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import in_digits, percent
from dashboard.labels.beside_view import answers_frame, render_places
from dashboard.labels.charts import bin_name, doubt_figure
from dashboard.labels.subject import Beside
from dashboard.session import state
from dashboard.session.pictures import pictures_address

_SCATTER = "labels_doubt_map"
_STRETCH = 2.8  # of confidence, at most 1, beside entropy, at most ln 10: the map keeps proportions and is upright


def render_doubt(beside: Beside) -> list[Export]:
    """Draw both doubts, image by image and in bins; and the images of a bin, or those that are marked on the map."""
    probs, labels = beside.predictions.probs, beside.subject.test_labels
    frame, bins = doubt_frame(probs, labels, beside.people)
    st.markdown(describe_doubt(frame, correlate_doubts(probs, beside.people)), help=explain("", "entropy"))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**In bins of people's entropy**")
        show_figure(
            doubt_figure, frame, key="labels_doubt", alt="The network right and sure, by how little people agree"
        )
        st.caption("Lines on the bars: 95 % intervals. Where people agree less, the network should be less sure.")
    with right:
        st.markdown("**Image by image**")
        shown = _draw_map(beside)
        label = "How sure the network is (upwards) over how little people agree (to the right)"
        marked = shown.find_marked(scatter(shown, label, key=_SCATTER, on_open=state.choose_image))
        st.caption("Upwards: how sure the network is. To the right: how little people agree. Lasso points to see them.")
    _render_images(beside, frame, bins, marked)
    places = np.arange(len(labels))
    return [
        csv_export("Bins as CSV", frame, "doubt-of-people-and-network.csv"),
        csv_export("Every image as CSV", partial(answers_frame, beside, places), "network-and-people.csv"),
    ]


def describe_doubt(frame: pd.DataFrame, correlation: float) -> str:
    """Say how much the network's confidence follows people's agreement."""
    first, last = frame.iloc[0], frame.iloc[-1]
    strength = "nothing" if np.isnan(correlation) else in_digits(correlation)
    return (
        f"Where all people agree ({int(first['num_images']):,} images) the network is "
        f"{percent(first['confidence'], 0)} sure and right on {percent(first['right'], 0)}; where they agree least "
        f"({int(last['num_images']):,}) it is still **{percent(last['confidence'], 0)}** sure and right on "
        f"**{percent(last['right'], 0)}**: rank correlation of both doubts **{strength}**."
    )


def _render_images(beside: Beside, frame: pd.DataFrame, bins: NDArray[np.int64], marked: NDArray[np.int64]) -> None:
    by_name = {bin_name(row): int(row["bin"]) for _, row in frame.iloc[::-1].iterrows()}
    confidence = beside.predictions.probs.max(axis=1)
    if len(marked):
        places, title = marked - beside.subject.dataset.num_train, f"{len(marked):,} images chosen on the map"
    else:
        chosen = choose_one("Images whose people's entropy is", by_name, state.PEOPLE_BIN, in_address=True)
        places = np.flatnonzero(bins == chosen)
        title = f"{len(places):,} images, those first of which the network is surest"
    places = places[np.argsort(-confidence[places], kind="stable")]
    render_places(beside, places, "labels_doubted_by_people", title)


def _draw_map(beside: Beside) -> ScatterMap:
    dataset, predictions = beside.subject.dataset, beside.predictions
    labels = beside.subject.test_labels
    confidence = _STRETCH * predictions.probs.max(axis=1)
    positions = np.stack([beside.people.entropy, confidence], axis=1).astype(np.float32)
    is_wrong = (predictions.preds != labels).astype(np.uint8)
    points = ScatterPoints(
        dataset.num_train + np.arange(len(labels)),
        positions,
        is_wrong,
        ("right", "wrong"),
        (RIGHT, WRONG),
        labels,
        dataset.class_names,
        pictures_address(dataset),
        ("people's entropy", "confidence"),
    )
    return encode_scatter(points)
