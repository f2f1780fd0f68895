"""Images sorted into a few groups by what a network says of them: what a map colours, and a list is chosen by."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_core.evaluation.dynamics import dynamics_frame
from cifar_core.evaluation.label_errors import label_errors_frame
from cifar_core.evaluation.predictions import Predictions
from cifar_core.evaluation.track import Track

_CONFIDENCE_EDGES = (0.5, 0.7, 0.9, 0.99)
_LOSS_EDGES = (0.01, 0.1, 0.5, 2.3)  # the last is a guess among ten classes
_MOST_SPANS = 5


@dataclass(frozen=True, eq=False)
class Groups:
    """Which group each image of a dataset is in.

    Attributes:
        names: Of the groups, from what goes well to what is worth a look.
        members: (N,) uint8, each image's place in `names`.
        others: How many groups at the end of `names` hold images of which nothing is known.
    """

    names: tuple[str, ...]
    members: NDArray[np.uint8]
    others: int = 0


def group_by_outcome(predictions: Predictions, num_images: int) -> Groups:
    """Right and wrong. Of any of these functions, `num_images` is the dataset's, N."""
    is_wrong = predictions.preds != predictions.targets
    return _spread(("right", "wrong"), is_wrong, predictions.indices, num_images)


def group_by_confidence(predictions: Predictions, num_images: int) -> Groups:
    """Spans of the predicted class's probability, the surest first."""
    names = ("over 99 %", "90 to 99 %", "70 to 90 %", "50 to 70 %", "under 50 %")
    spans = len(_CONFIDENCE_EDGES) - np.digitize(predictions.probs.max(axis=1), _CONFIDENCE_EDGES)
    return _spread(names, spans, predictions.indices, num_images)


def group_by_loss(predictions: Predictions, num_images: int) -> Groups:
    """Spans of the loss, minus the logarithm of the true class's probability, the lowest first."""
    names = ("under 0.01", "0.01 to 0.1", "0.1 to 0.5", "0.5 to 2.3", "over 2.3")
    losses = -predictions.log_probs[np.arange(predictions.num_images), predictions.targets]
    return _spread(names, np.digitize(losses, _LOSS_EDGES), predictions.indices, num_images)


def group_by_learning(track: Track, num_images: int) -> Groups:
    """Spans of the epoch from which on an image was always right, the earliest first; and those wrong at the end."""
    learned = dynamics_frame(track)["learned_for_good"].to_numpy()
    spans = np.array_split(track.epochs, min(_MOST_SPANS, len(track.epochs)))
    places = np.searchsorted([span[-1] for span in spans], np.where(np.isnan(learned), np.inf, learned))
    names = (*(_name_span(span) for span in spans), "wrong at the end")
    return _spread(names, places, track.indices, num_images)


def group_by_doubt(predictions: Predictions, num_images: int) -> Groups:
    """Labels that confident learning doubts, and the rest, of a network that did not train on these images.

    Raises:
        ValueError: As `label_errors_frame` does.
    """
    is_doubted = np.isin(predictions.indices, label_errors_frame(predictions)["index"].to_numpy())
    return _spread(("not doubted", "doubted"), is_doubted, predictions.indices, num_images)


def _name_span(epochs: NDArray[np.int64]) -> str:
    first, last = int(epochs[0]), int(epochs[-1])
    return f"from epoch {first} on" if first == last else f"from epoch {first} to {last} on"


def _spread(names: Sequence[str], places: NDArray[np.generic], indices: NDArray[np.int64], num_images: int) -> Groups:
    """Lay the groups of some images over all; those that are not among them make one more."""
    members = np.full(num_images, len(names), np.uint8)
    members[indices] = places
    is_whole = len(indices) == num_images
    return Groups((*names,) if is_whole else (*names, "not known"), members, 0 if is_whole else 1)
