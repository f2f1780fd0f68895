"""Images made worse by name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cifar_core.corruptions import noise_and_blur as first
from cifar_core.corruptions import weather_and_digital as second
from cifar_core.corruptions.kinds import CORRUPTIONS, SEVERITIES

Change = Callable[[Tensor, Tensor, Any], Tensor]

_CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "gaussian_noise": first.gaussian_noise,
        "shot_noise": first.shot_noise,
        "impulse_noise": first.impulse_noise,
        "defocus_blur": first.defocus_blur,
        "glass_blur": first.glass_blur,
        "motion_blur": first.motion_blur,
        "zoom_blur": first.zoom_blur,
        "snow": second.snow,
        "frost": second.frost,
        "fog": second.fog,
        "brightness": second.brightness,
        "contrast": second.contrast,
        "elastic_transform": second.elastic_transform,
        "pixelate": second.pixelate,
        "jpeg_compression": second.jpeg_compression,
    }
)
# A value that was whole before stays so, whatever float32 makes of it.
_SLACK = 1e-3


def corrupt(images: NDArray[np.uint8], indices: NDArray[np.int64], name: str, severity: int) -> NDArray[np.uint8]:
    """Return images (B, 3, 32, 32) made worse.

    Args:
        images: (B, 3, 32, 32).
        indices: (B,) dataset indices: they alone decide what chance does.
        name: One of `CORRUPTIONS`.
        severity: 1 to 5.

    Raises:
        ValueError: There is no such corruption or severity.
    """
    if name not in CORRUPTIONS:
        raise ValueError(f"corruption {name!r} is not allowed; allowed: {', '.join(CORRUPTIONS)}")
    if severity not in SEVERITIES:
        raise ValueError(f"severity {severity!r} is not allowed; allowed: 1 to {SEVERITIES[-1]}")
    pixels = torch.from_numpy(np.array(images)).to(torch.float32) / 255
    places = torch.from_numpy(np.asarray(indices, np.int64))
    changed = _CHANGES[name](pixels, places, CORRUPTIONS[name].strengths[severity - 1])
    # Cut off, not rounded, as the published files are.
    return (changed.clamp(0, 1) * 255 + _SLACK).floor().clamp(0, 255).to(torch.uint8).numpy()
