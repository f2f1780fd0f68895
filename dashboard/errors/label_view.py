"""Labels that the network doubts with reason."""

import numpy as np
import streamlit as st

from cifar_core.evaluation.label_errors import label_errors_frame
from dashboard.components import Tile, gallery
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.tiles import PAGE_SIZE
from dashboard.errors.reading import Reading
from dashboard.session import state
from dashboard.session.links import page_link


def render_labels(reading: Reading) -> None:
    """Draw the suspected label errors, the most suspicious first."""
    try:
        frame = label_errors_frame(reading.predictions)
    except ValueError as error:
        st.info(f"Labels cannot be judged by this epoch: {error}.", icon=":material/trending_up:")
        return
    total = reading.predictions.num_images
    st.markdown(
        f"**{len(frame):,} of {total:,} {reading.split} labels are suspected** ({len(frame) / total:.1%})",
        help="Confident learning (Northcutt et al., 2021), by cleanlab: an image is suspected when the network gives "
        "another class more probability than it gives that class's own images on average. The network was not "
        "trained on these images.",
    )
    st.caption(
        "A suspicion, not a verdict: a weak network suspects its own mistakes. Look, and judge; the better the run, "
        "the shorter the list. What you find says how far the last points of accuracy can be trusted."
    )
    if frame.empty:
        st.info("No label is suspected.", icon=":material/check_circle:")
        return
    dataset, shown = reading.dataset, frame.head(PAGE_SIZE)
    names = np.array(dataset.class_names)
    tiles = [
        Tile(
            row["index"],
            f"labelled {names[row['true_idx']]} ({row['prob_true']:.1%}); network: {names[row['pred_idx']]} "
            f"({row['prob_pred']:.0%}), image {row['index']}",
        )
        for row in shown.to_dict("records")
    ]
    images = dataset.images[shown["index"].to_numpy()]
    chosen = gallery(
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
        if chosen is not None:
            page_link("Explain", "Explain this image", ":material/center_focus_strong:")
    named = frame.assign(label=names[frame["true_idx"]], predicted=names[frame["pred_idx"]])
    offer_csv("Suspected labels as CSV", named, "suspected-labels.csv")
