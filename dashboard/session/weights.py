"""A run's network, and what it said of images: computed once for each weights, image and setting."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
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
        is_rounded: Whether they are kept in float16: what they say may differ a little from what was said in training.
        is_imported: Whether they were trained elsewhere: nothing is known of their epochs.
    """

    path: Path
    stamp: Stamp
    epoch: int
    views: Views = AS_IT_IS
    is_rounded: bool = False
    is_imported: bool = False

    @property
    def key(self) -> str:
        """A name that changes when the file does."""
        return f"{self.path}@{self.stamp}"

    @property
    def words(self) -> str:
        """Which they are: "weights of epoch 7, kept in float16"."""
        if self.is_imported:
            return "imported weights"
        return f"weights of epoch {self.epoch}{', kept in float16' if self.is_rounded else ''}"

    def load(self) -> "Classifier":
        """Return the network, in evaluation mode, shared by all sessions: whoever runs it takes its lock.

        Raises:
            CheckpointError: The file is broken.
        """
        return _load(self.path, self.stamp)


def find_weights(record: RunRecord, which: int | str) -> Weights | None:
    """Return a run's "best" or "last" weights, or those of an epoch (1-based); None if there are none.

    An epoch that is the best or the last one has its weights whole, any other in float16 if they were kept.
    """
    status = record.status()
    marked = {"best": status.best_epoch, "last": status.epoch}
    if isinstance(which, int):
        which = next((name for name, epoch in marked.items() if epoch == which), which)
    path = record.checkpoint_path(which)
    stamped = stamp(path)
    if stamped is None:
        return None
    epoch = which if isinstance(which, int) else marked[which] or 0
    views, is_imported = views_of(record.stored_config().config.training), bool(record.meta().imported_from)
    return Weights(path, stamped, epoch, views, isinstance(which, int), is_imported)


def list_kept_epochs(record: RunRecord) -> list[int]:
    """Return the epochs whose weights a run has, ascending."""
    marked = (find_weights(record, which) for which in ("best", "last"))
    return sorted({weights.epoch for weights in marked if weights is not None} | set(record.files.weights_epochs()))


def describe_kept(record: RunRecord) -> str:
    """Say which weights there are: "the best (3) and the last (9)", "epochs 1 to 4, the best (3) and the last (9)"."""
    own = record.files.weights_epochs()
    parts = [f"{'epochs' if len(own) > 1 else 'epoch'} {describe_numbers(own)}"] if own else []
    marks: dict[int, list[str]] = {}
    for which in ("best", "last"):
        if (weights := find_weights(record, which)) is not None:
            marks.setdefault(weights.epoch, []).append(which)
    parts += [f"the {' and '.join(names)} ({epoch})" for epoch, names in marks.items()]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]])) or "none"


def describe_numbers(numbers: Sequence[int]) -> str:
    """Return ascending numbers in words, rows of three or more by their ends: "1 to 4, 7, 8"."""
    rows: list[list[int]] = []
    for number in numbers:
        if rows and number == rows[-1][-1] + 1:
            rows[-1].append(number)
        else:
            rows.append([number])
    words = [f"{row[0]} to {row[-1]}" if len(row) > 2 else ", ".join(map(str, row)) for row in rows]
    return ", ".join(words)


def explain_missing(record: RunRecord, epoch: int) -> str:
    """Say why an epoch's weights are not there, and which are, as the rest of a sentence."""
    refusal = record.weights_refusal()
    if not record.stored_config().config.training.save_every_epoch:
        why = "were not kept"
    elif refusal is not None and refusal[0] <= epoch:
        why = f"found no room ({refusal[1]})"
    else:
        why = "are gone"
    return f"the weights of epoch {epoch} {why}, only {describe_kept(record)}"


def advise_keeping(record: RunRecord) -> str:
    """Say what keeps the weights of every epoch; empty for a run that did so."""
    if record.stored_config().config.training.save_every_epoch:
        return ""
    return "A run with “save every epoch” keeps them all."


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
