"""Images that somebody chose, named by what they are: how a run's config refers to them without listing them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cifar_core.config import DataConfig
from cifar_core.data.dataset import DataError

# The settings of `data` that refer to chosen images, in the order in which they act.
CHOICES = ("only", "exclude", "oversample", "relabel")


@dataclass(frozen=True, eq=False)
class ChosenImages:
    """Some images of a dataset, and what somebody says they show.

    Attributes:
        indices: (N,) int64 dataset indices, ascending, each once; N from 1.
        labels: (N,) int64 the class each shall have instead of its own; None where nothing is said of classes.
    """

    indices: NDArray[np.int64]
    labels: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        if self.indices.ndim != 1 or not len(self.indices):
            raise DataError(f"indices of shape {self.indices.shape}; allowed: (N,), N from 1")
        if self.indices[0] < 0 or (np.diff(self.indices) <= 0).any():
            raise DataError("indices that are not ascending; allowed: 0 and above, ascending, each once")
        if self.labels is not None and self.labels.shape != self.indices.shape:
            raise DataError(f"labels of shape {self.labels.shape}; allowed: {self.indices.shape}, one for each image")

    @cached_property
    def content_hash(self) -> str:
        """The same for the same images and labels, and for nothing else; it never reads like a number."""
        digest = hashlib.blake2b(np.ascontiguousarray(self.indices, dtype="<i8").tobytes(), digest_size=8)
        if self.labels is not None:
            digest.update(b"/labels/" + np.ascontiguousarray(self.labels, dtype="<i8").tobytes())
        return f"sel-{digest.hexdigest()}"


# Chosen images by their hash.
Contents = Mapping[str, ChosenImages]


def choices_in(config: DataConfig) -> dict[str, str]:
    """Return which settings refer to chosen images, each with their hash, in the order in which they act."""
    return {setting: name for setting in CHOICES if (name := getattr(config, setting))}


def without_choices(config: DataConfig) -> DataConfig:
    """Return the config of the same data, nothing chosen from it: for what needs any images rather than these."""
    return config.model_copy(update=dict.fromkeys(CHOICES, "")) if choices_in(config) else config


def look_up(config: DataConfig, contents: Contents) -> dict[str, ChosenImages]:
    """Return the images that settings refer to, by setting.

    Raises:
        DataError: Some of them are not at hand.
    """
    chosen = choices_in(config)
    for setting, name in chosen.items():
        if name not in contents:
            raise DataError(f"data.{setting} = {name!r} is not at hand; allowed: a selection kept beside the runs")
    return {setting: contents[name] for setting, name in chosen.items()}
