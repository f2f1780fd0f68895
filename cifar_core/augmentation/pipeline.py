"""From dataset indices to what the network is trained on."""

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
    """Return the batch as training sees it before normalisation. A preview calls the same function.

    Args:
        pool: The images.
        config: Which augmentations are on.
        seed: The run's seed.
        epoch: 1-based; each epoch draws anew.
        indices: (B,) int64 dataset indices on the pool's device.
    """
    # index_select copies whole images at once; pool.images[indices] would go pixel by pixel.
    images = augment(pool.images.index_select(0, indices), config, seed, epoch, indices)
    labels = pool.labels[indices]
    if not config.mixes_labels:
        return Batch(images, labels)
    draws = draw_mixing(config, seed, epoch, indices, len(pool.train))
    partners = pool.train[draws.partner]
    others = augment(pool.images.index_select(0, partners), config, seed, epoch, partners)
    targets = mix_labels(labels, pool.labels[partners], draws, pool.num_classes)
    return Batch(mix_images(images, others, draws), targets, draws)


def augment(images: Tensor, config: AugmentationConfig, seed: int, epoch: int, indices: Tensor) -> Tensor:
    """Do to each image what the config asks for, except mixing it with others.

    Args:
        images: (B, 3, 32, 32) uint8.
        config: Which augmentations are on.
        seed: The run's seed.
        epoch: 1-based.
        indices: (B,) int64 dataset indices of the images, on their device.

    Returns:
        (B, 3, 32, 32) float32 in [0, 1].
    """
    draws = AugmentationDraws(config, seed, epoch, indices)
    changed = apply_policy(crop_and_flip(images, config, draws), config, draws)
    pixels = rotate_shift_scale(scale_pixels(changed), config, draws)
    pixels = change_colours(pixels, config, draws)
    if config.cutout_size:
        pixels = torch.where(draws.cutout.mask(), FILL, pixels)
    if config.erasing:
        pixels = torch.where(draws.erasing.mask(), FILL, pixels)
    return pixels


def scale_pixels(images: Tensor) -> Tensor:
    """Map uint8 pixels to float32 in [0, 1]."""
    return images.to(torch.float32).div_(255)
