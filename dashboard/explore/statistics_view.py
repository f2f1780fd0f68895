"""The dataset in numbers: the mean image of each class, colours, distributions, balance."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import CIFAR10_MEAN, CIFAR10_STD, SPLIT_NAMES, Dataset, Splits
from dashboard.components import Tile, gallery
from dashboard.drawing.data_charts import density_figure, density_frame, histogram_figure, histogram_frame
from dashboard.drawing.figures import show_figure
from dashboard.drawing.folded import render_folded
from dashboard.drawing.tables import Export, csv_export, offer_exports
from dashboard.explore.sentences import describe_balance
from dashboard.explore.traits import HELP, is_in_percent, order_title
from dashboard.session import state
from dashboard.session.background import find_derived
from dashboard.session.cache import get_statistics

_ALL = "all classes"
_TILE = 98  # CSS pixels: ten stand in a row on a laptop
_COLOUR_COLUMNS: dict[str, Any] = {
    name: st.column_config.NumberColumn(name.replace("_", " "), format="%.4f")
    for name in ("mean", "std", "published_mean", "published_std")
}
_BALANCE_COLUMNS: dict[str, Any] = {
    name: st.column_config.NumberColumn(f"{name} (images)", format="localized") for name in SPLIT_NAMES
}
# As the address spells them, which takes what the box shows.
_DISTRIBUTIONS = ("brightness", "contrast", "colourfulness", "edge density")


def render_statistics(dataset: Dataset, splits: Splits) -> None:
    """Show in pictures what the images of each class share, then in charts and tables what was counted."""
    st.markdown(
        f"{describe_balance(dataset, splits)} Their mean images show what a class has in common: colours, and where "
        "things stand."
    )
    measured = find_derived(dataset, "traits", "Measuring every image")
    exports: list[Export] = []
    if measured is not None:
        _render_pictures(dataset, measured)
        exports = _render_distributions(dataset, measured)
    balance, colours = balance_frame(dataset, splits), colour_frame(dataset)
    # Two boxes, one after the other: what is open while there is nothing else is closed when there are charts.
    is_alone = measured is None
    draw = partial(_render_tables, balance, colours, dataset.is_practice)
    key = "statistics_alone" if is_alone else "statistics_tables"
    render_folded("The numbers as tables", draw, key=key, icon=":material/table:", is_open=is_alone)
    tables = [
        csv_export("Balance as CSV", balance, "balance.csv"),
        csv_export("Channels as CSV", colours, "channels.csv"),
    ]
    offer_exports(tables + exports)


def _render_pictures(dataset: Dataset, measured: dict[str, np.ndarray]) -> None:
    st.markdown("**Mean image of each class**: the average of all its training images. Press one to see them.")
    _render_classes(dataset, np.rint(measured["mean"] * 255).astype(np.uint8), "mean")
    st.markdown("**Where the images of a class differ**: black least, white most.")
    _render_classes(dataset, _as_pictures(np.sqrt(measured["variance"].mean(axis=1, keepdims=True))), "spread")


def _render_classes(dataset: Dataset, pictures: NDArray[np.uint8], what: str) -> None:
    names = dataset.class_names
    gallery(
        pictures,
        [Tile(place, f"{what} of {name}", label=name) for place, name in enumerate(names)],
        key=f"statistics_{what}",
        label=f"{what.capitalize()} of each class",
        tile_size=_TILE,
        selected=None,
        on_select=lambda place: _show_images(names[place]),
    )


def _show_images(name: str) -> None:
    """Go to the images of a class. For callbacks."""
    state.set_widget(state.EXPLORE_CLASSES, [name])
    state.set_widget(state.EXPLORE_VIEW, "Images")
    state.turn_to_page(1)


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


def _render_tables(balance: pd.DataFrame, colours: pd.DataFrame, is_practice: bool) -> None:
    """Draw what was counted."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Images of each class**")
        st.dataframe(balance, hide_index=True, height=38 + 35 * len(balance), column_config=_BALANCE_COLUMNS)
    with right:
        st.markdown("**Mean and standard deviation of the training pixels**, from 0 (black) to 1 (white)")
        st.dataframe(colours, hide_index=True, column_config=_COLOUR_COLUMNS)
        if not is_practice:
            st.caption("Published: of the 50,000 original training images, as most training code has them.")


def _render_distributions(dataset: Dataset, measured: dict[str, np.ndarray]) -> list[Export]:
    """Draw pixel values and a trait of the images; return the tables behind them."""
    left, right = st.columns(2, gap="medium")
    with left:
        chosen = _choose("Pixel values of", (_ALL, *dataset.class_names), state.STATISTICS_CLASS)
        histograms = measured["histograms"]
        counts = histograms.sum(axis=0) if chosen == _ALL else histograms[dataset.class_names.index(chosen)]
        pixels = histogram_frame(counts)
        st.caption("How often a pixel is how light, in each of its three colours.")
        show_figure(histogram_figure, pixels, key="statistics_pixels", alt=f"Pixel values of {chosen}")
    with right:
        trait = _choose("Distribution of", _DISTRIBUTIONS, state.STATISTICS_TRAIT).replace(" ", "_")
        frame = density_frame(measured[trait], dataset.labels, dataset.class_names)
        st.caption(f"{order_title(trait)}: {HELP[trait]}.")
        title = (order_title(trait), is_in_percent(trait))
        show_figure(density_figure, frame, *title, key="statistics_traits", alt=f"{order_title(trait)} of each class")
    return [
        csv_export("Histogram as CSV", pixels, "pixel-histogram.csv"),
        csv_export("Distribution as CSV", frame, "distribution.csv"),
    ]


def _choose(label: str, options: tuple[str, ...], key: str) -> str:
    return st.selectbox(label, options, key=key, bind="query-params", persist_state="session")


def _as_pictures(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Scale each picture's (N, 1, H, W) least value to black and its largest to white: (N, 3, H, W)."""
    low, top = values.min(axis=(1, 2, 3), keepdims=True), values.max(axis=(1, 2, 3), keepdims=True)
    scaled = np.rint(255 * (values - low) / np.where(top > low, top - low, 1)).astype(np.uint8)
    return scaled.repeat(3, axis=1)
