"""What spoke for the class that was named wrongly, laid over the image."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_core.attribution import METHODS, quietest
from cifar_core.attribution.attribute import attribute, compute_saliency_map
from cifar_core.attribution.layers import explain_misfit
from cifar_core.data import Dataset
from cifar_core.export.subject import Subject
from cifar_core.training.checkpoint import load_classifier
from cifar_core.training.exceptions import CheckpointError

_COLOUR = (255, 140, 0)
_MOST_COLOUR = 0.75


@dataclass(frozen=True)
class Maps:
    """Pictures of what a network looked at.

    Attributes:
        title: Of the method.
        pictures: (N, 3, 32, 32) uint8, the image in grey under the map.
    """

    title: str
    pictures: NDArray[np.uint8]


def draw_maps(subject: Subject, dataset: Dataset, rows: NDArray[np.int64]) -> Maps | None:
    """Return maps of some rows of the val predictions, for the class that was named; None without weights."""
    try:
        classifier = load_classifier(subject.record.checkpoint_path(subject.which))
    except CheckpointError:
        return None
    method = quietest([name for name in ("grad_cam", "occlusion") if explain_misfit(classifier, name) is None])
    images = np.asarray(dataset.images[subject.val.indices[rows]])
    found = attribute(
        classifier, torch.from_numpy(images).float() / 255, torch.from_numpy(subject.val.preds[rows]), method
    )
    return Maps(METHODS[method].title, blend(images, compute_saliency_map(found).numpy()))


def blend(images: NDArray[np.uint8], maps: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Lay maps (N, 32, 32) over images (N, 3, 32, 32): the more it spoke for the class, the more colour."""
    strongest = maps.max(axis=(1, 2), keepdims=True).clip(min=1e-12)
    share = (_MOST_COLOUR * np.clip(maps / strongest, 0, 1))[:, None]
    grey = images.mean(axis=1, keepdims=True)
    colour = np.array(_COLOUR, np.float32)[None, :, None, None]
    return np.rint(grey * (1 - share) + colour * share).astype(np.uint8)
