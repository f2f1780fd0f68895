"""Whether a network is given its images as it was trained with: a wrong way shows by guessing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import Dataset, compute_channel_statistics
from cifar_core.evaluation.confusion import compute_confusion_matrix
from cifar_core.evaluation.intervals import wilson_interval
from cifar_core.evaluation.metrics import compute_accuracy
from cifar_core.importing.assembly import Assembled, scale_as
from cifar_core.importing.conventions import PIXELS, Pixels
from cifar_core.inference.predict import predict

_NUM_TRIED = 500
_MUCH_BETTER = 0.1
_GUESSING = 0.1
_NEAR = 0.15


@dataclass(frozen=True)
class Trial:
    """How a network does with its images given in one way.

    Attributes:
        pixels: That way.
        accuracy: On some training images, in [0, 1].
        reordered: What it would be if the classes were named in the order that fits best.
        order: That order: of each class of the dataset, its place among the outputs as they are now.
    """

    pixels: Pixels
    accuracy: float
    reordered: float
    order: tuple[int, ...]


def choose_images(train: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return some training images: val and test are for what it is worth."""
    return np.sort(np.random.default_rng(0).permutation(train)[:_NUM_TRIED])


def try_pixels(assembled: Assembled, dataset: Dataset, train: NDArray[np.int64]) -> list[Trial]:
    """Return how a network does in each way it might want its images, best first; it is left as it was."""
    before, indices = assembled.pixels, choose_images(train)
    if assembled.is_fixed and before is not None:  # the file itself says it
        return [_try(assembled, dataset, indices, before)]
    statistics = compute_channel_statistics(dataset.images[train[: 10 * _NUM_TRIED]])
    ours = Pixels("dataset", "As here: by mean and deviation of the training images", statistics.mean, statistics.std)
    trials = []
    for pixels in (*PIXELS.values(), ours):
        if pixels.is_integer and not _takes_integers(assembled):
            continue
        try:
            trials.append(_try(scale_as(assembled, pixels), dataset, indices, pixels))
        except RuntimeError:  # it takes no whole numbers
            if not pixels.is_integer:
                raise
    if before is not None:
        scale_as(assembled, before)
    return sorted(trials, key=lambda trial: -trial.accuracy)


def is_guessing(accuracy: float, num_images: int) -> bool:
    """Whether an accuracy is no better than guessing among ten classes, or hardly."""
    low, _ = wilson_interval(round(accuracy * num_images), num_images)
    return bool(accuracy < _NEAR or low <= _GUESSING)


def explain_guessing(
    accuracy: float, pixels: Pixels, trials: list[Trial], class_names: Sequence[str], class_order: Sequence[int]
) -> str:
    """Say that a network only guesses, and what would help as far as that was found out.

    Args:
        accuracy: On val.
        pixels: As its images were given.
        trials: What else was tried.
        class_names: The dataset's.
        class_order: Of each class, its place among the outputs, as it was said.
    """
    words = f"It is right on {accuracy:.1%} of val, about as often as guessing: was it given its images as it expects?"
    best = trials[0]
    if best.pixels.name != pixels.name and best.accuracy > accuracy + _MUCH_BETTER:
        flag = f"--pixels {best.pixels.name if best.pixels.name in PIXELS else 'find'}"
        return f"{words} With {flag} it is right on {best.accuracy:.0%} of some training images: import it so."
    reordered = max(trials, key=lambda trial: trial.reordered)
    if reordered.reordered > accuracy + 2 * _MUCH_BETTER:
        named = [""] * len(class_names)
        for class_idx, place in enumerate(reordered.order):
            named[class_order[place]] = class_names[class_idx]
        flag = f"--pixels {reordered.pixels.name} " if reordered.pixels.name in PIXELS and len(trials) > 1 else ""
        return (
            f"{words} Its classes seem to stand in another order: with {flag}--classes {','.join(named)} it would be "
            f"right on {reordered.reordered:.0%} of some training images."
        )
    return f"{words} No other usual way does better: it may not be trained."


def _try(assembled: Assembled, dataset: Dataset, indices: NDArray[np.int64], pixels: Pixels) -> Trial:
    from scipy.optimize import linear_sum_assignment

    found = predict(assembled.classifier, dataset.images, dataset.labels, indices)
    matrix = compute_confusion_matrix(found, dataset.num_classes)
    rows, places = linear_sum_assignment(-matrix)
    reordered = float(matrix[rows, places].sum() / matrix.sum())
    return Trial(pixels, float(compute_accuracy(found)), reordered, tuple(int(place) for place in places))


def _takes_integers(assembled: Assembled) -> bool:
    """Only programs can want whole numbers; a module's layers of floating point never do."""
    model = assembled.config.model
    return model.name == "imported" and getattr(model, "kind", "") == "torchscript"
