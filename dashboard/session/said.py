"""What a run says of an image: one rule, on every page.

What the run itself has saved of the image at these weights (val after every epoch, test at the end) is what it says.
Of any other image it is computed now, as the run predicts: over its mirror image too if the run averages both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_core.evaluation import PredictionsError
from cifar_core.evaluation.views import Views
from cifar_core.runs import RunRecord
from dashboard.drawing.words import percent
from dashboard.session.cache import get_predictions
from dashboard.session.weights import Weights, get_plain_probs, get_probs

# From here on two probabilities are told as two numbers.
_VISIBLE = 0.005


@dataclass(frozen=True, eq=False)
class Said:
    """What a run says of an image.

    Attributes:
        probs: (C,) probabilities of the classes.
        is_saved: Whether the run saved them; computed now otherwise.
        views: The versions of the image that they are of.
        plain: (C,) what the network says of the image as it is, which is what maps and feature maps explain.
    """

    probs: NDArray[np.float64]
    is_saved: bool
    views: Views
    plain: NDArray[np.float64]

    def explain(self, class_names: tuple[str, ...], epoch: int | None) -> str:
        """Say where the probabilities come from, and what a single look at the image gives where that differs.

        Args:
            class_names: Of all classes.
            epoch: Of the weights; None where they were trained elsewhere.
        """
        saved = "Saved when it was imported" if epoch is None else f"Saved by the run after epoch {epoch}"
        source = saved if self.is_saved else "Computed now, as the run predicts"
        words = ", ".join(part for part in (source, self.views.words) if part) + "."
        top, plain_top = int(self.probs.argmax()), int(self.plain.argmax())
        if top == plain_top and abs(self.probs[top] - self.plain[top]) < _VISIBLE:
            return words
        seen = f"{class_names[plain_top]} {percent(float(self.plain[plain_top]))}"
        return f"{words} Of the image as it is, which the maps explain, the network says {seen}."


def what_run_says(record: RunRecord, weights: Weights, image: NDArray[np.uint8], key: str, index: int | None) -> Said:
    """Return what a run says of an image (3, 32, 32).

    Args:
        record: The run's.
        weights: Which of its weights speak.
        image: The pixels.
        key: Names them.
        index: The image's place in the dataset; None for one of somebody's own.

    Raises:
        CheckpointError: The weights cannot be read.
    """
    plain = get_plain_probs(weights, image[None], key)[0]
    saved = None if index is None else what_run_saved(record, weights.epoch, index)
    probs = get_probs(weights, image[None], key)[0] if saved is None else saved
    return Said(probs, saved is not None, weights.views, plain)


def what_run_saved(record: RunRecord, epoch: int, index: int) -> NDArray[np.float64] | None:
    """Return the probabilities (C,) that a run saved of an image after an epoch; None if it saved none."""
    for split in ("val", "test"):
        try:
            predictions = get_predictions(record, split, epoch)
        except PredictionsError:
            continue  # a damaged file says nothing
        if predictions is not None and len(places := np.flatnonzero(predictions.indices == index)):
            return predictions.probs[places[0]].astype(np.float64)
    return None
