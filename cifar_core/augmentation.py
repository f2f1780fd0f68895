"""Random changes to training images, drawn per image and applied to the whole batch on its own device.

The numbers an image gets depend on (seed, epoch, index) alone (`cifar_core.randomness`), so a preview shows exactly
what training sees.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from cifar_core.config import AugmentationConfig
from cifar_core.randomness import uniforms


@dataclass(frozen=True)
class AugmentationDraws:
    """What was drawn for each image of a batch.

    Attributes:
        top: (B,) int64 upper edge of the crop in the padded image, 0 .. 2 * crop_padding.
        left: (B,) int64 left edge, likewise.
        flipped: (B,) bool, whether the crop is mirrored.
    """

    top: Tensor
    left: Tensor
    flipped: Tensor


def draw_augmentation(config: AugmentationConfig, seed: int, epoch: int, indices: Tensor) -> AugmentationDraws:
    """Draw for each image where it is cropped and whether it is flipped.

    Args:
        config: Which augmentations are on.
        seed: The run's seed.
        epoch: 1-based.
        indices: (B,) int64 dataset indices.
    """
    numbers = uniforms(seed, "augmentation", epoch, indices, num_draws=3)
    offsets = (numbers[:, :2] * (2 * config.crop_padding + 1)).long()
    flipped = (numbers[:, 2] < 0.5) & config.horizontal_flip
    return AugmentationDraws(top=offsets[:, 0], left=offsets[:, 1], flipped=flipped)


def apply_augmentation(images: Tensor, config: AugmentationConfig, draws: AugmentationDraws) -> Tensor:
    """Crop and flip each image as drawn: (B, 3, H, W) of any dtype -> the same shape and dtype."""
    if config.crop_padding:
        return _crop(images, config, draws)
    if config.horizontal_flip:
        return torch.where(draws.flipped[:, None, None, None], images.flip(-1), images)
    return images


def augment(images: Tensor, config: AugmentationConfig, seed: int, epoch: int, indices: Tensor) -> Tensor:
    """Return the batch as training sees it before normalisation.

    Args:
        images: (B, 3, 32, 32) uint8.
        config: Which augmentations are on.
        seed: The run's seed.
        epoch: 1-based; each epoch draws anew.
        indices: (B,) int64 dataset indices of the images, on their device.

    Returns:
        (B, 3, 32, 32) float32 in [0, 1].
    """
    draws = draw_augmentation(config, seed, epoch, indices)
    return scale_pixels(apply_augmentation(images, config, draws))


def scale_pixels(images: Tensor) -> Tensor:
    """Map uint8 pixels to float32 in [0, 1]."""
    return images.to(torch.float32).div_(255)


def _crop(images: Tensor, config: AugmentationConfig, draws: AugmentationDraws) -> Tensor:
    """Read every pixel from where padding, cropping and flipping would have brought it from, in a single gather."""
    batch, channels, height, width = images.shape
    steps = torch.arange(width, device=images.device)
    across = torch.where(draws.flipped[:, None], width - 1 - steps, steps)
    rows = draws.top[:, None] - config.crop_padding + torch.arange(height, device=images.device)  # (B, H)
    columns = draws.left[:, None] - config.crop_padding + across  # (B, W)
    if config.padding_mode == "reflect":
        rows, columns = _reflect(rows, height), _reflect(columns, width)
    inside_rows, inside_columns = rows.clamp(0, height - 1), columns.clamp(0, width - 1)
    sources = inside_rows[:, :, None] * width + inside_columns[:, None, :]  # (B, H, W)
    pixels = images.reshape(batch, channels, -1).gather(2, sources.view(batch, 1, -1).expand(-1, channels, -1))
    pixels = pixels.view_as(images)
    if config.padding_mode == "zero":
        is_image = (rows == inside_rows)[:, :, None] & (columns == inside_columns)[:, None, :]
        pixels = pixels * is_image[:, None]
    return pixels


def _reflect(positions: Tensor, size: int) -> Tensor:
    """Mirror positions -size < p < 2 * size - 1 into the image; the edge pixel is not repeated."""
    positions = positions.abs()
    return torch.where(positions >= size, 2 * (size - 1) - positions, positions)
