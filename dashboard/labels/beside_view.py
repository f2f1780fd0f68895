"""Where the network errs as people do, and where it does not: image by image, and class by class."""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.evaluation import compute_confusion_matrix, normalize_confusion_matrix
from cifar_core.evaluation.criteria import Criteria, select_predictions
from cifar_core.labels.people import UNANIMOUS, compare_with_people, people_matrix
from dashboard.components import Cells, Tile, confusion_matrix, gallery
from dashboard.drawing.choices import choose_one, choose_page
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.tiles import PAGE_SIZE, with_disputes
from dashboard.drawing.words import percent, short_name, signed, unbroken
from dashboard.labels.subject import Beside
from dashboard.session import address, state
from dashboard.session.aside import offer_selection
from dashboard.session.cache import get_splits
from dashboard.session.known import find_disputes
from dashboard.session.links import page_link

_ARROW = "\N{RIGHTWARDS ARROW}"


def render_mistakes(beside: Beside) -> list[Export]:
    """Draw the network's mistakes, sorted by what people make of the same images."""
    labels = beside.subject.test_labels
    preds = beside.predictions.preds
    piles = compare_with_people(preds, labels, beside.people)
    wrong = max(1, int((preds != labels).sum()))
    counts = {
        "Wrong where people are unanimous": piles.where_unanimous,
        "Wrong, but people too": piles.with_people,
        "Wrong where people are divided": piles.where_divided,
        "Only people wrong": piles.only_people,
    }
    unanimous, with_people = int(piles.where_unanimous.sum()), int(piles.with_people.sum())
    st.markdown(
        f"Of its **{wrong:,}** mistakes **{unanimous:,}** ({percent(unanimous / wrong, 0)}) are on images that at "
        f"least {percent(UNANIMOUS, 0)} of people name right: no fault of the image. On **{with_people:,}** "
        f"({percent(with_people / wrong, 1)}) most people err, too."
    )
    members = choose_one("Show", counts, state.PEOPLE_PILE, in_address=True)
    places = np.flatnonzero(members)
    places = places[np.argsort(-beside.predictions.probs.max(axis=1)[places], kind="stable")]
    render_places(beside, places, "labels_pile", f"{len(places):,} images, those first of which the network is surest")
    return [csv_export("Images as CSV", partial(answers_frame, beside, places), "network-and-people.csv")]


def render_matrix(beside: Beside) -> list[Export]:
    """Draw what the network takes for what, less what people take for it; and the images of a cell."""
    labels, names = beside.subject.test_labels, beside.subject.dataset.class_names
    counts = compute_confusion_matrix(beside.predictions, len(names))
    network, people = normalize_confusion_matrix(counts, "true"), people_matrix(beside.people, labels)
    difference = network - people
    st.markdown(describe_difference(difference, network, people, names))
    shown = {
        "network minus people": Cells(difference, is_share=True, is_difference=True),
        "network": Cells(network, is_share=True),
        "people": Cells(people, is_share=True),
    }
    cell = _read_cell(names) or _find_largest(difference)
    left, right = st.columns(2, gap="medium")
    with left:
        cells = choose_one("Shares of each true class", shown, state.PEOPLE_CELLS, in_address=True)
        confusion_matrix(
            counts,
            names,
            key="labels_matrix",
            selected=cell,
            on_select=lambda true_idx, pred_idx: _choose_cell(names, true_idx, pred_idx),
            cells=cells,
        )
        st.caption("Rows: the label. Columns: what it is taken for. People's shares are of their single answers.")
    with right:
        _render_cell(beside, cell)
    return [csv_export("Matrix as CSV", partial(matrix_frame, network, people, names), "network-minus-people.csv")]


def describe_difference(
    difference: NDArray[np.float64],
    network: NDArray[np.float64],
    people: NDArray[np.float64],
    class_names: tuple[str, ...],
) -> str:
    """Say which confusion the network makes more often than people, and which people make most."""
    true_idx, pred_idx = _find_largest(difference)
    off = people * (1 - np.eye(len(people)))
    people_true, people_pred = np.unravel_index(off.argmax(), off.shape)
    return (
        f"The network takes **{class_names[true_idx]} for {class_names[pred_idx]}** in "
        f"{percent(float(network[true_idx, pred_idx]))} of such images, people in "
        f"{percent(float(people[true_idx, pred_idx]))}: {signed(float(difference[true_idx, pred_idx]))} points, the "
        f"widest gap. People most often take {class_names[people_true]} for {class_names[people_pred]} "
        f"({percent(float(off.max()))} of their answers; the network "
        f"{percent(float(network[people_true, people_pred]))})."
    )


def matrix_frame(
    network: NDArray[np.float64], people: NDArray[np.float64], class_names: tuple[str, ...]
) -> pd.DataFrame:
    """Return a row for each cell: label, named, network, people, difference; shares of the true class."""
    true_idx, pred_idx = (axis.reshape(-1) for axis in np.indices(network.shape))
    names = np.array(class_names)
    columns = {"network": network, "people": people, "difference": network - people}
    shares = {name: values.reshape(-1).round(5) for name, values in columns.items()}
    return pd.DataFrame({"label": names[true_idx], "named": names[pred_idx]} | shares)


def answers_frame(beside: Beside, places: NDArray[np.int64]) -> pd.DataFrame:
    """Return who says what of some test images.

    Columns index, label, network, confidence, people (what most say), people_share (of them), people_right (the share
    that says what the label says), entropy (of people's answers, in nats).
    """
    people, predictions = beside.people, beside.predictions
    names, labels = np.array(beside.subject.dataset.class_names), beside.subject.test_labels[places]
    rows = np.arange(len(places))
    shares, majority = people.probs[places], people.majority[places]
    return pd.DataFrame(
        {
            "index": beside.subject.dataset.num_train + places,
            "label": names[labels],
            "network": names[predictions.preds[places]],
            "confidence": predictions.probs.max(axis=1)[places],
            "people": names[majority],
            "people_share": shares[rows, majority],
            "people_right": shares[rows, labels],
            "entropy": people.entropy[places],
        }
    )


def render_places(beside: Beside, places: NDArray[np.int64], key: str, title: str) -> None:
    """Draw some test images with what the network and people say of each, and the way on.

    Args:
        beside: Whose answers.
        places: (N,) among the test images, in order.
        key: Of the gallery.
        title: What they are, and in which order.
    """
    if not len(places):
        st.info("There is no such image.", icon=":material/check_circle:")
        return
    dataset = beside.subject.dataset
    page = choose_page(math.ceil(len(places) / PAGE_SIZE), state.PEOPLE_PAGE, listed=places)
    shown = places[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    st.caption(
        f"{title}. Below each: the label {_ARROW} what the network says, and how many people say what the label says."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if state.chosen_image() in (dataset.num_train + shown).tolist():
            page_link("Explain", "Explain this image", ":material/center_focus_strong:")
        splits = get_splits(dataset, beside.run.config)
        how = f"{title.partition(', ')[0]}, {short_name(beside.run)} beside people"
        offer_selection(dataset, splits, dataset.num_train + places, how, key=key, gallery=key)
    tiles = [_create_tile(row) for row in answers_frame(beside, shown).to_dict("records")]
    gallery(
        dataset.images[dataset.num_train + shown],
        with_disputes(tiles, find_disputes(dataset)),
        key=key,
        label=title,
        tile_size=92,
        selected=state.chosen_image(),
        on_select=state.choose_image,
        can_tick=True,
    )


def _create_tile(row: Mapping[Any, Any]) -> Tile:
    is_right = row["label"] == row["network"]
    agree = unbroken(f"people {percent(row['people_right'], 0)}")
    return Tile(
        int(row["index"]),
        f"label {row['label']}; network: {row['network']} ({percent(row['confidence'], 0)}); people: "
        f"{row['people']} ({percent(row['people_share'], 0)}), image {row['index']}",
        "right" if is_right else "wrong",
        f"{row['label']} {_ARROW} {row['network']}, {agree}",
    )


def _render_cell(beside: Beside, cell: tuple[int | None, int | None]) -> None:
    true_idx, pred_idx = cell
    names = beside.subject.dataset.class_names
    criteria = Criteria(
        () if true_idx is None else (true_idx,), () if pred_idx is None else (pred_idx,), "any", 0.0, 1.0
    )
    rows = select_predictions(beside.predictions, criteria)
    places = rows["index"].to_numpy() - beside.subject.dataset.num_train
    true_name, pred_name = ("any class" if place is None else names[place] for place in cell)
    st.markdown(f"**{true_name} called {pred_name}** by the network: {len(places):,} images")
    render_places(beside, places, "labels_cell", f"{true_name} called {pred_name}")


def _find_largest(difference: NDArray[np.float64]) -> tuple[int, int]:
    """Return the mistake that the network makes most more often than people."""
    off = difference * (1 - np.eye(len(difference)))
    true_idx, pred_idx = np.unravel_index(off.argmax(), off.shape)
    return int(true_idx), int(pred_idx)


def _read_cell(class_names: tuple[str, ...]) -> tuple[int | None, int | None] | None:
    parts = (address.PEOPLE_CELL.value() or "").split(",")
    if len(parts) != 2 or parts == ["", ""] or any(part and part not in class_names for part in parts):
        return None
    true_idx, pred_idx = (class_names.index(part) if part else None for part in parts)
    return true_idx, pred_idx


def _choose_cell(class_names: tuple[str, ...], true_idx: int | None, pred_idx: int | None) -> None:
    names = ("" if place is None else class_names[place] for place in (true_idx, pred_idx))
    address.PEOPLE_CELL.choose(",".join(names))
    address.step_on()
