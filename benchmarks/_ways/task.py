"""What every way gets: the same images, network and settings."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_core.config import RunConfig
from cifar_core.data import ChannelStatistics, Dataset, compute_channel_statistics, create_splits, load_dataset
from cifar_core.models import create_classifier
from cifar_core.models.layers import Network
from cifar_core.training.device import resolve_device


@dataclass(frozen=True)
class Task:
    """A training to be timed.

    Attributes:
        config: Network, optimizer, batch size, augmentation, number format.
        dataset: Cut down to as many images as are to train.
        device: Resolved, e.g. "cuda:0".
    """

    config: RunConfig
    dataset: Dataset
    device: str

    @cached_property
    def train(self) -> NDArray[np.int64]:
        """The dataset indices that train."""
        return create_splits(self.dataset, self.config.data.val_fraction, self.config.data.split_seed).train

    @cached_property
    def val(self) -> NDArray[np.int64]:
        """The dataset indices that are looked at when an epoch ends."""
        return create_splits(self.dataset, self.config.data.val_fraction, self.config.data.split_seed).val

    @property
    def batch_size(self) -> int:
        """Images of a step."""
        return self.config.training.batch_size

    @cached_property
    def statistics(self) -> ChannelStatistics:
        """Mean and standard deviation of each colour."""
        return compute_channel_statistics(self.dataset.images[: self.dataset.num_train])

    def create_network(self) -> Network:
        """Build the run's network, on the CPU, from normalised images to logits."""
        return create_classifier(self.config, mean=(0.5,) * 3, std=(0.25,) * 3).network


def create_task(config: RunConfig, num_images: int) -> Task:
    """Load the images and keep so many of them that `num_images` train."""
    dataset = _shorten(load_dataset(), round(num_images / (1 - config.data.val_fraction)))
    return Task(config, dataset, resolve_device(config.training.device))


def finish(device: str) -> None:
    """Wait until a GPU has done what it was given."""
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def _shorten(dataset: Dataset, num_train: int) -> Dataset:
    """Return a dataset of the first training images and as many test images as are in proportion."""
    num_test = max(100, dataset.num_test * num_train // dataset.num_train)
    places = np.r_[:num_train, dataset.num_train : dataset.num_train + num_test]
    return Dataset(dataset.images[places], dataset.labels[places], dataset.class_names, num_train, dataset.source)
