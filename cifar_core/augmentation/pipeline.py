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
# Images augmented at once, where batches are smaller. More leave a processor's caches before they are trained on.
_AT_ONCE = 512


@dataclass(frozen=True)
class ImagePool:
    """The images that training draws from, on its device.

    Attributes:
        images: (N, 3, 32, 32) uint8, the whole dataset.
        labels: (N,) int64.
        train: (M,) int64 numbers of the training images: partners for mixing come from these alone. The remainder of a
            number by N is the image's dataset index; a repeat of an image within an epoch has another number.
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
        indices: (N,) int64 numbers of the images of all the batches, as the pool has them, on its device.
        bounds: For each batch, its first place among the indices and the one behind its last.
    """
    draws = AugmentationDraws(config, seed, epoch, indices)
    mixing = partner_draws = None
    if config.mixes_labels:
        mixing = draw_mixing(config, seed, epoch, indices, len(pool.train))
        partner_draws = AugmentationDraws(config, seed, epoch, pool.train[mixing.partner])
    for group in _group(bounds):
        place = group[0][0], group[-1][1]
        part = draws.part(*place)
        images, targets = _augment_from(pool, part), pool.labels[_find_images(pool, part)]
        if mixing is not None and partner_draws is not None:
            mixed, others = mixing.part(*place), partner_draws.part(*place)
            images = mix_images(images, _augment_from(pool, others), mixed)
            targets = mix_labels(targets, pool.labels[_find_images(pool, others)], mixed, pool.num_classes)
        for start, end in group:
            batch = slice(start - place[0], end - place[0])
            yield Batch(images[batch], targets[batch], None if mixing is None else mixing.part(start, end))


def _group(bounds: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Put neighbouring batches together that are augmented at once: the operations on a small batch cost as many."""
    group: list[tuple[int, int]] = []
    for start, end in bounds:
        if group and end - group[0][0] > _AT_ONCE:
            yield group
            group = []
        group.append((start, end))
    if group:
        yield group


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
    return augment(pool.images.index_select(0, _find_images(pool, draws)), draws)


def _find_images(pool: ImagePool, draws: AugmentationDraws) -> Tensor:
    """Return dataset indices: repeats of an image are drawn for apart and show the same one."""
    return draws.indices % len(pool.images)


def scale_pixels(images: Tensor) -> Tensor:
    """Map uint8 pixels to float32 in [0, 1]."""
    return images.to(torch.float32).div_(255)
