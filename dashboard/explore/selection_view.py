"""One selection: its images, what it is, and what can be done with it."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from cifar_core.runs import RunSummary
from cifar_core.selections import Selection, write_table
from dashboard.components import Tile, gallery
from dashboard.drawing.balance import render_balance
from dashboard.drawing.choices import choose_page
from dashboard.drawing.literal import literal
from dashboard.drawing.tiles import PAGE_SIZE, label_tiles
from dashboard.drawing.words import moment, run_name
from dashboard.explore.changing_view import render_changes, render_combine, render_delete
from dashboard.explore.opened_view import render_drawer
from dashboard.session import address, state
from dashboard.session.aside import offer_selection
from dashboard.session.chosen_runs import USES, find_counterpart, find_uses
from dashboard.session.held_out import describe_leak, describe_splits
from dashboard.session.kept import fits, open_here
from dashboard.session.links import compare_link, page_link
from dashboard.session.opening import has_predictions
from dashboard.session.saying import fragment
from dashboard.session.without import offer_training

_GALLERY = "selection_gallery"
_MOST_RUNS = 8
_ARROW = "\N{RIGHTWARDS ARROW}"


def render_selection(
    selection: Selection, dataset: Dataset, splits: Splits, runs: Sequence[RunSummary], run: RunSummary | None
) -> None:
    """Draw the selection, ways on with it, and its images, a page at a time.

    Args:
        selection: The chosen one.
        dataset: All images.
        splits: Of the run, or the usual ones.
        runs: All, newest first.
        run: The one that pages speak of, if one is chosen.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("All selections", icon=":material/arrow_back:", type="tertiary", on_click=open_here, args=(None,)):
            st.rerun()
        st.markdown(f"**{literal(selection.name)}**, {describe_kept(selection, dataset, splits)}.", width="content")
    if said := write_sentences(selection.note, selection.origin):
        st.caption(literal(said, most=None))
    uses = find_uses(runs).get(selection.content_hash, [])
    if not fits(selection, dataset):
        st.info(
            "Its images are another dataset's: indices mean other pictures here, so none are shown.",
            icon=":material/photo_library:",
        )
        render_delete(selection, len(uses))
        return
    render_balance(dataset.labels[selection.images.indices], dataset.class_names)
    if words := describe_leak(splits, selection.images.indices):
        st.caption(f":material/info: {words}")
    with st.container(horizontal=True, vertical_alignment="center"):
        offer_training(selection, dataset, splits, run, key="selection_train", all_ways=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        _render_ways(selection, run)
        render_changes(selection, dataset, splits)
        render_combine(selection, dataset)
        _offer_csv(selection, dataset)
        render_delete(selection, len(uses))
    _render_uses(uses, runs)
    _render_images(selection, dataset, splits, run)


def describe_kept(selection: Selection, dataset: Dataset, splits: Splits) -> str:
    """Say how many images a selection holds, of which split, and since when."""
    since = f", {moment(selection.created_at)}" if selection.created_at else ""
    if not fits(selection, dataset):
        return f"{selection.num_images:,} images of another dataset{since}"
    classes = ", with a class for each" if selection.images.labels is not None else ""
    return f"{describe_splits(dataset, splits, selection.images)}{classes}{since}"


def write_sentences(*parts: str) -> str:
    """Return what people and pages noted as sentences, leaving out what is empty."""
    kept = [part.strip().rstrip(".") for part in parts if part.strip()]
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in kept)


def _render_ways(selection: Selection, run: RunSummary | None) -> None:
    for view, label, icon in (
        ("Images", "Filter and sort them", ":material/grid_view:"),
        ("Map", "See them on the map", ":material/scatter_plot:"),
    ):
        if st.button(label, icon=icon, type="tertiary", on_click=_look, args=(view,)):
            st.rerun()
    if run is not None and has_predictions(run):
        shown = {address.SELECTION: selection.id}
        page_link("Errors", "Mistakes among them", ":material/error_outline:", carrying=shown)


def _look(view: str) -> None:
    state.set_widget(state.EXPLORE_VIEW, view)
    if view == "Map":
        state.set_widget(state.EXPLORE_COLOUR, state.SELECTION_COLOUR)
    state.choose_image(None)


def _offer_csv(selection: Selection, dataset: Dataset) -> None:
    st.download_button(
        "CSV",
        lambda: write_table(selection.images, dataset.class_names),
        f"{selection.id}.csv",
        "text/csv",
        icon=":material/table:",
        type="tertiary",
        on_click="ignore",
        help="The indices of its images, a line each; classes too, where it says some.",
    )


def _render_uses(uses: Sequence[tuple[RunSummary, str]], runs: Sequence[RunSummary]) -> None:
    """Say which runs were told of it, each beside the run that differs from it in that alone."""
    for run, setting in uses[:_MOST_RUNS]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            status = run.status.status
            words = f":material/model_training: **{literal(run_name(run), most=None)}** {USES[setting]}, {status}."
            st.markdown(words, width="content")
            counterpart = find_counterpart(run, runs)
            if counterpart is not None and has_predictions(run) and not run.status.is_active:
                compare_link(counterpart.run_id, run.run_id, "What changed, image by image")


@fragment
def _render_images(selection: Selection, dataset: Dataset, splits: Splits, run: RunSummary | None) -> None:
    indices = selection.images.indices
    num_pages = math.ceil(len(indices) / PAGE_SIZE)
    with st.container(horizontal=True, vertical_alignment="center"):
        page = choose_page(num_pages, state.SELECTION_PAGE, listed=indices)
        labels = selection.images.labels
        how = f"selection {selection.name}"
        offer_selection(dataset, splits, indices, how, key=_GALLERY, labels=labels, gallery=_GALLERY)
    rows = slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
    gallery(
        dataset.images[indices[rows]],
        _create_tiles(selection, dataset, rows),
        key=_GALLERY,
        label=f"Images of {selection.name}",
        tile_size=64,
        selected=state.chosen_image(),
        on_select=state.choose_image,
        is_followed=True,
        can_tick=True,
    )
    st.caption(
        "Arrow keys move, Enter opens, the space bar ticks, as the circle in a picture's corner does: what is ticked "
        "can be taken out, or put aside."
    )
    render_drawer(dataset, splits, indices, run, on_open=state.choose_image)


def _create_tiles(selection: Selection, dataset: Dataset, rows: slice) -> list[Tile]:
    """Return tiles that say the label, and which class the selection says the image shows, where it says some."""
    labels: NDArray[np.int64] | None = selection.images.labels
    indices = selection.images.indices[rows]
    if labels is None:
        return label_tiles(dataset, indices, has_names=True)
    names = [dataset.class_names[label] for label in labels[rows]]
    tiles = label_tiles(dataset, indices, [f"here called {name}" for name in names], has_names=True)
    return [
        tile if tile.label == name else replace(tile, label=f"{tile.label} {_ARROW} {name}")
        for tile, name in zip(tiles, names, strict=True)
    ]
