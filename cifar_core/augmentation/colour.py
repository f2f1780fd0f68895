"""What happens to pixel values: brightness, contrast, saturation, hue, grayscale, noise; on a whole batch.

Formulas are torchvision's, whose functions take one factor for all images; here each image has its own.
"""

import torch
from torch import Tensor

from cifar_core.augmentation.draws import AugmentationDraws
from cifar_core.config import AugmentationConfig

# Shares of red, green and blue in grey (ITU-R BT.601).
_LUMA = (0.2989, 0.587, 0.114)


def change_colours(images: Tensor, config: AugmentationConfig, draws: AugmentationDraws) -> Tensor:
    """Apply the colour operations that are on, in the config's order: (B, 3, H, W) float in [0, 1] -> the same."""
    if config.brightness:
        images = (images * _each(draws.brightness)).clamp(0, 1)
    if config.contrast:
        images = _blend(images, to_gray(images).mean(dim=(1, 2, 3), keepdim=True), draws.contrast)
    if config.saturation:
        images = _blend(images, to_gray(images), draws.saturation)
    if config.hue:
        images = shift_hue(images, draws.hue)
    if config.grayscale:
        images = torch.where(_each(draws.is_gray), to_gray(images), images)
    if config.noise:
        images = (images + config.noise * draws.noise()).clamp(0, 1)
    return images


def to_gray(images: Tensor) -> Tensor:
    """(B, 3, H, W) -> (B, 1, H, W), each pixel's luma."""
    red, green, blue = images.unbind(1)
    return (_LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue)[:, None]


def shift_hue(images: Tensor, turns: Tensor) -> Tensor:
    """Turn each image's colour wheel.

    Args:
        images: (B, 3, H, W) float in [0, 1].
        turns: (B,) shares of a full turn.
    """
    hue, saturation, value = _to_hsv(images)
    return _from_hsv((hue + turns[:, None, None]) % 1.0, saturation, value)


def _blend(images: Tensor, others: Tensor, factors: Tensor) -> Tensor:
    """Factor 1 is the image, 0 the other one; beyond 1 leads away from it."""
    factors = _each(factors)
    return (factors * images + (1 - factors) * others).clamp(0, 1)


def _each(numbers: Tensor) -> Tensor:
    return numbers[:, None, None, None]


def _to_hsv(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(B, 3, H, W) -> hue, saturation and value, (B, H, W) each, in [0, 1]."""
    red, green, blue = images.unbind(1)
    value, low = images.amax(1), images.amin(1)
    spread = value - low
    is_gray = spread == 0
    safe = torch.where(is_gray, torch.ones_like(spread), spread)
    saturation = spread / torch.where(is_gray, torch.ones_like(value), value)
    hue = torch.where(
        value == red,
        (green - blue) / safe,
        torch.where(value == green, 2 + (blue - red) / safe, 4 + (red - green) / safe),
    )
    return torch.where(is_gray, torch.zeros_like(hue), hue / 6 % 1.0), saturation, value


def _from_hsv(hue: Tensor, saturation: Tensor, value: Tensor) -> Tensor:
    """Each colour is the value less what the wheel takes from it (Smith's hexcone, in closed form)."""
    channels = []
    for offset in (5.0, 3.0, 1.0):
        place = (offset + 6 * hue) % 6
        channels.append(value - value * saturation * torch.minimum(place, 4 - place).clamp(0, 1))
    return torch.stack(channels, dim=1)
