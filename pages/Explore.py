"""Explore: the images themselves, by class and split."""

import math

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from dashboard import state
from dashboard.cache import get_splits
from dashboard.charts import class_counts_figure, class_counts_frame
from dashboard.components import PictureMap, gallery, picture_maps
from dashboard.frame import page_frame, require_dataset
from dashboard.selection import PAGE_SIZE, SPLITS, label_tiles, select_images, split_of
from dashboard.tables import offer_csv


def choose_filters(dataset: Dataset) -> tuple[str, list[str]]:
    """Draw the filters; the address holds them."""
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        split = st.segmented_control(
            "Split",
            SPLITS,
            default="all",
            required=True,
            key=state.EXPLORE_SPLIT,
            bind="query-params",
            persist_state="session",
            help="train learns, val (held out of the official training images) chooses, test is kept for the end.",
        )
    with right:
        classes = st.multiselect(
            "Classes",
            dataset.class_names,
            key=state.EXPLORE_CLASSES,
            placeholder="All classes",
            bind="query-params",
            persist_state="session",
        )
    return split or "all", list(classes)


@st.fragment
def render_gallery(dataset: Dataset, splits: Splits, indices: NDArray[np.int64]) -> None:
    """Draw one page of images and, beside it, the chosen one. A click redraws no more than this."""
    num_pages = max(1, math.ceil(len(indices) / PAGE_SIZE))
    gallery_column, image_column = st.columns([3, 1], gap="medium")
    with gallery_column:
        page = st.pagination(num_pages, key=state.EXPLORE_PAGE, bind="query-params") if num_pages > 1 else 1
        shown = indices[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        first, last = (page - 1) * PAGE_SIZE + 1, (page - 1) * PAGE_SIZE + len(shown)
        gallery(
            dataset.images[shown],
            label_tiles(dataset, shown),
            key="explore_gallery",
            label=f"Images {first} to {last} of {len(indices)}",
            on_select=state.choose_image,
        )
        st.caption(f"Images {first:,} to {last:,} of {len(indices):,}. Arrow keys move, Enter opens.")
    with image_column:
        render_image(dataset, splits)


def render_image(dataset: Dataset, splits: Splits) -> None:
    """Show the chosen image large, with what is known of it."""
    index = state.chosen_image()
    if index is None or index >= dataset.num_images:
        st.info("Click an image to see it large.", icon=":material/ads_click:")
        return
    name = dataset.class_names[dataset.labels[index]]
    split = split_of(splits, index)
    part = PictureMap(title=f"{name}", note=f"Image {index}, {split} split, 32x32 pixels")
    picture_maps(dataset.images[index], [part], key="explore_image", side=320)
    st.page_link("pages/Explain.py", label="Explain a prediction of it", icon=":material/center_focus_strong:")


page_frame("Explore", shows_image=True)
data = require_dataset()
chosen_split, chosen_classes = choose_filters(data)
all_splits = get_splits(data)
selected = select_images(data, all_splits, chosen_split, chosen_classes)
render_gallery(data, all_splits, selected)
with st.expander(f"Class balance of these {len(selected):,} images", icon=":material/bar_chart:"):
    counts = class_counts_frame(data.labels[selected], data.class_names)
    st.plotly_chart(class_counts_figure(counts), key="explore_classes", alt="Images of each class")
    offer_csv("Counts as CSV", counts, "class-counts.csv")
