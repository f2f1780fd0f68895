"""What the images are and where they come from."""

import numpy as np
import streamlit as st

from cifar_core.data import DataError, Dataset, inspect_source
from dashboard.components import gallery
from dashboard.drawing.literal import in_code, message
from dashboard.drawing.tiles import label_tiles
from dashboard.overview.download import render_download
from dashboard.session import state
from dashboard.session.cache import get_dataset
from dashboard.session.links import open_page

_TILE = 58  # CSS pixels: ten stand in a row on a laptop


def find_dataset() -> Dataset | None:
    """Return the dataset, or say why it cannot be read."""
    try:
        return get_dataset()
    except DataError as error:
        st.error(message(error), icon=":material/folder_off:")
        return None


def render_data(dataset: Dataset | None) -> None:
    """Show the classes, say where the images came from, and offer the download where it would help."""
    source = inspect_source()
    if dataset is not None:
        st.markdown(
            f"**{dataset.title}**: {dataset.num_train:,} train and {dataset.num_test:,} test images of "
            f"{dataset.num_classes} classes, 32x32 pixels."
        )
        render_classes(dataset)
        where = "" if source.path is None else f"From {in_code(str(source.path))}. "
        doubt = "Its files lack the official checksums, so numbers may differ a little from published ones."
        st.caption(where + (doubt if dataset.source == "cifar10-unverified" else ""))
    if source.kind == "practice":
        st.write("CIFAR-10 is not here yet. The practice set, drawn by code, keeps every page working meanwhile.")
    if source.kind == "practice" or (dataset is None and source.kind != "folder"):
        render_download(is_primary=dataset is None)


def render_classes(dataset: Dataset) -> None:
    """Show the first training image of each class; a click opens it on Explore."""
    first = np.array([np.flatnonzero(dataset.labels == class_idx)[0] for class_idx in range(dataset.num_classes)])
    tiles = label_tiles(dataset, first, has_names=True)
    label = "One image of each class"
    gallery(
        dataset.images[first],
        tiles,
        key=state.OVERVIEW_CLASSES,
        label=label,
        tile_size=_TILE,
        on_select=state.hand_over_image,
    )
    if state.is_image_handed_over():
        open_page("Explore")
