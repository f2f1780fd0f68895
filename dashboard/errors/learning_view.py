"""When each image was learned, and which ones never settled."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset
from cifar_core.evaluation.dynamics import dynamics_frame, learning_frame
from cifar_core.evaluation.track import Track
from dashboard.components import ScatterPoints, Tile, gallery, scatter
from dashboard.components.scatter import encode_scatter
from dashboard.drawing.colours import colour_classes
from dashboard.drawing.curve_charts import track_figure
from dashboard.drawing.figures import show_figure
from dashboard.drawing.glossary import explain
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import percent
from dashboard.errors.charts import forgetting_figure, learning_figure
from dashboard.errors.reading import Reading
from dashboard.session import state
from dashboard.session.cache import get_track
from dashboard.session.links import page_link
from dashboard.session.pictures import pictures_address

_SHOWN = 40
_KEY = "errors_dynamics"
_WIDTH = 3.2  # of the map: variability ends at 0.5, confidence at 1


def render_learning(reading: Reading) -> list[Export]:
    """Draw when val images were learned, the map of confidence and variability, and the images chosen in it.

    Returns:
        The tables behind them, as files.
    """
    track = get_track(reading.record)
    if track is None or len(track.epochs) < 2:
        st.info("This takes the val predictions of two epochs.", icon=":material/hourglass:")
        return []
    dynamics = dynamics_frame(track)
    _say_counts(track, dynamics)
    if reading.split == "test":
        st.caption("Predictions of every epoch are saved for val alone: this view speaks of val.")
    by_epoch = _render_counts(track, dynamics)
    map_column, images_column = st.columns([5, 4], gap="medium")
    with map_column:
        chosen = _render_map(reading.dataset, dynamics)
    with images_column:
        _render_images(reading.dataset, track, dynamics, chosen)
    return [
        csv_export("Epochs as CSV", by_epoch, "learning-by-epoch.csv"),
        csv_export("Images as CSV", dynamics, "learning-by-image.csv"),
    ]


def _say_counts(track: Track, dynamics: pd.DataFrame) -> None:
    total = len(dynamics)
    never = int(dynamics["first_learned"].isna().sum())
    always = int((dynamics["correctness"] == 1).sum())
    forgotten = int((dynamics["forgettings"] > 0).sum())
    st.markdown(
        f"Of {total:,} val images over {len(track.epochs)} epochs, **{percent(always / total, 0)}** were right after "
        f"each, **{percent(forgotten / total, 0)}** were forgotten at least once, **{percent(never / total, 0)}** were "
        "never right.",
        help=explain("As Toneva et al. (2019) count it.", "forgotten"),
    )


def _render_counts(track: Track, dynamics: pd.DataFrame) -> pd.DataFrame:
    left, right = st.columns(2, gap="medium")
    frame = learning_frame(dynamics, track.epochs).assign(right=track.is_right.mean(axis=1))
    with left:
        show_figure(learning_figure, frame, key="errors_learning", alt="Right, and right at least once, by epoch")
    with right:
        show_figure(forgetting_figure, dynamics, key="errors_forgetting", alt="Images by times forgotten")
    return frame


def _render_map(dataset: Dataset, dynamics: pd.DataFrame) -> NDArray[np.int64]:
    ids = dynamics["index"].to_numpy()
    places = np.stack([_WIDTH * dynamics["variability"], dynamics["confidence"]], axis=1).astype(np.float32)
    order = np.argsort(ids)
    order = order[np.isfinite(places[order]).all(axis=1)]  # a diverged network's have no place
    label = "Confidence (upwards) over variability (to the right) of val images"
    labels = dataset.labels[ids[order]]
    colours = list(colour_classes(dataset.class_names).values())
    points = ScatterPoints(
        ids[order],
        places[order],
        labels,
        dataset.class_names,
        colours,
        labels,
        None,
        pictures_address(dataset),
        ("variability", "confidence"),
    )
    shown = encode_scatter(points)
    st.markdown(
        "**Easy, hard and ambiguous**",
        help=explain(
            "Easy at the top left, hard at the bottom left, ambiguous on the right (Swayamdipta et al., 2020).",
            "confidence",
            "variability",
        ),
    )
    chosen = shown.find_marked(scatter(shown, label, key=_KEY, on_open=state.choose_image))
    st.caption("Easy at the top left, hard at the bottom left, ambiguous on the right. Lasso points to see them.")
    return chosen


def _render_images(dataset: Dataset, track: Track, dynamics: pd.DataFrame, chosen: NDArray[np.int64]) -> None:
    if len(chosen):
        rows, title = dynamics[dynamics["index"].isin(chosen)], f"{len(chosen):,} images chosen on the map"
    else:
        rows, title = dynamics, "Forgotten most often"
    rows = rows.sort_values(["forgettings", "index"], ascending=[False, True]).head(_SHOWN)
    st.markdown(f"**{title}**")
    names = dataset.class_names
    tiles = [
        Tile(
            row["index"],
            f"{names[row['true_idx']]}, last taken for {names[row['pred_idx']]}; forgotten {row['forgettings']} times, "
            f"confidence {percent(row['confidence'], 0)}, image {row['index']}",
            "right" if row["true_idx"] == row["pred_idx"] else "wrong",
        )
        for row in rows.to_dict("records")
    ]
    images = dataset.images[rows["index"].to_numpy()]
    gallery(
        images,
        tiles,
        key="errors_learning_images",
        label=title,
        tile_size=54,
        selected=state.chosen_image(),
        on_select=state.choose_image,
    )
    places = np.flatnonzero(track.indices == state.chosen_image())
    if not len(places):
        st.caption("Click an image to follow it through the epochs.")
        return
    place = int(places[0])
    true_name = names[track.targets[place]]
    st.markdown(f"**Image {track.indices[place]}, {true_name}**, epoch by epoch")
    followed = (track.epochs, track.probs_true[:, place], track.is_right[:, place])
    show_figure(track_figure, *followed, key="errors_track", alt=f"Probability of {true_name} over epochs")
    page_link("Explain", "Explain this image", ":material/center_focus_strong:")
