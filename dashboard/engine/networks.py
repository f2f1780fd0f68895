"""Everything of the dashboard that needs torch. Arrays in, arrays out; networks pass through unopened.

Reached through `dashboard.engine` alone, which imports it when it is first needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from cifar_core.attribution import METHODS, attribute, inside, layers, trust
from cifar_core.attribution.inside import Ascent, Unit
from cifar_core.attribution.locks import model_lock
from cifar_core.attribution.trust import Completeness, PerturbationCurve
from cifar_core.augmentation import cost, scale_pixels
from cifar_core.augmentation.cost import PipelineCost
from cifar_core.augmentation.recipe import torchvision_code
from cifar_core.config import ModelConfig, RunConfig
from cifar_core.corruptions.corrupt import corrupt
from cifar_core.data import ChannelStatistics, Contents, Dataset
from cifar_core.evaluation.views import AS_IT_IS, Views
from cifar_core.inference import changes, features
from cifar_core.inference.changes import apply_change, create_test_time_variants
from cifar_core.models import Classifier, summarize_config, summary_frame
from cifar_core.models.filters import filter_pictures, first_filters
from cifar_core.training import epoch_weights, memory, preview
from cifar_core.training.checkpoint import create_untrained, load_classifier
from cifar_core.training.device import DeviceError, resolve_device
from cifar_core.training.preview import Preview


@dataclass(frozen=True)
class MemoryNeed:
    """What a run would need of the memory where it would train, and of the disk.

    Attributes:
        device: Where.
        num_bytes: Of its memory.
        shortage: Why it would not fit; empty if it does.
        weights_bytes: Of the disk, for the weights of every epoch; 0 if they are not kept.
        little_room: Why the disk will not hold them all; empty if it will.
    """

    device: str
    num_bytes: int
    shortage: str
    weights_bytes: int
    little_room: str


__all__ = [
    "Ascent",
    "Classifier",
    "Completeness",
    "MemoryNeed",
    "PerturbationCurve",
    "PipelineCost",
    "Preview",
    "apply_change",
    "compute_attributions",
    "compute_feature_maps",
    "compute_probs",
    "compute_robustness",
    "corrupt",
    "create_test_time_variants",
    "create_untrained",
    "draw_filters",
    "estimate_memory_need",
    "explain_misfits",
    "extract_features",
    "grow_image",
    "list_layers",
    "list_methods",
    "load_classifier",
    "measure_completeness",
    "measure_cost",
    "perturb",
    "preview_augmentation",
    "summarize",
    "torchvision_code",
]


def compute_probs(model: Classifier, images: NDArray[np.uint8], views: Views = AS_IT_IS) -> NDArray[np.float64]:
    """Return class probabilities (N, C) of images (N, 3, 32, 32) uint8, over these versions of each."""
    with model_lock(model):
        return changes.compute_probs(model, images, views)


def compute_robustness(model: Classifier, image: NDArray[np.uint8], class_idx: int) -> pd.DataFrame:
    """Return the probability of a class while one thing changes at a time, as `changes.robustness_frame` has it."""
    with model_lock(model):
        return changes.robustness_frame(model, image, class_idx)


def extract_features(model: Classifier, image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what the last layer sees (D,) of an image (3, 32, 32) uint8."""
    with model_lock(model):
        return features.extract_features(model, image[None], np.zeros(1, np.int64))[0]


def compute_attributions(
    model: Classifier,
    images: NDArray[np.uint8],
    target: int,
    method: str,
    against: int | None,
    options: Mapping[str, Any],
) -> NDArray[np.float32]:
    """Return attributions (N, 3, 32, 32) of images (N, 3, 32, 32) uint8 to a class, or to its lead over another.

    Raises:
        AttributionError: The method does not fit the network.
    """
    targets = torch.full((len(images),), target)
    others = None if against is None else torch.full((len(images),), against)
    return attribute.attribute(model, _as_input(images), targets, method, against=others, **options).cpu().numpy()


def list_methods(model: Classifier) -> list[str]:
    """Return the names of the attribution methods that fit a network."""
    return [name for name in METHODS if layers.explain_misfit(model, name) is None]


def explain_misfits(model: Classifier) -> dict[str, str]:
    """Return why the other methods do not fit it, by their names: the end of a sentence."""
    reasons = {name: layers.explain_misfit(model, name) for name in METHODS}
    return {name: reason.partition(": ")[2] for name, reason in reasons.items() if reason is not None}


def list_layers(model: Classifier) -> list[str]:
    """Return the names of its layers worth looking at, in order of computation."""
    return list(layers.list_layers(model))


def measure_completeness(
    model: Classifier,
    image: NDArray[np.uint8],
    attributions: NDArray[np.float32],
    target: int,
    method: str,
    options: Mapping[str, Any],
) -> Completeness:
    """Return what a map (3, 32, 32) sums to, and what its method promises."""
    return trust.measure_completeness(
        model, _as_input(image), torch.from_numpy(attributions), target, method, **options
    )


def perturb(
    model: Classifier, image: NDArray[np.uint8], strengths: NDArray[np.float32], class_idx: int
) -> dict[str, PerturbationCurve]:
    """Return the curves "Deletion" and "Insertion" of a map (32, 32)."""
    pixels = _as_input(image)
    return {
        "Deletion": trust.deletion_curve(model, pixels, strengths, class_idx),
        "Insertion": trust.insertion_curve(model, pixels, strengths, class_idx),
    }


def compute_feature_maps(
    model: Classifier, image: NDArray[np.uint8], layer: str
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return a layer's features (C, H, W) for an image (3, 32, 32) uint8, and its channels, the strongest first."""
    maps = inside.compute_feature_maps(model, _as_input(image), layer)
    return maps, inside.order_channels(maps)


def grow_image(model: Classifier, unit: tuple[str | None, int], num_steps: int, seed: int) -> Ascent:
    """Return the image that excites a unit, a layer's channel or (None, class), after so many steps."""
    *_, last = inside.maximize_activation(model, Unit(*unit), num_steps=num_steps, seed=seed)
    return last


def draw_filters(checkpoint: Path) -> NDArray[np.uint8]:
    """Return the first layer's filters in a checkpoint as pictures (N, 3, K, K); none of a network that hides them."""
    model = load_classifier(checkpoint)
    try:
        return filter_pictures(first_filters(model))
    except ValueError:  # an imported one
        return np.zeros((0, 3, 1, 1), np.uint8)


def summarize(model: ModelConfig) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return a network's layers as a table, and its totals: parameters, frozen, multiply-accumulates, megabytes."""
    summary = summarize_config(model)
    totals = {
        "parameters": summary.num_parameters,
        "frozen": summary.num_frozen,
        "macs": summary.macs,
        "megabytes": summary.num_megabytes,
    }
    return summary_frame(summary), totals


def estimate_memory_need(config: RunConfig, num_images: int, runs_dir: Path) -> MemoryNeed:
    """Return how much memory and disk a run of this config would need where it would train, and whether it is there."""
    try:
        device = resolve_device(config.training.device)
    except DeviceError:  # said when it is started
        device = "cpu"
    return MemoryNeed(
        device,
        memory.estimate_memory(config, num_images, device).total,
        memory.explain_shortage(config, num_images, device),
        epoch_weights.estimate_weights_bytes(config),
        epoch_weights.explain_little_room(config, runs_dir),
    )


def preview_augmentation(
    dataset: Dataset, config: RunConfig, contents: Contents, indices: NDArray[np.int64], num_epochs: int
) -> Preview:
    """Return what the first epochs of a run of this config see of some images; `contents` are those it refers to."""
    return preview.preview(preview.create_preview_pool(dataset, config, contents), config, indices, num_epochs)


def measure_cost(
    dataset: Dataset, config: RunConfig, contents: Contents, statistics: ChannelStatistics
) -> PipelineCost:
    """Time a config's augmentation here, beside torchvision's; takes some seconds."""
    return cost.measure_cost(preview.create_preview_pool(dataset, config, contents), config, statistics)


def _as_input(images: NDArray[np.uint8]) -> torch.Tensor:
    """Return pixels as networks take them: float in [0, 1]."""
    return scale_pixels(torch.from_numpy(images.copy()))
