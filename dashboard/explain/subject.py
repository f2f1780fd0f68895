"""The image that is explained: one of the dataset, or somebody's own."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from dashboard.components.numbers import WHOLE
from dashboard.drawing.words import split_title
from dashboard.session import address, state
from dashboard.session.weights import digest
from dashboard.session.worsened import Worse, read_worse, worsen

DATASET, OWN, CAMERA, DRAWING = "dataset", "own pictures", "camera", "drawing"


@dataclass(frozen=True, eq=False)
class Subject:
    """The image that is explained.

    Attributes:
        image: (3, 32, 32) uint8.
        true_idx: Its class; None if nobody knows.
        index: Place in the dataset; None for an upload.
        title: What it is, in words; where no Markdown is read.
    """

    image: NDArray[np.uint8]
    true_idx: int | None
    index: int | None
    title: str

    @property
    def key(self) -> str:
        """A name for its pixels."""
        return digest(self.image)


def choose_source() -> str:
    """Draw where the image comes from."""
    return (
        st.segmented_control(
            "Image from",
            [DATASET, OWN, CAMERA, DRAWING],
            default=DATASET,
            required=True,
            key=state.EXPLAIN_SOURCE,
            persist_state="session",
        )
        or DATASET
    )


def choose_image(dataset: Dataset, splits: Splits, start: int) -> Subject:
    """Draw which image of the dataset it is.

    Args:
        dataset: All images.
        splits: To say which split it belongs to.
        start: The image to begin with where none is chosen, or none that exists.
    """
    index = state.chosen_image()
    value = start if index is None or index >= dataset.num_images else index
    address.IMAGE.choose(str(value))
    # The box follows the shared choice; its own key is only how Streamlit tells of a change.
    state.keep_widget_at(state.EXPLAIN_INDEX, value)
    st.number_input(
        "Image",
        min_value=0,
        max_value=dataset.num_images - 1,
        step=1,
        placeholder=WHOLE,
        key=state.EXPLAIN_INDEX,
        width=150,
        on_change=lambda: state.choose_image(state.widget_value(state.EXPLAIN_INDEX)),
        help=f"Its place in the dataset: 0 to {dataset.num_train - 1} are the official training images, then test.",
    )
    true_idx = int(dataset.labels[value])
    title = f"{dataset.class_names[true_idx]}, image {value}, {split_title(splits.split_of(value))}"
    worse = read_worse(address.UNDER)
    if worse is not None:
        return _worsened(np.asarray(dataset.images[value]), true_idx, value, title, worse)
    return Subject(np.asarray(dataset.images[value]), true_idx, value, title)


def _worsened(image: NDArray[np.uint8], true_idx: int, index: int, title: str, worse: Worse) -> Subject:
    """Return an image of the dataset made worse, and draw the way back to it as it is."""
    st.button(f"Take {worse.words} away", icon=":material/blur_off:", on_click=_take_away)
    return Subject(worsen(image, index, worse), true_idx, None, f"{title}, under {worse.words}")


def _take_away() -> None:
    address.UNDER.choose(None)
    address.step_on()
