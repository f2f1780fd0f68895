"""A map of the dataset: what lies together looks alike, to the eye or to a network."""

import numpy as np
import streamlit as st

from cifar_core.data import Dataset, Splits
from cifar_core.data.splits import stratified_sample
from cifar_core.runs import RunSummary
from dashboard.components import gallery, scatter
from dashboard.components.scatter import read_selection
from dashboard.drawing.literal import literal
from dashboard.drawing.tiles import PAGE_SIZE, label_tiles
from dashboard.drawing.words import percent, short_name
from dashboard.explore.filters import Shown, render_distribution
from dashboard.explore.image_view import render_image
from dashboard.session import state
from dashboard.session.background import find_derived
from dashboard.session.cache import get_map_message, get_plane, get_store
from dashboard.session.epochs import find_spoken
from dashboard.session.opening import has_weights, render_ways_to_run

NUM_POINTS = 10_000
_PIXELS, _FEATURES = "pixels", "features"
_KEY = "explore_map"


def render_map(dataset: Dataset, splits: Splits, runs: list[RunSummary], run: RunSummary | None) -> None:
    """Draw the map and, beside it, the images selected in it; without a network to place them, ways to one."""
    positions = _choose_positions()
    if positions == _FEATURES and (run is None or not has_weights(run)):
        render_ways_to_run(runs, run, has_weights)
        return
    with st.container():
        placed = _place(dataset, positions, run)
    if placed is None:
        return
    ids, points, words = placed
    map_column, images_column = st.columns([5, 3], gap="medium")
    with map_column:
        message = get_map_message(dataset, ids, points, words)
        chosen = scatter(message, ids, key=_KEY, on_select=lambda: None)
        st.caption(
            f"{literal(words, most=None)}. Draw round points to see their images; the wheel zooms, arrow keys and + - "
            "move and zoom."
        )
    with images_column:
        _render_selection(dataset, splits, chosen if len(chosen) else read_selection(None, ids), run)


def _choose_positions() -> str:
    chosen = st.segmented_control(
        "Positions by",
        (_PIXELS, _FEATURES),
        default=_PIXELS,
        required=True,
        key=state.EXPLORE_POSITIONS,
        bind="query-params",
        persist_state="session",
        help="pixels: the two main directions in which they differ (PCA). features: what a run's network makes of an "
        "image before it decides (t-SNE).",
    )
    return chosen or _PIXELS


def _place(dataset: Dataset, positions: str, run: RunSummary | None) -> tuple[np.ndarray, np.ndarray, str] | None:
    """Return dataset indices, their positions and what they are, None while they are not there."""
    if positions == _PIXELS:
        plane, shares = get_plane(dataset)
        ids = stratified_sample(dataset, NUM_POINTS)
        words = (
            f"{len(ids):,} of {dataset.num_images:,} images by the two main directions in which pixels averaged to 8x8 "
            f"differ; they hold {percent(shares.sum(), 0)} of the variance"
        )
        return ids, plane[ids], words
    if run is None:
        return None
    spoken = find_spoken(get_store().record(run.run_id))
    if spoken is None:
        st.info("This run has no weights yet: they are saved after its first epoch.", icon=":material/hourglass:")
        return None
    options: dict[str, str | int] = {
        "checkpoint": str(spoken.weights.path.resolve()),
        "stamp": str(spoken.weights.stamp),
        "num_images": NUM_POINTS,
    }
    made = find_derived(dataset, "tsne", f"Mapping the features of {short_name(run)} (about a minute)", options)
    if made is None:
        return None
    epoch = f"epoch {spoken.weights.epoch}{f' ({spoken.missing})' if spoken.missing else ''}"
    words = (
        f"{len(made['indices']):,} of {dataset.num_images:,} images by the features of {short_name(run)}, {epoch}, "
        "before its last layer. t-SNE keeps neighbours together; distances between groups and their sizes mean little"
    )
    return made["indices"].astype(np.int64), made["positions"].astype(np.float32), words


def _render_selection(dataset: Dataset, splits: Splits, chosen: np.ndarray, run: RunSummary | None) -> None:
    if not len(chosen):
        st.info("Nothing is selected. Draw round some points.", icon=":material/gesture_select:")
        return
    st.markdown(f"**{len(chosen):,} images selected**")
    render_distribution(dataset.labels[chosen], dataset.class_names)
    shown = chosen[:PAGE_SIZE]
    label = "Images selected on the map"
    tiles = label_tiles(dataset, shown)
    gallery(
        dataset.images[shown],
        tiles,
        key="map_gallery",
        label=label,
        tile_size=48,
        selected=state.chosen_image(),
        on_select=state.choose_image,
    )
    if len(chosen) > PAGE_SIZE:
        st.caption(f"The first {PAGE_SIZE} are shown.")
    index = state.chosen_image()
    if index is not None and index in chosen:
        render_image(dataset, splits, index, Shown(chosen, "index").indices, run)
