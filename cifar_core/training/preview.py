"""What training will see of some images, before it is started."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_core.augmentation import ImagePool, draw_batch
from cifar_core.config import RunConfig
from cifar_core.data import Contents, Dataset, images_of_epoch, labels_for_training, splits_of
from cifar_core.training.state import create_pool


@dataclass(frozen=True)
class Preview:
    """Some images as several epochs of a run see them, before normalisation.

    Attributes:
        images: (K, N, 3, 32, 32) float32 in [0, 1]: K epochs of N images.
        targets: (K, N, C) float32: each class's share, one-hot unless labels are mixed.
    """

    images: NDArray[np.float32]
    targets: NDArray[np.float32]

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The images as a screen shows them, uint8."""
        return np.rint(self.images * 255).astype(np.uint8)


def create_preview_pool(dataset: Dataset, config: RunConfig, contents: Contents = MappingProxyType({})) -> ImagePool:
    """Return the pool that a run of this config draws from, on the CPU.

    Args:
        dataset: The images.
        config: The run's.
        contents: The images that `config.data` refers to.

    Raises:
        DataError: They are not at hand, or none that may be trained on.
    """
    labels = labels_for_training(dataset, config.data, contents)
    train = images_of_epoch(dataset, config.data, splits_of(dataset, config.data, contents), contents)
    return create_pool(dataset, labels, train, "cpu")


def preview(pool: ImagePool, config: RunConfig, indices: NDArray[np.int64], num_epochs: int) -> Preview:
    """Draw what epochs 1 to `num_epochs` of a run see of some images, by the function that training calls.

    Args:
        pool: The images to draw from.
        config: Its augmentation and its seed decide.
        indices: (N,) dataset indices.
        num_epochs: K.
    """
    chosen = torch.from_numpy(np.ascontiguousarray(indices, dtype=np.int64))
    seed = config.training.seed
    batches = [draw_batch(pool, config.augmentation, seed, epoch, chosen) for epoch in range(1, num_epochs + 1)]
    targets = [
        batch.targets if batch.targets.ndim == 2 else torch.nn.functional.one_hot(batch.targets, pool.num_classes)
        for batch in batches
    ]
    return Preview(
        torch.stack([batch.images for batch in batches]).numpy(), torch.stack(targets).to(torch.float32).numpy()
    )
