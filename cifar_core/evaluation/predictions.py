"""What a network said about a set of images, in memory and on disk."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from cifar_core.files import BROKEN_ARCHIVE, replaced_atomically

_LOWEST = float(np.finfo(np.float16).min)  # a log-probability below it would be stored as minus infinity
_KEYS = ("log_probs", "targets", "indices")


class PredictionsError(ValueError):
    """Predictions that do not fit together, or a file that does not hold any."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """Scores of N images over C classes, with what is true and which images they are.

    Attributes:
        logits: (N, C) float32, raw scores or log-probabilities; only their differences within a row mean anything.
        targets: (N,) int64 true class indices in [0, C).
        indices: (N,) int64 places of the images in the dataset.
    """

    logits: np.ndarray
    targets: np.ndarray
    indices: np.ndarray

    def __post_init__(self) -> None:
        if self.logits.ndim != 2 or len(self.logits) == 0 or self.logits.shape[1] < 2:
            raise PredictionsError(f"logits of shape {self.logits.shape}; allowed: (N, C), N from 1, C from 2")
        for name, dtype in (("logits", np.float32), ("targets", np.int64), ("indices", np.int64)):
            if getattr(self, name).dtype != dtype:
                raise PredictionsError(f"{name} of dtype {getattr(self, name).dtype}; allowed: {dtype.__name__}")
        for name in ("targets", "indices"):
            if getattr(self, name).shape != (len(self.logits),):
                raise PredictionsError(f"{name} of shape {getattr(self, name).shape}; allowed: ({len(self.logits)},)")
        if self.targets.min() < 0 or self.targets.max() >= self.num_classes:
            raise PredictionsError(
                f"targets from {self.targets.min()} to {self.targets.max()}; allowed: 0 to {self.num_classes - 1}"
            )
        if self.indices.min() < 0:
            raise PredictionsError(f"indices from {self.indices.min()}; allowed: 0 and above")

    @property
    def num_images(self) -> int:
        """N."""
        return len(self.logits)

    @property
    def num_classes(self) -> int:
        """C."""
        return self.logits.shape[1]

    @cached_property
    def is_finite(self) -> bool:
        """Whether all scores are numbers; those of a diverged network are not."""
        return bool(np.isfinite(self.logits).all())

    @cached_property
    def log_probs(self) -> np.ndarray:
        """(N, C) float64 logarithms of the softmax; NaN in rows with a score that is NaN or plus infinity."""
        logits = self.logits.astype(np.float64)
        with np.errstate(invalid="ignore"):  # a diverged network's scores: inf - inf
            shifted = logits - logits.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    @cached_property
    def probs(self) -> np.ndarray:
        """(N, C) float64 softmax; each row sums to 1."""
        return np.exp(self.log_probs)

    @cached_property
    def preds(self) -> np.ndarray:
        """(N,) int64 class with the highest score; of equals the first."""
        return self.logits.argmax(axis=1).astype(np.int64)


def save_predictions(path: Path, predictions: Predictions, epoch: int | None = None) -> None:
    """Write an npz file that is either whole or not there.

    Log-probabilities are kept as float16: half a per mille of each, so small probabilities stay told apart, where
    probabilities themselves would be rounded to zero. The predicted classes are kept exactly.

    Args:
        path: Of the file.
        predictions: What it will hold.
        epoch: After which the network said so, 1-based; where the file's name does not tell.

    Raises:
        PredictionsError: For more than 256 classes or indices past int32, which the file has no room for.
    """
    if predictions.num_classes > 256:
        raise PredictionsError(f"num_classes {predictions.num_classes}; allowed: up to 256")
    if predictions.indices.max() > np.iinfo(np.int32).max:
        raise PredictionsError(f"indices up to {predictions.indices.max()}; allowed: up to {np.iinfo(np.int32).max}")
    arrays = {
        "log_probs": _rounded_log_probs(predictions),
        "targets": predictions.targets.astype(np.uint8),
        "indices": predictions.indices.astype(np.int32),
    }
    if epoch is not None:
        arrays["epoch"] = np.array(epoch, np.int32)
    _write_npz(Path(path), arrays)


def read_saved_epoch(path: Path) -> int | None:
    """Return the epoch that a file of predictions was saved with; None if it was saved without, or is none."""
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return int(archive["epoch"])
    except BROKEN_ARCHIVE:
        return None


def load_predictions(path: Path) -> Predictions:
    """Read what `save_predictions` wrote; `logits` are the stored log-probabilities.

    Raises:
        FileNotFoundError: If there is no such file.
        PredictionsError: If the file is broken or holds something else; the message names it.
    """
    try:
        # Opened here: np.load leaves a file it opened itself open when it turns out to be broken.
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            log_probs, targets, indices = (archive[key] for key in _KEYS)
        if log_probs.dtype != np.float16 or targets.dtype != np.uint8 or indices.dtype != np.int32:
            raise PredictionsError(f"dtypes {log_probs.dtype}, {targets.dtype}, {indices.dtype}")
        return Predictions(log_probs.astype(np.float32), targets.astype(np.int64), indices.astype(np.int64))
    except FileNotFoundError:
        raise
    except BROKEN_ARCHIVE as error:
        raise _broken(path, error) from error


def as_saved(predictions: Predictions) -> Predictions:
    """Return exactly what loading the saved predictions would, so that numbers agree before and after the disk."""
    logits = _rounded_log_probs(predictions).astype(np.float32)
    return Predictions(logits, predictions.targets.copy(), predictions.indices.copy())


def _rounded_log_probs(predictions: Predictions) -> np.ndarray:
    """(N, C) float16. A winner that rounding made equal to an earlier class is lifted by one step and wins."""
    rounded = np.maximum(predictions.log_probs, _LOWEST).astype(np.float16)
    rows = np.flatnonzero(rounded.argmax(axis=1) != predictions.preds)
    winners = predictions.preds[rows]
    rounded[rows, winners] = np.nextafter(rounded[rows, winners], np.float16(1))
    return rounded


def _write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    with replaced_atomically(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def _broken(path: Path, error: Exception) -> PredictionsError:
    return PredictionsError(f"{path} is not a file of predictions: {error}")
