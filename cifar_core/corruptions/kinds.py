"""Which corruptions there are, in words, and how strong each is."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Group = Literal["noise", "blur", "weather", "digital"]
SEVERITIES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Corruption:
    """A way in which images get worse.

    Attributes:
        name: As the paper has it.
        group: What it belongs to.
        says: What is done, in a sentence.
        strengths: For each severity, what the recipe takes.
    """

    name: str
    group: Group
    says: str
    strengths: tuple[Any, ...]

    @property
    def title(self) -> str:
        """In words, as within a sentence."""
        words = self.name.replace("_", " ")
        return words.replace("gaussian", "Gaussian").replace("jpeg", "JPEG")


_ALL = (
    Corruption(
        "gaussian_noise",
        "noise",
        "Each colour of each pixel gets a normal random number: the noise of a sensor in the dark.",
        (0.04, 0.06, 0.08, 0.09, 0.10),  # its standard deviation
    ),
    Corruption(
        "shot_noise",
        "noise",
        "Light comes as so many grains and each pixel counts its own.",
        (500, 250, 100, 75, 50),  # grains of a white pixel
    ),
    Corruption(
        "impulse_noise",
        "noise",
        "A share of the values becomes black or white: broken bits.",
        (0.01, 0.02, 0.03, 0.05, 0.07),
    ),
    Corruption(
        "defocus_blur",
        "blur",
        "Each point becomes a disk, as in a lens that is out of focus.",
        ((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1.0, 0.2), (1.5, 0.1)),  # its radius, and how soft its edge is
    ),
    Corruption(
        "glass_blur",
        "blur",
        "Pixels move to a neighbour's place, as behind frosted glass.",
        ((0.05, 1), (0.25, 1), (0.4, 1), (0.25, 2), (0.4, 2)),  # blur before and after, how often
    ),
    Corruption(
        "motion_blur",
        "blur",
        "The camera moves along a line while it takes the picture.",
        ((6, 1.0), (6, 1.5), (6, 2.0), (8, 2.0), (9, 2.5)),  # radius and standard deviation, in pixels
    ),
    Corruption(
        "zoom_blur",
        "blur",
        "The camera moves towards the object while it takes the picture.",
        (1.06, 1.11, 1.16, 1.21, 1.26),  # by how much it enlarges in the end
    ),
    Corruption(
        "snow",
        "weather",
        "Flakes fall across a scene that turns pale.",
        (  # mean, deviation, size and least brightness of flakes; their fall: radius, deviation; what stays of colours
            (0.1, 0.2, 1.0, 0.6, 8, 3, 0.95),
            (0.1, 0.2, 1.0, 0.5, 10, 4, 0.9),
            (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
            (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
            (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
        ),
    ),
    Corruption(
        "frost",
        "weather",
        "Ice covers the lens. Drawn by code, where the paper lays photographs over the image.",
        ((1.0, 0.2), (1.0, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45)),  # shares of image and ice
    ),
    Corruption(
        "fog",
        "weather",
        "Clouds of a fractal lie over the scene.",
        ((0.2, 3.0), (0.5, 3.0), (0.75, 2.5), (1.0, 2.0), (1.5, 1.75)),  # how thick, how fast details fade
    ),
    Corruption("brightness", "weather", "Daylight gets stronger.", (0.05, 0.1, 0.15, 0.2, 0.3)),
    Corruption(
        "contrast", "digital", "Colours move towards their mean.", (0.75, 0.5, 0.4, 0.3, 0.15)
    ),  # what stays of the distance
    Corruption(
        "elastic_transform",
        "digital",
        "Small regions are stretched and bent.",
        # how far pixels move, over how many they move alike, how far the corners do
        ((0.0, 0.0, 2.56), (1.6, 6.4, 2.24), (2.56, 1.92, 1.92), (3.2, 1.28, 1.6), (3.2, 0.96, 0.96)),
    ),
    Corruption("pixelate", "digital", "The image was smaller and was enlarged again.", (0.95, 0.9, 0.85, 0.75, 0.65)),
    Corruption("jpeg_compression", "digital", "The image was saved as JPEG of low quality.", (80, 65, 58, 50, 40)),
)

CORRUPTIONS: Mapping[str, Corruption] = MappingProxyType({kind.name: kind for kind in _ALL})
