"""From dataset indices to what the network is trained on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from cifar_core.augmentation.colour import change_colours
from cifar_core.augmentation.draws import AugmentationDraws
from cifar_core.augmentation.geometry import crop_and_flip, rotate_shift_scale
from cifar_core.augmentation.mixing import MixingDraws, draw_mixing, mix_images, mix_labels
from cifar_core.augmentation.policies import apply_policy
from cifar_core.config import AugmentationConfig

# What covers a cutout or an erased rectangle: the middle of the pixels' range.
FILL = 0.5


@dataclass(frozen=True)
class ImagePool:
    """The images that training draws from, on its device.

    Attributes:
        images: (N, 3, 32, 32) uint8, the whole dataset.
        labels: (N,) int64.
        train: (M,) int64 dataset indices of the training images: partners for mixing come from these alone.
        num_classes: Labels run from 0 to one less than this.
    """

    images: Tensor
    labels: Tensor
    train: Tensor
    num_classes: int


@dataclass(frozen=True)
class Batch:
    """What one update is made from.

    Attributes:
        images: (B, 3, 32, 32) float32 in [0, 1].
        targets: (B,) int64 labels, or (B, num_classes) float shares where labels are mixed.
        mixing: Which images were mixed in, None where mixing is off.
    """

    images: Tensor
    targets: Tensor
    mixing: MixingDraws | None = None


def draw_batch(pool: ImagePool, config: AugmentationConfig, seed: int, epoch: int, indices: Tensor) -> Batch:
    """Return one batch as training sees it before normalisation. A preview calls the same function.

    Args:
        pool: The images.
        config: Which augmentations are on.
        seed: The run's seed.
        epoch: 1-based; each epoch draws anew.
        indices: (B,) int64 dataset indices on the pool's device.
    """
    return next(draw_batches(pool, config, seed, epoch, indices, [(0, len(indices))]))


def draw_batches(
    pool: ImagePool,
    config: AugmentationConfig,
    seed: int,
    epoch: int,
    indices: Tensor,
    bounds: Sequence[tuple[int, int]],
) -> Iterator[Batch]:
    """Yield an epoch's batches, each as `draw_batch` would return it.

    Args:
        pool: The images.
        config: Which augmentations are on.
        seed: The run's seed.
        epoch: 1-based; each epoch draws anew.
        indices: (N,) int64 dataset indices of all the batches, on the pool's device.
        bounds: For each batch, its first place among the indices and the one behind its last.
    """
    draws = AugmentationDraws(config, seed, epoch, indices)
    if not config.mixes_labels:
        for start, end in bounds:
            yield Batch(_augment_from(pool, draws.part(start, end)), pool.labels[indices[start:end]])
        return
    mixing = draw_mixing(config, seed, epoch, indices, len(pool.train))
    partner_draws = AugmentationDraws(config, seed, epoch, pool.train[mixing.partner])
    for start, end in bounds:
        own, others = draws.part(start, end), partner_draws.part(start, end)
        mixed = mixing.part(start, end)
        images = mix_images(_augment_from(pool, own), _augment_from(pool, others), mixed)
        targets = mix_labels(pool.labels[own.indices], pool.labels[others.indices], mixed, pool.num_classes)
        yield Batch(images, targets, mixed)


def augment(images: Tensor, draws: AugmentationDraws) -> Tensor:
    """Do to each image what the config asks for, except mixing it with others.

    Args:
        images: (B, 3, 32, 32) uint8.
        draws: For these images.

    Returns:
        (B, 3, 32, 32) float32 in [0, 1].
    """
    config = draws.config
    changed = apply_policy(crop_and_flip(images, config, draws), config, draws)
    pixels = rotate_shift_scale(scale_pixels(changed), config, draws)
    pixels = change_colours(pixels, config, draws)
    if config.cutout_size:
        pixels = torch.where(draws.cutout.mask(), FILL, pixels)
    if config.erasing:
        pixels = torch.where(draws.erasing.mask(), FILL, pixels)
    return pixels


def _augment_from(pool: ImagePool, draws: AugmentationDraws) -> Tensor:
    # index_select copies whole images at once; pool.images[indices] would go pixel by pixel.
    return augment(pool.images.index_select(0, draws.indices), draws)


def scale_pixels(images: Tensor) -> Tensor:
    """Map uint8 pixels to float32 in [0, 1]."""
    return images.to(torch.float32).div_(255)
