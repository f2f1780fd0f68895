"""How firm the prediction is: over epochs, over small shifts, and beside the training images it resembles."""

import numpy as np
import pandas as pd
import streamlit as st

from cifar_core.data.similarity import find_nearest
from cifar_core.derived import Arrays
from dashboard import engine
from dashboard.components import Tile, bars, gallery
from dashboard.drawing.curve_charts import track_figure
from dashboard.drawing.figures import show_figure
from dashboard.drawing.glossary import explain
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import short_name
from dashboard.explain.charts import variants_rows
from dashboard.explain.context import Context
from dashboard.session import state
from dashboard.session.background import find_derived
from dashboard.session.cache import get_track
from dashboard.session.weights import get_probs, remember

_NUM_NEIGHBOURS = 16


def render_probabilities(context: Context) -> list[Export]:
    """Draw the prediction over test-time variants and over epochs, and the training images it resembles.

    Returns:
        The tables behind the charts, as files.
    """
    sentence = st.container()
    left, right = st.columns(2, gap="medium")
    with left:
        words, variants = _render_variants(context)
        sentence.markdown(words)
    with right:
        epochs = _render_epochs(context)
    _render_neighbours(context)
    return [variants, *epochs]


def _render_variants(context: Context) -> tuple[str, Export]:
    """Draw them; return what they come to, in a sentence, and their table."""
    variants = engine.create_test_time_variants(context.subject.image)
    probs = get_probs(context.weights, np.stack(list(variants.values())), f"variants {context.subject.key}")
    class_idx = context.pred_idx
    frame = pd.DataFrame({"variant": list(variants), "probability": probs[:, class_idx]})
    st.markdown(
        f"**Shifted and mirrored: {context.name(class_idx)}**",
        help=explain("To us it is the same picture each time.", "test-time augmentation"),
    )
    label = "Probability for shifted and mirrored copies"
    bars(variants_rows(frame), key="explain_variants", label=label, series=(context.name(class_idx),))
    agreeing = int((probs.argmax(axis=1) == class_idx).sum())
    winner = context.name(int(probs.mean(axis=0).argmax()))
    name = context.name(class_idx)
    words = (
        f"Of {len(frame)} versions of the image, as it is, shifted and mirrored, {agreeing} are taken for **{name}**; "
        f"their mean says {winner}."
    )
    return words, csv_export("Variants as CSV", frame, "variants.csv")


def _render_epochs(context: Context) -> list[Export]:
    st.markdown("**Over the epochs of the training**")
    if context.run.is_imported:
        st.caption("It was trained elsewhere: nothing is known of its epochs.")
        return []
    track = get_track(context.record)
    places = np.flatnonzero(track.indices == context.subject.index) if track is not None else np.array([])
    if track is None or not len(places):
        st.caption("Predictions of every epoch are saved for val images alone, and this is none.")
        return []
    place = int(places[0])
    name = context.name(int(track.targets[place]))
    followed = (track.epochs, track.probs_true[:, place], track.is_right[:, place])
    show_figure(track_figure, *followed, key="explain_track", alt=f"Probability of {name} over epochs")
    frame = pd.DataFrame(
        {
            "epoch": track.epochs,
            "probability_of_true": track.probs_true[:, place],
            "predicted": [context.name(int(pred)) for pred in track.preds[:, place]],
        }
    )
    changes = int((np.diff(track.preds[:, place].astype(int)) != 0).sum())
    st.caption(f"Its predicted class changed {changes} times.")
    return [csv_export("Epochs as CSV", frame, "epochs.csv")]


def _render_neighbours(context: Context) -> None:
    st.markdown(
        "**Because it looks like these training images**",
        help=explain(
            "The training images nearest to it in the input of the network's last layer: what the network takes for "
            "alike, whatever we think.",
            "cosine similarity",
        ),
    )
    if context.run.is_program:
        st.caption("It came as a file that does not say which its last layer is: nobody can look at what that sees.")
        return
    options: dict[str, str | int] = {
        "checkpoint": str(context.weights.path.resolve()),
        "stamp": str(context.weights.stamp),
    }
    words = f"Features of the training images, as {short_name(context.run)} sees them (some seconds)"
    with st.container():
        made = find_derived(context.dataset, "features", words, options)
    if made is None:
        return
    rows, cosines = _find_nearest(context, made)
    found = made["indices"][rows].astype(np.int64)
    keep = found != context.subject.index
    found, cosines = found[keep][:_NUM_NEIGHBOURS], cosines[keep][:_NUM_NEIGHBOURS]
    labels = context.dataset.labels[found]
    tiles = [
        Tile(int(index), f"{context.name(int(label))}, image {index}, cosine {cosine:.2f}")
        for index, label, cosine in zip(found, labels, cosines, strict=True)
    ]
    gallery(
        np.asarray(context.dataset.images[found]),
        tiles,
        key="explain_neighbours",
        label="Nearest training images",
        tile_size=64,
        selected=state.chosen_image(),
        on_select=state.choose_image,
    )
    counts = pd.Series([context.name(int(label)) for label in labels]).value_counts()
    st.caption(
        "Labelled " + ", ".join(f"{name} {count}" for name, count in counts.items()) + ". Click one to explain it."
    )


def _find_nearest(context: Context, made: Arrays) -> tuple[np.ndarray, np.ndarray]:
    def compute() -> tuple[np.ndarray, np.ndarray]:
        query = engine.extract_features(context.weights.load(), context.subject.image)
        return find_nearest(made["features"], query, _NUM_NEIGHBOURS + 1)  # type: ignore[arg-type]

    return remember("neighbours", context.weights, context.subject.key, {}, compute)
