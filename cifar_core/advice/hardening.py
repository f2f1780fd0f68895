"""Augmentations that make a network stand images that get worse: the next one that its run does not use yet."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cifar_core.advice.finding import Changes
from cifar_core.config import AugmentationConfig, RunConfig

Remedy = Callable[[AugmentationConfig], tuple[str, Changes] | None]


def add_noise(augmentation: AugmentationConfig) -> tuple[str, Changes] | None:
    """Return noise on training images, for what is lost in fine detail."""
    if augmentation.noise >= 0.1:
        return None
    return "Add noise of 0.1 to training images: no fine detail can then be relied on alone.", {
        "augmentation.noise": 0.1
    }


def vary_light(augmentation: AugmentationConfig) -> tuple[str, Changes] | None:
    """Return other brightness and contrast, for what covers an image evenly."""
    if augmentation.brightness >= 0.4 and augmentation.contrast >= 0.8:
        return None
    return "Vary brightness by 0.4 and contrast by 0.8: the same object is then seen in any light.", {
        "augmentation.brightness": 0.4,
        "augmentation.contrast": 0.8,
    }


def vary_shape(augmentation: AugmentationConfig) -> tuple[str, Changes] | None:
    """Return other sizes and angles, for what bends an image or makes it smaller."""
    if augmentation.scaling >= 0.3 and augmentation.rotation >= 15:
        return None
    return "Vary the size by 0.3 and turn by up to 15 degrees: shapes are then seen in more than one way.", {
        "augmentation.scaling": 0.3,
        "augmentation.rotation": 15.0,
    }


def mix_policy(augmentation: AugmentationConfig) -> tuple[str, Changes] | None:
    """Return a ready-made mix of operations, where all else is in use."""
    if augmentation.policy != "none":
        return None
    return "Use the policy trivial_augment: one operation of many, of any strength. Slower, image by image.", {
        "augmentation.policy": "trivial_augment"
    }


# What helps against which, the most likely first; benchmarks/README.md tells what was measured.
_AGAINST: Mapping[str, tuple[Remedy, ...]] = MappingProxyType(
    {
        "noise": (add_noise, mix_policy),
        "blur": (add_noise, vary_shape, mix_policy),
        "weather": (vary_light, mix_policy),
        "digital": (vary_light, add_noise, vary_shape, mix_policy),
    }
)


def harden(config: RunConfig, group: str) -> tuple[str, Changes] | None:
    """Return the next thing to try against a group of corruptions, as a suggestion and as settings by path.

    Args:
        config: Of the run whose network is to stand more.
        group: Of corruptions, as `cifar_core.corruptions` names it.

    Returns:
        None where all that is known of is in use.
    """
    tried = (remedy(config.augmentation) for remedy in _AGAINST[group])
    return next((found for found in tried if found is not None), None)
