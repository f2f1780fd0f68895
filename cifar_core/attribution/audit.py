"""All methods of attribution held to the same checks, on the same images, for one network."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cifar_core.attribution.agreement import compare_maps
from cifar_core.attribution.attribute import attribute
from cifar_core.attribution.layers import explain_misfit
from cifar_core.attribution.methods import METHODS
from cifar_core.attribution.trust import deletion_curve, insertion_curve

_IMAGES_AT_ONCE = 10


@dataclass(frozen=True, eq=False)
class Audit:
    """What the checks came to, method by method (M) and image by image (K); NaN where a map has nothing to check.

    Attributes:
        methods: (M,) names of those that fit the network.
        untrained: (M, K) rank correlation with the map of a network of this architecture that was never trained.
        seeds: (M, K) mean rank correlation with the maps of networks that differ in their seed alone; NaN without any.
        deletion: (M, K) by how much the mean probability of the class is lower than at random while pixels go, those
            that the map names first.
        insertion: (M, K) by how much it is higher while they come.
        seconds: (M,) what the method's maps and checks took.
    """

    methods: NDArray[np.str_]
    untrained: NDArray[np.float64]
    seeds: NDArray[np.float64]
    deletion: NDArray[np.float64]
    insertion: NDArray[np.float64]
    seconds: NDArray[np.float64]


def audit_methods(
    model: nn.Module,
    untrained: nn.Module,
    sisters: Sequence[nn.Module],
    images: Tensor,
    on_progress: Callable[[float], None] = lambda share: None,
) -> Audit:
    """Check every method that fits, for the class that the network predicts of each image, with its usual settings.

    Args:
        model: Images float in [0, 1] -> logits.
        untrained: One of the same architecture that was never trained.
        sisters: Others that were trained alike, with other seeds.
        images: (K, 3, 32, 32) float in [0, 1].
        on_progress: Told the share that is done.
    """
    with torch.inference_mode():
        targets = model(images).argmax(dim=1)
    names = [name for name in METHODS if explain_misfit(model, name) is None]
    chance = _areas_at_random(model, images, targets)
    rows = []
    for place, name in enumerate(names):
        began = time.perf_counter()
        found = _check(name, (model, untrained, *sisters), images, targets, chance)
        rows.append((*found, time.perf_counter() - began))
        on_progress((place + 1) / len(names))
    untrained_rows, seeds, deletion, insertion, seconds = (np.array(column) for column in zip(*rows, strict=True))
    return Audit(np.array(names), untrained_rows, seeds, deletion, insertion, seconds)


def _check(
    name: str, models: Sequence[nn.Module], images: Tensor, targets: Tensor, chance: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the rows untrained, seeds, deletion and insertion of a method."""
    own, blank, *others = (_maps_of(model, images, targets, name) for model in models)
    likeness = np.array([compare_maps(first, second) for first, second in zip(own, blank, strict=True)])
    alike = [[compare_maps(first, second) for first, second in zip(own, each, strict=True)] for each in others]
    agreement = np.mean(alike, axis=0) if alike else np.full(len(images), np.nan)
    gains = np.array([_gains(models[0], *of) for of in zip(images, own, targets, chance, strict=True)])
    return likeness, agreement, gains[:, 0], gains[:, 1]


def _maps_of(model: nn.Module, images: Tensor, targets: Tensor, name: str) -> NDArray[np.float32]:
    parts = zip(images.split(_IMAGES_AT_ONCE), targets.split(_IMAGES_AT_ONCE), strict=True)
    return torch.cat([attribute(model, *part, name) for part in parts]).sum(dim=1).cpu().numpy()


def _gains(
    model: nn.Module, image: Tensor, strengths: NDArray[np.float32], target: Tensor, chance: NDArray[np.float64]
) -> tuple[float, float]:
    """Return how much better than at random a map does in deletion and in insertion; NaN if it names no pixel first."""
    if not np.isfinite(strengths).all() or not np.ptp(strengths):
        return np.nan, np.nan
    deletion = deletion_curve(model, image, strengths, int(target), num_orders=0).area
    insertion = insertion_curve(model, image, strengths, int(target), num_orders=0).area
    return chance[0] - deletion, insertion - chance[1]


def _areas_at_random(model: nn.Module, images: Tensor, targets: Tensor) -> NDArray[np.float64]:
    """Return (K, 2): what random orders of pixels reach in deletion and insertion; they hang on no method."""
    flat = np.zeros(tuple(images.shape[2:]), np.float32)
    curves = [
        [curve(model, image, flat, int(target)).random_area for curve in (deletion_curve, insertion_curve)]
        for image, target in zip(images, targets, strict=True)
    ]
    return np.array(curves)
