"""Pairs of a test and a training image that are nearly the same picture."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from cifar_core.data import Dataset
from cifar_core.data.duplicates import LOWEST_CORRELATION, USUAL_CORRELATION, NearDuplicates
from dashboard.components import Tile, gallery
from dashboard.drawing.tables import offer_csv
from dashboard.session import state
from dashboard.session.background import find_derived

_PAIRS_PER_ROW = 4
_PAIRS_PER_PAGE = 40
_METHOD = """
Every test image, and its mirror image, is compared with every training image: first at 8x8 pixels, where the three
training images with the highest correlation go on if it is 0.92 or more; then at 32x32 pixels, with the test image
shifted by up to one pixel each way. **Likeness** is that last correlation, so neither brightness nor contrast matter.

Found are copies that were scaled, recoloured a little, shifted or mirrored. Not found are crops, turned copies, and the
next photograph of a series. Looking at pairs of CIFAR-10, nearly all from 0.93 on are one picture twice; below 0.9 many
are two pictures of the same kind of sky, sea or meadow. The threshold is yours to move.
"""


def render_duplicates(dataset: Dataset) -> None:
    """Show the pairs above a chosen likeness, and what they mean for a test accuracy."""
    arrays = find_derived(dataset, "duplicates", "Comparing every test image with every training image")
    if arrays is None:
        return
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        likeness = st.slider(
            "Likeness of at least",
            LOWEST_CORRELATION,
            0.99,
            USUAL_CORRELATION,
            0.01,
            key=state.EXPLORE_LIKENESS,
            bind="query-params",
            persist_state="session",
        )
    with right:
        only_contradicting = st.toggle(
            "Only pairs with different labels",
            key=state.EXPLORE_CONTRADICTING,
            bind="query-params",
            persist_state="session",
        )
    pairs = NearDuplicates(**arrays).above(likeness)  # type: ignore[arg-type]  # the arrays of its own fields
    differs = dataset.labels[pairs.test] != dataset.labels[pairs.train]
    num_tests = len(np.unique(pairs.test))
    st.markdown(
        f"**{num_tests:,} of {dataset.num_test:,} test images** ({num_tests / dataset.num_test:.1%}) nearly repeat a "
        f"training image; {int(differs.sum())} of the {len(differs):,} pairs have different labels. A network can get "
        "such test images right by memory."
    )
    chosen = np.flatnonzero(differs) if only_contradicting else np.arange(len(differs))
    _render_pairs(dataset, pairs, chosen)
    with st.expander("How they are found", icon=":material/help:"):
        st.markdown(_METHOD)
    offer_csv("Pairs as CSV", pairs_frame(dataset, pairs), "near-duplicates.csv")


def pairs_frame(dataset: Dataset, pairs: NearDuplicates) -> pd.DataFrame:
    """Return a row a pair: both indices and labels, whether mirrored, the correlation."""
    names = np.array(dataset.class_names)
    return pd.DataFrame(
        {
            "test_index": pairs.test,
            "test_label": names[dataset.labels[pairs.test]],
            "train_index": pairs.train,
            "train_label": names[dataset.labels[pairs.train]],
            "is_mirrored": pairs.is_mirrored,
            "correlation": pairs.correlation.round(4),
        }
    )


def _render_pairs(dataset: Dataset, pairs: NearDuplicates, chosen: np.ndarray) -> None:
    if not len(chosen):
        st.info("No pair is that much alike.", icon=":material/check_circle:")
        return
    num_pages = math.ceil(len(chosen) / _PAIRS_PER_PAGE)
    page = st.pagination(num_pages, key="duplicates_page") if num_pages > 1 else 1
    shown = chosen[(page - 1) * _PAIRS_PER_PAGE : page * _PAIRS_PER_PAGE]
    images, tiles = [], []
    for place in shown.tolist():
        for index, split in ((int(pairs.test[place]), "test"), (int(pairs.train[place]), "train")):
            differs = dataset.labels[pairs.test[place]] != dataset.labels[pairs.train[place]]
            mirrored = ", mirrored" if pairs.is_mirrored[place] else ""
            name = dataset.class_names[dataset.labels[index]]
            caption = f"{split}: {name}, image {index}; likeness {pairs.correlation[place]:.3f}{mirrored}"
            images.append(dataset.images[index])
            # One training image may repeat several test images; a tile's id must be its own.
            tiles.append(Tile(2 * place + (split == "train"), caption, "wrong" if differs else "neutral"))
    gallery(
        np.stack(images),
        tiles,
        key="duplicates_gallery",
        label="Pairs of near-duplicates",
        tile_size=96,
        headings=("test", "train") * _PAIRS_PER_ROW,
        gaps=range(2, 2 * _PAIRS_PER_ROW, 2),
        on_select=lambda tile: state.choose_image(int((pairs.train if tile % 2 else pairs.test)[tile // 2])),
    )
    st.caption("A cross marks pairs whose labels differ. Click one to choose it: Images shows it large.")
