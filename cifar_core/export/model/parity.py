"""Whether an exported model says what the run said: it is asked about images whose predictions the run saved."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import Dataset
from cifar_core.evaluation.predictions import Predictions
from cifar_core.export.exceptions import ExportError
from cifar_core.export.watch import Watch

# (N, 3, 32, 32) uint8 -> (N, C) float32 probabilities.
Model = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

_BATCH_SIZE = 250
# A model that disagrees more often than number formats explain is not the run's.
LOWEST_AGREEMENT = 0.95
_MOST_LISTED = 200


@dataclass(frozen=True)
class Difference:
    """An image of which an exported model says something else than the run did.

    Attributes:
        index: In the dataset.
        run: Class that the run predicted.
        model: Class that the model predicts.
        margin: Between both classes' probabilities in the run: near 0 where it could have gone either way.
    """

    index: int
    run: int
    model: int
    margin: float


@dataclass(frozen=True)
class Parity:
    """What an exported model says against what the run saved.

    Attributes:
        split: Whose images, "val" or "test".
        num_images: How many.
        differences: Every image of which the predicted class differs.
        largest_gap: Between two probabilities of the same image and class.
    """

    split: str
    num_images: int
    differences: tuple[Difference, ...]
    largest_gap: float

    @property
    def num_equal(self) -> int:
        """Images of which both predict the same class."""
        return self.num_images - len(self.differences)

    @property
    def agreement(self) -> float:
        """Share of them, in [0, 1]."""
        return self.num_equal / self.num_images

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        share = f"the same class on {self.num_equal:,} of {self.num_images:,} {self.split} images"
        if not self.differences:
            return f"{share}, probabilities within {self.largest_gap:.1g}"
        widest = max(difference.margin for difference in self.differences)
        return f"{share}; where it differs, the run was undecided by at most {100 * widest:.1f} points"

    def facts(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "split": self.split,
            "num_images": self.num_images,
            "num_equal": self.num_equal,
            "largest_gap": self.largest_gap,
            "differences": [vars(difference) for difference in self.differences[:_MOST_LISTED]],
        }


def check_parity(
    model: Model, dataset: Dataset, saved: Predictions, split: str, watch: Watch, *, name: str, is_exact: bool = True
) -> Parity:
    """Ask a model about every image of saved predictions, in portions.

    Args:
        model: From images to probabilities.
        dataset: The images.
        saved: What the run said of some of them.
        split: Which ones they are.
        watch: Told of progress.
        name: Of the model, for people.
        is_exact: Whether it must agree but for rounding; of int8 nobody knows beforehand.

    Raises:
        ExportError: It says something else than the run.
    """
    probs = np.empty(saved.probs.shape, np.float32)
    for start in range(0, saved.num_images, _BATCH_SIZE):
        watch.tell(start / saved.num_images, f"Asking {name} about {split}")
        chosen = saved.indices[start : start + _BATCH_SIZE]
        probs[start : start + len(chosen)] = model(np.ascontiguousarray(dataset.images[chosen]))
    parity = compare_probs(probs, saved, split)
    if not np.isfinite(probs).all() or (is_exact and parity.agreement < LOWEST_AGREEMENT):
        raise ExportError(
            f"the exported {name} predicts {parity.words}: it is not the network of the run; allowed: another kind"
        )
    return parity


def compare_probs(probs: NDArray[np.float32], saved: Predictions, split: str) -> Parity:
    """Hold probabilities (N, C) against saved predictions, image by image."""
    preds = probs.argmax(axis=1)
    rows = np.flatnonzero(preds != saved.preds)
    differences = tuple(
        Difference(
            index=int(saved.indices[row]),
            run=int(saved.preds[row]),
            model=int(preds[row]),
            margin=round(float(saved.probs[row, saved.preds[row]] - saved.probs[row, preds[row]]), 6),
        )
        for row in rows
    )
    return Parity(split, saved.num_images, differences, float(np.abs(probs - saved.probs).max()))
