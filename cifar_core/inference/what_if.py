"""What can be changed of an image, and how far. Free of torch, for pages."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Change:
    """What is done to an image, in this order.

    Attributes:
        brightness: Pixel values are multiplied by it; 1 leaves them.
        contrast: Distances from the mean grey are multiplied by it; 1 leaves them.
        rotation: Degrees, anticlockwise; the corners repeat the edge.
        shift_right: Pixels; the edge repeats.
        shift_down: Pixels.
        blur: Standard deviation of a Gaussian, in pixels.
        noise: Standard deviation of noise, where black is 0 and white is 1; the same noise each time.
        cover: Side of a grey square, in pixels.
        cover_right: Column of the square's centre.
        cover_down: Row of the square's centre.
    """

    brightness: float = 1.0
    contrast: float = 1.0
    rotation: float = 0.0
    shift_right: int = 0
    shift_down: int = 0
    blur: float = 0.0
    noise: float = 0.0
    cover: int = 0
    cover_right: int = 16
    cover_down: int = 16

    def __post_init__(self) -> None:
        for field in fields(self):
            low, high = BOUNDS[field.name]
            value = getattr(self, field.name)
            if not low <= value <= high:
                raise ValueError(f"{field.name} {value}; allowed: {low} to {high}")


BOUNDS: dict[str, tuple[float, float]] = {
    "brightness": (0.2, 2.0),
    "contrast": (0.0, 2.0),
    "rotation": (-180.0, 180.0),
    "shift_right": (-12, 12),
    "shift_down": (-12, 12),
    "blur": (0.0, 3.0),
    "noise": (0.0, 0.5),
    "cover": (0, 24),
    "cover_right": (0, 31),
    "cover_down": (0, 31),
}

# What a robustness strip runs through.
STRIPS: dict[str, NDArray[np.float64]] = {
    "brightness": np.linspace(0.2, 2.0, 13),
    "contrast": np.linspace(0.0, 2.0, 13),
    "rotation": np.linspace(-90, 90, 13),
    "shift_right": np.arange(-12.0, 13, 2),
    "shift_down": np.arange(-12.0, 13, 2),
    "blur": np.linspace(0.0, 3.0, 13),
    "noise": np.linspace(0.0, 0.5, 11),
    "cover": np.arange(0.0, 25, 2),
}
