"""Everything a run trains with, on its device."""

import copy
import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn, optim

from cifar_core.augmentation import Batch, ImagePool, draw_batches, scale_pixels
from cifar_core.config import RunConfig
from cifar_core.data import (
    Contents,
    Dataset,
    Splits,
    compute_channel_statistics,
    images_of_epoch,
    labels_for_training,
    splits_of,
)
from cifar_core.models import Classifier, create_classifier, needs_whitening, set_whitening
from cifar_core.randomness import stream_seed
from cifar_core.training.optimizer import create_optimizer
from cifar_core.training.precision import PrecisionChoice, choose_precision

# Training images from which the first layer of a network that whitens them is set.
_NUM_WHITENED = 5000


@dataclass(frozen=True)
class TrainingState:
    """What `fit` works on. The classifier and the optimizer change in place; all else stays.

    Attributes:
        config: The run's.
        device: Resolved, e.g. "cuda:0".
        precision: Resolved, "float32" or "bfloat16".
        pool: The whole dataset on the device.
        splits: Which of them train, validate and test.
        epoch_images: What an epoch goes through, as `images_of_epoch` numbers it.
        classifier: The network with its normalisation, as checkpoints hold it.
        model: The same weights as steps run them: compiled where the config says so.
        optimizer: Over the classifier's parameters.
        average: The moving average of the weights, which is evaluated in place of the classifier; None if it is off.
        precision_timing: What the number format was chosen by, in milliseconds a step; empty if it was not measured.
    """

    config: RunConfig
    device: str
    precision: str
    pool: ImagePool
    splits: Splits
    epoch_images: NDArray[np.int64]
    classifier: Classifier
    model: nn.Module
    optimizer: optim.Optimizer
    average: Classifier | None = None
    precision_timing: Mapping[str, float] = field(default_factory=dict)

    @property
    def evaluated(self) -> Classifier:
        """What val and test are predicted with, and what the best epoch's checkpoint holds."""
        return self.classifier if self.average is None else self.average

    @cached_property  # each step asks for their number
    def batch_bounds(self) -> list[tuple[int, int]]:
        """Where each batch of an epoch begins and ends. A single image left over is skipped: batch norm needs two."""
        num_images, batch_size = len(self.epoch_images), self.config.training.batch_size
        bounds = [(start, min(start + batch_size, num_images)) for start in range(0, num_images, batch_size)]
        return bounds[:-1] if len(bounds) > 1 and bounds[-1][1] - bounds[-1][0] == 1 else bounds

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer updates of one epoch."""
        return len(self.batch_bounds)

    @property
    def num_steps(self) -> int:
        """Optimizer updates of the whole run."""
        return self.steps_per_epoch * self.config.training.num_epochs


def create_training_state(
    config: RunConfig,
    dataset: Dataset,
    device: str,
    precision: str | None = None,
    contents: Contents = MappingProxyType({}),
) -> TrainingState:
    """Build the network and its optimizer, and bring the data to the device.

    Args:
        config: The run's.
        dataset: The images; only read.
        device: As `resolve_device` returns it.
        precision: "float32" or "bfloat16", of a run that goes on; None lets `choose_precision` say.
        contents: The images that `config.data` refers to.

    Raises:
        DataError: They are not at hand, or none that may be trained on.
    """
    splits = splits_of(dataset, config.data, contents)
    epoch_images = images_of_epoch(dataset, config.data, splits, contents)
    labels = labels_for_training(dataset, config.data, contents)
    choice = PrecisionChoice(precision) if precision else choose_precision(config, device)
    statistics = compute_channel_statistics(dataset.images[: dataset.num_train])
    classifier = create_classifier(config, mean=statistics.mean, std=statistics.std, num_classes=dataset.num_classes)
    _set_whitening(classifier, dataset, splits)
    classifier.to(device)
    # Apart from the line above, since torch's types know no call with both.
    torch.nn.Module.to(classifier, memory_format=torch.channels_last)
    return TrainingState(
        config=config,
        device=device,
        precision=choice.precision,
        pool=create_pool(dataset, labels, epoch_images, device),
        splits=splits,
        epoch_images=epoch_images,
        classifier=classifier,
        model=_compile(classifier) if config.training.compile else classifier,
        optimizer=create_optimizer(config.optimizer, classifier),
        average=copy.deepcopy(classifier).requires_grad_(False) if config.training.ema_decay else None,
        precision_timing=choice.timing,
    )


def _set_whitening(classifier: Classifier, dataset: Dataset, splits: Splits) -> None:
    """Set what is set from images, on the CPU: the same images then give the same filters on every device."""
    if not needs_whitening(classifier):
        return  # and 5,000 images are not copied
    images = torch.from_numpy(dataset.images[np.sort(splits.train)[:_NUM_WHITENED]])
    set_whitening(classifier, classifier.normalize(scale_pixels(images)))


def create_pool(dataset: Dataset, labels: NDArray[np.int64], epoch_images: NDArray[np.int64], device: str) -> ImagePool:
    """Bring the images to the device, with the labels that training sees, and what an epoch goes through."""
    images, targets, train = (_to_device(array, device) for array in (dataset.images, labels, epoch_images))
    return ImagePool(images, targets, train, dataset.num_classes)


def epoch_order(state: TrainingState, epoch: int) -> NDArray[np.int64]:
    """Return what the given 1-based epoch goes through, in its order, by the numbers of `images_of_epoch`."""
    seed = stream_seed(state.config.training.seed, "order", epoch)
    return np.random.default_rng(seed).permutation(state.epoch_images)


def iterate_batches(state: TrainingState, epoch: int) -> Iterator[Batch]:
    """Return the epoch's batches as training sees them."""
    order = torch.from_numpy(epoch_order(state, epoch)).to(state.device)
    return draw_batches(
        state.pool, state.config.augmentation, state.config.training.seed, epoch, order, state.batch_bounds
    )


def count_parameters(classifier: nn.Module) -> int:
    """Return how many numbers the network learns."""
    return sum(math.prod(parameter.shape) for parameter in classifier.parameters() if parameter.requires_grad)


def _compile(classifier: Classifier) -> nn.Module:
    compiled: Any = torch.compile(classifier)
    return compiled


def _to_device(array: NDArray[np.generic], device: str) -> Tensor:
    """Hand an array to torch without a copy on the CPU; the tensor is only ever read."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array).to(device)
