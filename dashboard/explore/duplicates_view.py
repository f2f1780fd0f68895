"""Pairs of a test image and another image that are nearly the same picture."""

import math
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from cifar_core.data.duplicates import LOWEST_LIKENESS, USUAL_LIKENESS, NearDuplicates
from cifar_core.runs import RunSummary
from dashboard.components import Tile, gallery
from dashboard.components.gallery.ticks import read_ticks
from dashboard.drawing.choices import choose_page
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import percent
from dashboard.explore.opened_view import render_drawer
from dashboard.session import state
from dashboard.session.aside import offer_selection
from dashboard.session.background import find_derived

_GALLERY = "duplicates_gallery"
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


def render_duplicates(dataset: Dataset, splits: Splits, run: RunSummary | None) -> None:
    """Show the pairs above a chosen likeness, and what they mean for a test accuracy."""
    head = st.container()
    arrays = find_derived(dataset, "duplicates", "Comparing every test image with every other image")
    if arrays is None:
        head.markdown("Pairs of a test image and another one that are **nearly the same picture**: none is known yet.")
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
            help="The mean of three correlations, so it has no unit: 1 is the same picture, 0 has nothing in common.",
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
    head.markdown(_count_in_words(dataset, pairs, int(differs.sum())))
    chosen = np.flatnonzero(differs) if only_contradicting else np.arange(len(differs))
    _offer(dataset, splits, pairs, chosen, likeness)
    _render_pairs(dataset, pairs, chosen)
    render_drawer(dataset, splits, _in_order(pairs, chosen), run, on_open=state.choose_image)
    with st.expander("How they are found", icon=":material/help:"):
        st.markdown(_METHOD)
    offer_csv("Pairs as CSV", partial(pairs_frame, dataset, pairs), "near-duplicates.csv")


def _offer(dataset: Dataset, splits: Splits, pairs: NearDuplicates, chosen: NDArray[np.intp], likeness: float) -> None:
    """Offer the training images of the pairs, or whatever is ticked: test images are no use to training."""
    both = _in_order(pairs, chosen)
    tiles = np.array(read_ticks(_GALLERY, 2 * len(pairs.first)), np.int64)
    ticked = np.where(tiles % 2, pairs.second[tiles // 2], pairs.first[tiles // 2])
    how = f"training images that nearly repeat a test image, likeness {likeness:g} and more"
    train = both[both < dataset.num_train]
    offer_selection(dataset, splits, train, how, key=_GALLERY, gallery=_GALLERY, ticked=ticked.tolist())


def _in_order(pairs: NearDuplicates, chosen: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return the images of some pairs, pair by pair, each once: one may be in several."""
    both = np.stack([pairs.first[chosen], pairs.second[chosen]], axis=1).reshape(-1)
    return np.array(list(dict.fromkeys(both.tolist())), np.int64)


def _count_in_words(dataset: Dataset, pairs: NearDuplicates, num_contradicting: int) -> str:
    is_across = pairs.second < dataset.num_train
    num_tests = len(np.unique(pairs.first[is_across]))
    return (
        f"**{num_tests:,} of {dataset.num_test:,} test images** ({percent(num_tests / dataset.num_test)}) nearly "
        "repeat a training image: a network can get them right by memory. "
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
    page = choose_page(num_pages, state.EXPLORE_PAIRS_PAGE, listed=chosen)
    shown = chosen[(page - 1) * _PAIRS_PER_PAGE : page * _PAIRS_PER_PAGE]
    marked: int | None = None
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
            tile = 2 * place + (index == second)
            likeness = f", likeness {pairs.likeness[place]:.2f}" if index == second else ""
            tiles.append(Tile(tile, caption, "wrong" if differs else "neutral", f"{name} {index}{likeness}"))
            marked = tile if index == state.chosen_image() and marked is None else marked
    gallery(
        np.stack(images),
        tiles,
        key=_GALLERY,
        label="Pairs of near-duplicates",
        tile_size=124,
        headings=("test", "other") * _PAIRS_PER_ROW,
        gaps=range(2, 2 * _PAIRS_PER_ROW, 2),
        selected=marked,
        is_followed=True,
        can_tick=True,
        on_select=lambda tile: state.choose_image(int((pairs.second if tile % 2 else pairs.first)[tile // 2])),
    )
    st.caption("A cross marks pairs whose labels differ. Press an image to see it large.")
