"""Where each pixel comes from: crop, flips, rotation, translation, scale; on a whole batch."""

import torch
from torch import Tensor
from torch.nn import functional

from cifar_core.augmentation.draws import AugmentationDraws
from cifar_core.config import AugmentationConfig


def crop_and_flip(images: Tensor, config: AugmentationConfig, draws: AugmentationDraws) -> Tensor:
    """Crop and flip each image as drawn: (B, C, H, W) of any dtype -> the same shape and dtype.

    Every pixel is read from where padding, cropping and flipping would have brought it from, in a single gather.
    """
    if not (config.crop_padding or config.horizontal_flip or config.alternating_flip or config.vertical_flip):
        return images
    batch, channels, height, width = images.shape
    is_reflected = config.padding_mode == "reflect"
    rows = _sources(draws.top, draws.is_upside_down, config.crop_padding, height, is_reflected)  # (B, H)
    columns = _sources(draws.left, draws.is_flipped, config.crop_padding, width, is_reflected)  # (B, W)
    inside_rows, inside_columns = rows.clamp(0, height - 1), columns.clamp(0, width - 1)
    sources = inside_rows[:, :, None] * width + inside_columns[:, None, :]  # (B, H, W)
    pixels = images.reshape(batch, channels, -1).gather(2, sources.view(batch, 1, -1).expand(-1, channels, -1))
    pixels = pixels.view_as(images)
    if config.padding_mode == "zero":
        is_image = (rows == inside_rows)[:, :, None] & (columns == inside_columns)[:, None, :]
        pixels = pixels * is_image[:, None]
    return pixels


def rotate_shift_scale(images: Tensor, config: AugmentationConfig, draws: AugmentationDraws) -> Tensor:
    """Turn, shift and enlarge each image about its centre in one bilinear reading, black outside.

    (B, C, H, W) float -> the same shape.
    """
    if not (config.rotation or config.translation or config.scaling):
        return images
    _, _, height, width = images.shape
    radians = torch.deg2rad(draws.angle)
    cosine, sine = torch.cos(radians) / draws.scale, torch.sin(radians) / draws.scale
    # Row by row the inverse of scale times rotation: from a pixel of the result back to the image.
    inverse = torch.stack([torch.stack([cosine, sine], 1), torch.stack([-sine, cosine], 1)], 1)  # (B, 2, 2)
    halves = torch.tensor([width / 2, height / 2], device=images.device)
    offset = -(inverse @ draws.shift[:, :, None])[:, :, 0] / halves
    theta = torch.cat([inverse, offset[:, :, None]], dim=2)
    grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _sources(offsets: Tensor, is_reversed: Tensor, padding: int, size: int, is_reflected: bool) -> Tensor:
    """Return (B, size): the line of the unpadded image that each line of the result shows.

    There are few crops, so each is worked out once and images look theirs up.
    """
    steps = torch.arange(max(2 * padding + 1, size), device=offsets.device)
    lines = steps[: 2 * padding + 1, None] - padding + steps[:size]  # (offset, line)
    if is_reflected:
        lines = _reflect(lines, size)
    both = torch.stack([lines, lines.flip(1)], dim=1).view(-1, size)
    return both.index_select(0, offsets * 2 + is_reversed)


def _reflect(positions: Tensor, size: int) -> Tensor:
    """Mirror positions -size < p < 2 * size - 1 into the image; the edge pixel is not repeated."""
    positions = positions.abs()
    return torch.where(positions >= size, 2 * (size - 1) - positions, positions)
