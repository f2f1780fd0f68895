"""The last layer of a run's network, fitted anew to its training images: made in the background, kept on disk."""

from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset
from cifar_core.derived import Arrays, Request
from cifar_core.derived.heads import head_options
from cifar_core.influence.fitted import FittedHead, from_arrays
from cifar_core.influence.head import Numbers
from cifar_core.influence.scores import WhatIf, ask_what_if, score_images
from dashboard import engine
from dashboard.session.background import find_derived
from dashboard.session.weights import Weights


class Known(NamedTuple):
    """A fitted layer, and what names it."""

    fitted: FittedHead
    key: str


def find_head(dataset: Dataset, weights: Weights) -> Known | None:
    """Return the last layer fitted to a network's features; None while it is made, which is shown with a bar.

    Args:
        dataset: All images.
        weights: The network's.
    """
    options = head_options(weights.path)
    what = "Looking at every training image with this network, and fitting its last layer anew"
    arrays = find_derived(dataset, "head", what, options)
    if arrays is None:
        return None
    key = Request("head", dataset.fingerprint, options).key
    return Known(_fitted(key, arrays), key)


def see(known: Known, weights: Weights, image: NDArray[np.uint8], index: int | None) -> Numbers:
    """Return what the layer sees of an image (3, 32, 32), by the network where it is none of those that it knows."""
    found = None if index is None else known.fitted.find(index)
    return known.fitted.see(engine.extract_features(weights.load(), image)) if found is None else found


def score(known: Known, inputs: Numbers, class_idx: int, index: int | None) -> Numbers:
    """Return how much each training image pushes an image towards a class, as `score_images` does.

    The image itself, if it trained, pushes nothing: what is asked is what taught it.

    Args:
        known: The fitted layer.
        inputs: (K + 1,) what that sees of the image.
        class_idx: The class.
        index: The image's place in the dataset; None if it is none of its images.
    """
    scores = _scores(known.key, known.fitted, inputs.tobytes(), inputs, class_idx)  # a copy, by Streamlit's cache
    if index is not None:
        scores[known.fitted.rows_of(np.array([index]))] = 0.0
    return scores


def leave_out(known: Known, inputs: Numbers, rows: NDArray[np.int64]) -> WhatIf:
    """Return what becomes of an image's probabilities without some training images, as `ask_what_if` does."""
    return _what_if(known.key, known.fitted, inputs.tobytes(), inputs, tuple(rows.tolist()))


@st.cache_resource(show_spinner=False, max_entries=4)
def _fitted(key: str, _arrays: Arrays) -> FittedHead:
    return from_arrays(_arrays)


@st.cache_data(show_spinner=False, max_entries=32)
def _scores(key: str, _fitted: FittedHead, seen: bytes, _inputs: Numbers, class_idx: int) -> Numbers:
    return score_images(_fitted.head, _fitted.evidence, _inputs, class_idx)


@st.cache_resource(show_spinner=False, max_entries=128)
def _what_if(key: str, _fitted: FittedHead, seen: bytes, _inputs: Numbers, rows: tuple[int, ...]) -> WhatIf:
    return ask_what_if(_fitted.head, _fitted.evidence, _inputs, np.array(rows, np.int64))
