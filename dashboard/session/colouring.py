"""What the points of a map are coloured by: groups of images by class, by split, or by what a run says of them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from cifar_core.data.splits import SPLIT_NAMES, UNUSED
from cifar_core.derived import Request
from cifar_core.evaluation import Predictions, PredictionsError
from cifar_core.evaluation.groups import (
    Groups,
    group_by_confidence,
    group_by_doubt,
    group_by_learning,
    group_by_loss,
    group_by_outcome,
)
from cifar_core.runs import RunRecord, RunSummary
from dashboard.components.colours import QUIET, RIGHT, WRONG
from dashboard.drawing.colours import TRAIN, VAL, colour_classes
from dashboard.drawing.words import short_name
from dashboard.session import state
from dashboard.session.background import find_derived, read_derived
from dashboard.session.cache import get_predictions, get_store, get_track
from dashboard.session.epochs import Spoken, find_spoken
from dashboard.session.kept import chosen_selection
from dashboard.session.lock import list_splits
from dashboard.session.selection import count_reading
from dashboard.session.weights import Weights

CLASS, SPLIT, OUTCOME, CONFIDENCE, LOSS, LEARNED, DOUBT, SELECTED = (
    "class",
    "split",
    "right or wrong",
    "confidence",
    "loss",
    "when learned",
    "doubt about the label",
    state.SELECTION_COLOUR,
)
# The address knows them by their places.
COLOURINGS = (CLASS, OUTCOME, CONFIDENCE, LOSS, LEARNED, DOUBT, SPLIT, SELECTED)
NEED_RUN = frozenset((OUTCOME, CONFIDENCE, LOSS, LEARNED, DOUBT))
_BY_PREDICTIONS: dict[str, Callable[[Predictions, int], Groups]] = {
    OUTCOME: group_by_outcome,
    CONFIDENCE: group_by_confidence,
    LOSS: group_by_loss,
    DOUBT: group_by_doubt,
}
# From what goes well to what is worth a look, to be told apart on white and on black and with any eyes.
_RAMP = ("#2a6fbb", "#6da3d8", "#9a9aa2", "#e0975f", "#c85030")
_LATE = "#7d2a6b"
_UNKNOWN = QUIET


@dataclass(frozen=True, eq=False)
class Colouring:
    """The groups of a map's points.

    Attributes:
        name: One of COLOURINGS.
        groups: Which group each image is in.
        colours: Of the groups.
        words: What is coloured, as a sentence, where no Markdown is read.
    """

    name: str
    groups: Groups
    colours: tuple[str, ...]
    words: str


def colour_by_class(dataset: Dataset) -> Colouring:
    """Return the colours of the classes."""
    groups = Groups(tuple(dataset.class_names), dataset.labels.astype(np.uint8))
    return Colouring(CLASS, groups, tuple(colour_classes(dataset.class_names).values()), "Coloured by class.")


def find_colouring(
    dataset: Dataset, splits: Splits, run: RunSummary | None, name: str, *, should_make: bool = True
) -> Colouring:
    """Return a colouring of all images; by class, with a reason, where there is nothing to colour them by.

    What a run has not said of images is computed in the background; until then they are among those not known.

    Args:
        dataset: All images.
        splits: The run's.
        run: Whose network is asked.
        name: One of COLOURINGS.
        should_make: Whether to have missing predictions computed now, and to show how far that is.
    """
    if name == SPLIT:
        return _colour_by_split(dataset, splits)
    if name == SELECTED:
        return _colour_by_selection(dataset)
    if name == CLASS or run is None:
        return colour_by_class(dataset)
    record = get_store().record(run.run_id)
    try:
        if name == LEARNED:
            return _colour_by_learning(dataset, record, run)
        spoken = find_spoken(record)
        if spoken is None:
            raise ValueError(f"{short_name(run)} has saved no network yet")
        return _colour_by_predictions(dataset, splits, record, run, spoken, name, should_make)
    except ValueError as error:
        plain = colour_by_class(dataset)
        return replace(plain, words=f"Coloured by class, not by {name}: {error}.")


def _colour_by_split(dataset: Dataset, splits: Splits) -> Colouring:
    members = np.full(dataset.num_images, len(SPLIT_NAMES), np.uint8)
    for place, name in enumerate(SPLIT_NAMES):
        members[splits.indices(name)] = place
    has_unused = bool((members == len(SPLIT_NAMES)).any())
    names = (*SPLIT_NAMES, UNUSED) if has_unused else SPLIT_NAMES
    colours = (TRAIN, VAL, WRONG, _LATE)[: len(names)]
    return Colouring(SPLIT, Groups(names, members), colours, "Coloured by split.")


def _colour_by_selection(dataset: Dataset) -> Colouring:
    selection = chosen_selection(dataset)
    if selection is None:
        plain = colour_by_class(dataset)
        return replace(plain, words="Coloured by class: no selection is chosen to be told from the rest.")
    members = np.ones(dataset.num_images, np.uint8)
    members[selection.images.indices] = 0
    groups = Groups((selection.name, "all others"), members, 1)
    words = f"Coloured by whether an image is in the selection {selection.name}."
    return Colouring(SELECTED, groups, (WRONG, _UNKNOWN), words)


def _colour_by_learning(dataset: Dataset, record: RunRecord, run: RunSummary) -> Colouring:
    track = get_track(record)
    if track is None or len(track.epochs) < 2:
        raise ValueError(f"{short_name(run)} has saved its val predictions of fewer than two epochs")
    groups = group_by_learning(track, dataset.num_images)
    words = (
        f"Coloured by the epoch from which on {short_name(run)} took a val image for its class after each epoch. "
        f"Grey: train and test, whose predictions no run saves at every epoch."
    )
    return Colouring(LEARNED, groups, _colours_of(groups), words)


def _colour_by_predictions(
    dataset: Dataset,
    splits: Splits,
    record: RunRecord,
    run: RunSummary,
    spoken: Spoken,
    name: str,
    should_make: bool,
) -> Colouring:
    weights = spoken.weights
    predictions = _find_predictions(dataset, record, run, weights, should_make)
    if name == DOUBT:
        predictions = _without(predictions, splits.train)
    if not predictions.num_images or not predictions.is_finite:
        raise ValueError(f"{short_name(run)} has said nothing in numbers yet")
    if predictions.indices.max() >= dataset.num_train:
        count_reading(record, "test", by="Explore map")
    key = f"{weights.key}/{name}/{predictions.num_images}"
    groups = _groups(predictions, dataset.num_images, name, dataset.fingerprint, key)
    return Colouring(
        name, groups, _colours_of(groups), _say(name, f"{short_name(run)}, {spoken.words}", predictions, dataset)
    )


def _say(name: str, whose: str, predictions: Predictions, dataset: Dataset) -> str:
    sentences = {
        OUTCOME: f"Coloured by whether {whose}, takes an image for its class.",
        CONFIDENCE: f"Coloured by how sure {whose}, is of what it takes an image for, right or wrong.",
        LOSS: f"Coloured by the loss of {whose}: how little it gives an image's own class. 2.3 is a guess among ten.",
        DOUBT: f"Coloured by whether {whose}, has reason to doubt a label. Grey: what it trained on, whose labels it "
        "was told.",
    }
    if name == DOUBT or predictions.num_images == dataset.num_images:
        return sentences[name]
    return f"{sentences[name]} Grey: images it has not been asked about."


def _find_predictions(
    dataset: Dataset, record: RunRecord, run: RunSummary, weights: Weights, should_make: bool
) -> Predictions:
    """What the run saved of val and test at these weights, and of all other images what was computed since."""
    saved = []
    for split in list_splits():
        with suppress(PredictionsError):
            found = get_predictions(record, split, weights.epoch)
            saved += [] if found is None else [found]
    options: dict[str, str | int] = {"checkpoint": str(weights.path.resolve()), "stamp": str(weights.stamp)}
    request = Request("answers", dataset.fingerprint, options)
    if should_make:
        what = f"Asking {short_name(run)} about all {dataset.num_images:,} images"
        arrays = find_derived(dataset, request.kind, what, options)
    else:
        arrays = read_derived(request)
    if arrays is None:
        return _joined(saved, dataset)
    logits = arrays["log_probs"].astype(np.float32)
    for part in saved:
        logits[part.indices] = part.logits
    return Predictions(logits, dataset.labels.astype(np.int64), np.arange(dataset.num_images))


def _joined(saved: list[Predictions], dataset: Dataset) -> Predictions:
    if not saved:
        raise ValueError("its predictions are not there yet")
    parts = ([getattr(part, name) for part in saved] for name in ("logits", "indices"))
    logits, indices = (np.concatenate(part) for part in parts)
    return Predictions(logits, dataset.labels[indices].astype(np.int64), indices)


def _without(predictions: Predictions, indices: NDArray[np.int64]) -> Predictions:
    rows = np.flatnonzero(~np.isin(predictions.indices, indices))
    return Predictions(predictions.logits[rows], predictions.targets[rows], predictions.indices[rows])


def _colours_of(groups: Groups) -> tuple[str, ...]:
    """Blue for what goes well, orange for what is worth a look; of images of which nothing is known, grey."""
    num_known = len(groups.names) - groups.others
    if num_known == 2:
        ramp: tuple[str, ...] = (RIGHT, WRONG)
    elif num_known > len(_RAMP):
        ramp = (*_RAMP, _LATE)
    else:
        ramp = tuple(_RAMP[round(place * (len(_RAMP) - 1) / max(1, num_known - 1))] for place in range(num_known))
    return (*ramp, *[_UNKNOWN] * groups.others)


@st.cache_resource(show_spinner=False, max_entries=16)
def _groups(_predictions: Predictions, num_images: int, name: str, fingerprint: str, key: str) -> Groups:
    return _BY_PREDICTIONS[name](_predictions, num_images)
