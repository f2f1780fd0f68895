"""Pairs of a test image and another image that are nearly the same picture."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from cifar_core.data import Dataset
from cifar_core.data.duplicates import LOWEST_LIKENESS, USUAL_LIKENESS, NearDuplicates
from dashboard.components import Tile, gallery
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import percent
from dashboard.session import state
from dashboard.session.background import find_derived

_PAIRS_PER_ROW = 4
_PAIRS_PER_PAGE = 40
_METHOD = """
Every test image, and its mirror image, is compared with every other image: first coarsely, by where edges run and by
the colours of 8x8 blocks, where at most 16 images go on. Each of these is then laid over the test image at 7 scales
from 0.8 to 1.25, shifted by up to 4 pixels each way, as well as it fits. **Likeness** is the mean of three
correlations: of outlines, of detail (what differs from its surroundings), and of colours. So brightness and contrast do
not matter, another colour costs something, and so does a picture with little in it, which many others look like.

From a likeness of 0.71 on, about 86 % of the 249 near-duplicates are found that Barz and Denzler (ciFAIR, 2020) list
for CIFAR-10, and about nine of ten pairs are one picture twice, judged by eye on a sample. From 0.68 on it is 93 % of
the list, with one pair in five or so wrong; of those below, most are two pictures of the same kind of ship, bird or
plane. Not found are strong crops and turned copies. Pairs of two training images are not searched.
The threshold is yours to move.
"""


def render_duplicates(dataset: Dataset) -> None:
    """Show the pairs above a chosen likeness, and what they mean for a test accuracy."""
    arrays = find_derived(dataset, "duplicates", "Comparing every test image with every other image")
    if arrays is None:
        return
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        likeness = st.slider(
            "Likeness of at least",
            LOWEST_LIKENESS,
            0.95,
            USUAL_LIKENESS,
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
    differs = dataset.labels[pairs.first] != dataset.labels[pairs.second]
    st.markdown(_count_in_words(dataset, pairs, int(differs.sum())))
    chosen = np.flatnonzero(differs) if only_contradicting else np.arange(len(differs))
    _render_pairs(dataset, pairs, chosen)
    with st.expander("How they are found", icon=":material/help:"):
        st.markdown(_METHOD)
    offer_csv("Pairs as CSV", pairs_frame(dataset, pairs), "near-duplicates.csv")


def _count_in_words(dataset: Dataset, pairs: NearDuplicates, num_contradicting: int) -> str:
    is_across = pairs.second < dataset.num_train
    num_tests = len(np.unique(pairs.first[is_across]))
    return (
        f"**{num_tests:,} of {dataset.num_test:,} test images** ({percent(num_tests / dataset.num_test)}) nearly "
        "repeat a training image; a network can get them right by memory. "
        f"Within test: {int((~is_across).sum()):,} pairs. "
        f"{num_contradicting:,} of all {len(is_across):,} pairs have different labels."
    )


def pairs_frame(dataset: Dataset, pairs: NearDuplicates) -> pd.DataFrame:
    """Return a row a pair: both indices and labels, the second one's split, whether mirrored, the likeness."""
    names = np.array(dataset.class_names)
    return pd.DataFrame(
        {
            "test_index": pairs.first,
            "test_label": names[dataset.labels[pairs.first]],
            "other_index": pairs.second,
            "other_label": names[dataset.labels[pairs.second]],
            "other_split": np.where(pairs.second < dataset.num_train, "train", "test"),
            "is_mirrored": pairs.is_mirrored,
            "likeness": pairs.likeness.round(4),
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
        first, second = int(pairs.first[place]), int(pairs.second[place])
        differs = dataset.labels[first] != dataset.labels[second]
        for index in (first, second):
            split = "train" if index < dataset.num_train else "test"
            mirrored = ", mirrored" if pairs.is_mirrored[place] else ""
            name = dataset.class_names[dataset.labels[index]]
            caption = f"{split}: {name}, image {index}; likeness {pairs.likeness[place]:.3f}{mirrored}"
            images.append(dataset.images[index])
            # One training image may repeat several test images; a tile's id must be its own.
            tiles.append(Tile(2 * place + (index == second), caption, "wrong" if differs else "neutral"))
    gallery(
        np.stack(images),
        tiles,
        key="duplicates_gallery",
        label="Pairs of near-duplicates",
        tile_size=96,
        headings=("test", "other") * _PAIRS_PER_ROW,
        gaps=range(2, 2 * _PAIRS_PER_ROW, 2),
        on_select=lambda tile: state.choose_image(int((pairs.second if tile % 2 else pairs.first)[tile // 2])),
    )
    st.caption("A cross marks pairs whose labels differ. Click one to choose it: Images shows it large.")
