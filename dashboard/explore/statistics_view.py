"""The dataset in numbers: balance, colours, the mean image of each class, distributions."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from cifar_core.data import CIFAR10_MEAN, CIFAR10_STD, SPLIT_NAMES, Dataset, Splits
from dashboard.components import Tile, gallery
from dashboard.drawing.data_charts import density_figure, density_frame, histogram_figure, histogram_frame
from dashboard.drawing.figures import show_figure
from dashboard.drawing.tables import Export, csv_export, offer_exports
from dashboard.explore.filters import order_title
from dashboard.session.background import find_derived
from dashboard.session.cache import get_statistics

_ALL = "all classes"
_COLOUR_COLUMNS: dict[str, Any] = {
    name: st.column_config.NumberColumn(name.replace("_", " "), format="%.4f")
    for name in ("mean", "std", "published_mean", "published_std")
}
_DISTRIBUTIONS = ("brightness", "contrast", "colourfulness", "edge_density")


def render_statistics(dataset: Dataset, splits: Splits) -> None:
    """Show balance and colours at once, and what has to be measured first once it is."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Class balance**")
        balance = balance_frame(dataset, splits)
        st.dataframe(balance, hide_index=True, height=38 + 35 * len(balance))
    with right:
        st.markdown("**Mean and standard deviation of the training pixels, in [0, 1]**")
        colours = colour_frame(dataset)
        st.dataframe(colours, hide_index=True, column_config=_COLOUR_COLUMNS)
        if not dataset.is_practice:
            st.caption("Published: of the 50,000 original training images, as most training code has them.")
    exports = [
        csv_export("Balance as CSV", balance, "balance.csv"),
        csv_export("Channels as CSV", colours, "channels.csv"),
    ]
    measured = find_derived(dataset, "traits", "Measuring every image")
    if measured is None:
        offer_exports(exports)
        return
    st.markdown("**Mean image of each class, and where its images differ** (black: least, white: most)")
    mean, spread = np.rint(measured["mean"] * 255).astype(np.uint8), _as_pictures(np.sqrt(measured["variance"]))
    names = dataset.class_names
    tiles = [Tile(place, f"{words} of {name}") for words in ("mean", "spread") for place, name in enumerate(names)]
    gallery(
        np.concatenate([mean, spread]),
        tiles,
        key="statistics_classes",
        label="Mean and spread of each class",
        tile_size=96,
        headings=names,
    )
    offer_exports([*exports, *_render_distributions(dataset, measured)])


def balance_frame(dataset: Dataset, splits: Splits) -> pd.DataFrame:
    """Return how many images each class has in each split: columns class, train, val, test."""
    frame = pd.DataFrame({"class": list(dataset.class_names)})
    for name in SPLIT_NAMES:
        frame[name] = np.bincount(dataset.labels[splits.indices(name)], minlength=dataset.num_classes)
    return frame


def colour_frame(dataset: Dataset) -> pd.DataFrame:
    """Return mean and standard deviation of each channel as computed here and, for CIFAR-10, as published."""
    here = get_statistics(dataset)
    frame = pd.DataFrame({"channel": ["red", "green", "blue"], "mean": here.mean, "std": here.std})
    if not dataset.is_practice:
        frame = frame.assign(published_mean=CIFAR10_MEAN, published_std=CIFAR10_STD)
    return frame.round(4)


def _render_distributions(dataset: Dataset, measured: dict[str, np.ndarray]) -> list[Export]:
    """Draw pixel values and a trait of the images; return the tables behind them."""
    left, right = st.columns(2, gap="medium")
    with left:
        chosen = st.selectbox(
            "Pixel values of", [_ALL, *dataset.class_names], key="statistics_class", persist_state="session"
        )
        histograms = measured["histograms"]
        counts = histograms.sum(axis=0) if chosen == _ALL else histograms[dataset.class_names.index(chosen)]
        pixels = histogram_frame(counts)
        show_figure(histogram_figure, pixels, key="statistics_pixels", alt=f"Pixel values of {chosen}")
    with right:
        trait = st.selectbox(
            "Distribution of", _DISTRIBUTIONS, format_func=order_title, key="statistics_trait", persist_state="session"
        )
        traits = density_frame(measured[trait], dataset.labels, dataset.class_names)
        show_figure(density_figure, traits, order_title(trait), key="statistics_traits", alt=f"{trait} of each class")
    return [
        csv_export("Histogram as CSV", pixels, "pixel-histogram.csv"),
        csv_export("Distribution as CSV", traits, "distribution.csv"),
    ]


def _as_pictures(values: np.ndarray) -> np.ndarray:
    """Scale each image's least value to black and its largest to white."""
    low, top = values.min(axis=(1, 2, 3), keepdims=True), values.max(axis=(1, 2, 3), keepdims=True)
    return np.rint(255 * (values - low) / np.where(top > low, top - low, 1)).astype(np.uint8)
