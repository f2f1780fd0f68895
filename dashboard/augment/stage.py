"""The pipeline at work: one image, and what the first epochs of a run see of it."""

import numpy as np
import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.data import Dataset
from dashboard.augment.pipeline import render_buttons
from dashboard.augment.scales import describe_pipeline
from dashboard.augment.targets import describe_target
from dashboard.components import Tile, gallery
from dashboard.session import form_values, state
from dashboard.session.cache import get_preview

NUM_EPOCHS = 8
_TILE = 114  # CSS pixels: three stand in a row beside the catalogue, and on a phone


def describe_pictures(config: RunConfig) -> str:
    """Say what the pipeline does, as Markdown."""
    words = describe_pipeline(config.augmentation)
    if not words:
        return "**No effect is on**: each epoch sees every image as it is."
    return f"**The pipeline**: {words}."


def render_stage(dataset: Dataset, config: RunConfig, index: int) -> None:
    """Show the image and its first epochs, and what leads to others and into training."""
    st.markdown(
        f"{describe_pictures(config)} An image, and what epochs 1 to {NUM_EPOCHS} of a training see of it, made by the "
        "same code."
    )
    render_buttons(config)
    shown = get_preview(dataset, config, np.array([index]), NUM_EPOCHS)
    name = dataset.class_names[dataset.labels[index]]
    tiles = [Tile(index, f"original: {name}, image {index}", label=f"original: {name}")]
    for epoch in range(NUM_EPOCHS):
        words = describe_target(shown.targets[epoch, 0], dataset.class_names)
        label = f"epoch {epoch + 1}: {words}" if config.augmentation.mixes_labels else f"epoch {epoch + 1}"
        tiles.append(Tile(-epoch - 1, f"epoch {epoch + 1}: {words}, image {index}", label=label))
    pictures = np.concatenate([dataset.images[index][None], shown.pixels[:, 0]])
    gallery(pictures, tiles, key="augment_epochs", label="An image before and after augmentation", tile_size=_TILE)
    with st.container(horizontal=True):
        st.button("Another image", icon=":material/shuffle:", on_click=state.next_augment_draw)
        st.button(
            "Other draws",
            icon=":material/casino:",
            help=f"Now seed {config.training.seed}: the number that decides all chance. The same seed gives the same "
            "pictures.",
            on_click=form_values.next_augment_seed,
        )
