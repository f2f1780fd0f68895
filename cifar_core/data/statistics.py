"""Numbers about the pixels, computed here and as published."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CHUNK = 2_000  # images; 6 MB of pixels at a time

Colours = tuple[float, float, float]

# Of the 50,000 official training images, as most published training code has them.
CIFAR10_MEAN: Colours = (0.4914, 0.4822, 0.4465)
CIFAR10_STD: Colours = (0.2470, 0.2435, 0.2616)


@dataclass(frozen=True)
class ChannelStatistics:
    """Mean and standard deviation of each colour (red, green, blue) over pixels in [0, 1]."""

    mean: Colours
    std: Colours

    def scale(self, normalization: str) -> tuple[Colours, Colours]:
        """Return what is subtracted and divided by under a normalisation of `DataConfig`: "none", "half", "dataset"."""
        if normalization == "half":
            return (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
        return (self.mean, self.std) if normalization == "dataset" else ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def compute_channel_statistics(images: NDArray[np.uint8]) -> ChannelStatistics:
    """Count the 256 values of each colour, then compute exactly.

    Args:
        images: (N, 3, H, W) uint8; read in chunks, so a memory map is never copied whole.
    """
    counts = np.zeros((3, 256), dtype=np.int64)
    for start in range(0, len(images), _CHUNK):
        chunk = images[start : start + _CHUNK]
        for colour in range(3):
            counts[colour] += np.bincount(chunk[:, colour].reshape(-1), minlength=256)
    values = np.arange(256) / 255
    totals = counts.sum(axis=1)
    mean = counts @ values / totals
    variance = counts @ values**2 / totals - mean**2
    return ChannelStatistics(mean=_colours(mean), std=_colours(np.sqrt(np.maximum(variance, 0))))


def _colours(values: NDArray[np.float64]) -> Colours:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
