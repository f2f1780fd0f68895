"""A run's network, and what it said of images: computed once for each weights, image and setting."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.evaluation.views import AS_IT_IS, Views, views_of
from cifar_core.files import Stamp, stamp
from cifar_core.runs import RunRecord
from dashboard import engine

if TYPE_CHECKING:
    from dashboard.engine import Classifier


@dataclass(frozen=True)
class Weights:
    """A checkpoint as it is on disk now.

    Attributes:
        path: The file.
        stamp: Of the file.
        epoch: After which these weights were saved, 1-based.
        views: The versions of an image that their run predicts from.
    """

    path: Path
    stamp: Stamp
    epoch: int
    views: Views = AS_IT_IS

    @property
    def key(self) -> str:
        """A name that changes when the file does."""
        return f"{self.path}@{self.stamp}"

    def load(self) -> "Classifier":
        """Return the network, in evaluation mode, shared by all sessions: whoever runs it takes its lock.

        Raises:
            CheckpointError: The file is broken.
        """
        return _load(self.path, self.stamp)


def find_weights(record: RunRecord, which: str) -> Weights | None:
    """Return a run's "best" or "last" weights, None if it has none yet."""
    path = record.checkpoint_path(which)
    stamped = stamp(path)
    if stamped is None:
        return None
    status = record.status()
    epoch = status.best_epoch if which == "best" else status.epoch
    return Weights(path, stamped, epoch or 0, views_of(record.stored_config().config.training))


def find_kept_weights(record: RunRecord) -> dict[int, Weights]:
    """Return the weights that a run kept, by epoch: the best ones first, then the last ones where they are others."""
    kept: dict[int, Weights] = {}
    for which in ("best", "last"):
        weights = find_weights(record, which)
        if weights is not None:
            kept.setdefault(weights.epoch, weights)
    return kept


def describe_kept(kept: Mapping[int, Weights]) -> str:
    """Say which weights there are: "the best (3) and the last (4)"."""
    names = ("the best", "the last") if len(kept) > 1 else ("the best and last",)
    return " and ".join(f"{name} ({epoch})" for name, epoch in zip(names, kept, strict=True))


def digest(array: NDArray[np.generic]) -> str:
    """Return a name for an array's content."""
    return hashlib.blake2b(array.tobytes(), digest_size=12).hexdigest()


def remember(what: str, weights: Weights, image: str, options: Mapping[str, Any], compute: Callable[[], Any]) -> Any:
    """Return what was computed before for the same weights, image and options, or compute it.

    Args:
        what: Kind of result.
        weights: Whose.
        image: `Subject.key` of the image; empty if the result hangs on none.
        options: Everything else it depends on, fit for JSON.
        compute: Called if nothing is known yet; its result is pickled.
    """
    return _remember(what, weights.key, image, json.dumps(options, sort_keys=True), _compute=compute)


def get_probs(weights: Weights, images: NDArray[np.uint8], key: str) -> NDArray[np.float64]:
    """Return class probabilities (N, C) of images (N, 3, 32, 32), as the run predicts; the key names the images.

    Raises:
        CheckpointError: The file is broken.
    """
    return _compute_probs(weights, images, key, weights.views)


def get_plain_probs(weights: Weights, images: NDArray[np.uint8], key: str) -> NDArray[np.float64]:
    """Likewise by one look at each image as it is, whatever the run does."""
    return _compute_probs(weights, images, key, AS_IT_IS)


def _compute_probs(weights: Weights, images: NDArray[np.uint8], key: str, views: Views) -> NDArray[np.float64]:
    return remember("probs", weights, key, asdict(views), lambda: engine.compute_probs(weights.load(), images, views))


@st.cache_data(show_spinner=False, max_entries=1024)
def _remember(what: str, weights: str, image: str, options: str, *, _compute: Callable[[], Any]) -> Any:
    return _compute()


@st.cache_resource(show_spinner=False, max_entries=6)
def _load(path: Path, stamped: Stamp) -> "Classifier":
    return engine.load_classifier(path)


@st.cache_resource(show_spinner=False, max_entries=3)
def load_untrained(path: Path, stamped: Stamp) -> "Classifier":
    """Return a network of the same architecture that was never trained."""
    return engine.create_untrained(path)
