"""The pipeline as torchvision code to take along."""

from cifar_core.config import AugmentationConfig, RunConfig
from cifar_core.data.statistics import ChannelStatistics


def torchvision_code(config: RunConfig, statistics: ChannelStatistics) -> str:
    """Return a Python script that defines `transform` (an image to a tensor) and, where labels are mixed, `mix`.

    The operations are torchvision's own, which draw from torch's global random state: same kinds and ranges, other
    numbers. The alternating flip, which torchvision lacks, becomes the random one. torchvision blurs no translation to
    whole pixels and lays cutouts inside the image only.

    Args:
        config: Its augmentation and normalisation.
        statistics: Of the training images, for the normalisation by dataset.
    """
    lines = [f"    {line}," for line in (*_image_lines(config.augmentation), *_pixel_lines(config, statistics))]
    head = ["import torch", "from torchvision.transforms import v2", "", "transform = v2.Compose(["]
    return "\n".join([*head, *lines, "])", *_mixing_lines(config.augmentation), ""])


def _image_lines(config: AugmentationConfig) -> list[str]:
    """What acts on uint8 images."""
    mode = "constant" if config.padding_mode == "zero" else "reflect"
    lines = {
        f'v2.RandomCrop(32, padding={config.crop_padding}, padding_mode="{mode}")': config.crop_padding,
        "v2.RandomHorizontalFlip()": config.horizontal_flip or config.alternating_flip,
        "v2.RandomVerticalFlip()": config.vertical_flip,
        f"v2.RandAugment({config.policy_operations}, {config.policy_magnitude})": config.policy == "rand_augment",
        "v2.TrivialAugmentWide()": config.policy == "trivial_augment",
    }
    return ["v2.ToImage()", *(line for line, is_on in lines.items() if is_on)]


def _pixel_lines(config: RunConfig, statistics: ChannelStatistics) -> list[str]:
    """What acts on pixels in [0, 1], and the normalisation."""
    wanted = config.augmentation
    scale = f"({1 - wanted.scaling:g}, {1 + wanted.scaling:g})" if wanted.scaling else "None"
    shift = f"({wanted.translation:g}, {wanted.translation:g})" if wanted.translation else "None"
    affine = (
        f"v2.RandomAffine({wanted.rotation:g}, translate={shift}, scale={scale}, "
        "interpolation=v2.InterpolationMode.BILINEAR)"
    )
    jitter = ", ".join(
        f"{name}={getattr(wanted, name):g}"
        for name in ("brightness", "contrast", "saturation", "hue")
        if getattr(wanted, name)
    )
    erase = "v2.RandomErasing({chance:g}, scale={scale}, ratio={ratio}, value=0.5)"
    share = wanted.cutout_size**2 / 32**2
    lines = {
        affine: wanted.rotation or wanted.translation or wanted.scaling,
        f"v2.ColorJitter({jitter})": jitter,
        f"v2.RandomGrayscale({wanted.grayscale:g})": wanted.grayscale,
        f"v2.GaussianNoise(sigma={wanted.noise:g})": wanted.noise,
        erase.format(chance=1, scale=f"({share:g}, {share:g})", ratio="(1, 1)"): wanted.cutout_size,
        erase.format(chance=wanted.erasing, scale="(0.02, 0.33)", ratio="(0.3, 3.3)"): wanted.erasing,
    }
    return [
        "v2.ToDtype(torch.float32, scale=True)",
        *(line for line, is_on in lines.items() if is_on),
        *_normalize_lines(config, statistics),
    ]


def _normalize_lines(config: RunConfig, statistics: ChannelStatistics) -> list[str]:
    if config.data.normalization == "half":
        return ["v2.Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])"]
    if config.data.normalization == "dataset":
        mean, std = ([round(value, 4) for value in values] for values in (statistics.mean, statistics.std))
        return [f"v2.Normalize({mean}, {std})"]
    return []


def _mixing_lines(config: AugmentationConfig) -> list[str]:
    """What acts on a batch of images and labels."""
    mixings = {
        f"v2.MixUp(alpha={config.mixup_alpha!r}, num_classes=10)": config.mixup_alpha,
        f"v2.CutMix(alpha={config.cutmix_alpha!r}, num_classes=10)": config.cutmix_alpha,
    }
    names = [line for line, is_on in mixings.items() if is_on]
    if not names:
        return []
    mix = names[0] if len(names) == 1 else f"v2.RandomChoice([{', '.join(names)}])"
    return ["", "# In the training loop: images, targets = mix(images, labels)", f"mix = {mix}"]
