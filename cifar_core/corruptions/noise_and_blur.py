"""Noise and blur: images (B, 3, 32, 32) float32 in [0, 1], before they are cut off and rounded."""

from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from cifar_core.corruptions.sampling import SIDE, blur, draw_normal, draw_uniform, smear, zoom

_VALUES = 3 * SIDE * SIDE
_LEVELS = 256
_GUIDES = 1024


def gaussian_noise(images: Tensor, indices: Tensor, deviation: float) -> Tensor:
    """Add normal numbers."""
    return images + deviation * draw_normal("gaussian_noise", indices, _VALUES).view_as(images)


def shot_noise(images: Tensor, indices: Tensor, grains: int) -> Tensor:
    """Replace each value by a Poisson count of grains: the first one whose distribution function is above chance."""
    chance = draw_uniform("shot_noise", indices, _VALUES).view(-1).to(torch.float64)
    levels = (images * (_LEVELS - 1)).round().long().view(-1)
    below, guide = _count_table(grains)
    starts = levels * below.shape[1]
    counts = guide[levels * _GUIDES + (chance * _GUIDES).long()]
    # A few steps on from where the guide leads: most values are there at once.
    short = (below.view(-1)[starts + counts] <= chance).nonzero()[:, 0]
    while len(short):
        counts[short] += 1
        short = short[below.view(-1)[starts[short] + counts[short]] <= chance[short]]
    return counts.view_as(images).to(torch.float32) / grains


def impulse_noise(images: Tensor, indices: Tensor, share: float) -> Tensor:
    """Turn a share of the values black or white."""
    drawn = draw_uniform("impulse_noise", indices, 2 * _VALUES).view(len(images), 2, *images.shape[1:])
    is_hit, is_white = drawn[:, 0] < share, drawn[:, 1] < 0.5
    return torch.where(is_hit, is_white.to(images.dtype), images)


def defocus_blur(images: Tensor, indices: Tensor, strength: tuple[float, float]) -> Tensor:
    """Spread each pixel over a disk."""
    kernel = _trim(_disk(*strength))
    reach = kernel.shape[-1] // 2
    padded = functional.pad(images, [reach] * 4, mode="reflect")
    return functional.conv2d(padded, kernel.expand(3, 1, -1, -1), groups=3)


def _trim(kernel: Tensor) -> Tensor:
    """Return the middle of a square kernel, without the edges that hold nothing."""
    middle = kernel.shape[-1] // 2
    reach = int((kernel.nonzero() - middle).abs().max())
    return kernel[middle - reach : middle + reach + 1, middle - reach : middle + reach + 1]


def glass_blur(images: Tensor, indices: Tensor, strength: tuple[float, int]) -> Tensor:
    """Copy neighbours over pixels, from the lower right to the upper left, between two blurs.

    The published code means to swap two pixels and copies one of them: its images show that, and so do these. Each
    pixel is thus read before it is written, and all of a round move at once.
    """
    sigma, num_rounds = strength
    pixels = (blur(images, sigma) * 255).clamp(0, 255).floor().flatten(2)
    chance = draw_uniform("glass_blur", indices, 2 * 2 * SIDE * SIDE).view(-1, 2, 2, SIDE, SIDE)
    towards = (chance < 0.5).long()  # a neighbour above, or to the left
    towards[..., :2, :] = 0
    towards[..., :2] = 0  # nothing moves there
    places = torch.arange(SIDE * SIDE) - (SIDE * towards[:, :, 0] + towards[:, :, 1]).flatten(2)
    for number in range(num_rounds):
        pixels = pixels.gather(2, places[:, number, None].expand_as(pixels))
    return blur(pixels.view_as(images) / 255, sigma)


def motion_blur(images: Tensor, indices: Tensor, strength: tuple[int, float]) -> Tensor:
    """Smear along a line that is not far from level."""
    angles = draw_uniform("motion_blur", indices, 1)[:, 0] * 90 - 45
    return smear(images, *strength, angles)


def zoom_blur(images: Tensor, indices: Tensor, until: float) -> Tensor:
    """Take the mean over enlargements by ever more hundredths."""
    factors = [float(factor) for factor in np.arange(1, until, 0.01)]
    total = images.clone()
    for factor in factors:
        total += zoom(images, factor)
    return total / (len(factors) + 1)


@cache
def _count_table(grains: int) -> tuple[Tensor, Tensor]:
    """Return how likely it is that a count is at most 0, 1, 2, ..., and where to look for chance in that.

    Returns:
        (256, counts) for each level of a value, and (256 * 1024,) for each level and 1024th of chance the first count
        that it can be.
    """
    from scipy.stats import poisson

    num_counts = grains + 12 * int(np.ceil(np.sqrt(grains))) + 10
    means = np.arange(_LEVELS)[:, None] / (_LEVELS - 1) * grains
    below = poisson.cdf(np.arange(num_counts)[None], means)
    below[:, -1] = 1.0
    parts = np.arange(_GUIDES) / _GUIDES
    guide = np.concatenate([np.searchsorted(row, parts, side="right") for row in below])
    return torch.from_numpy(below), torch.from_numpy(guide)


@cache
def _disk(radius: float, softness: float) -> Tensor:
    """A disk whose edge is softened by a Gaussian over three pixels."""
    steps = np.arange(-8, 9)
    disk = (steps[:, None] ** 2 + steps[None] ** 2 <= radius**2).astype(np.float64)
    disk /= disk.sum()
    edge = np.exp(-(np.arange(-1, 2) ** 2) / (2 * softness**2))
    edge /= edge.sum()
    for axis in (0, 1):
        disk = np.apply_along_axis(np.convolve, axis, disk, edge, mode="same")
    return torch.from_numpy(disk.astype(np.float32))
