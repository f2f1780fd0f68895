"""The same image a little different, and what a network then says."""

from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cifar_core.evaluation.views import AS_IT_IS, Views
from cifar_core.inference.predict import predict
from cifar_core.inference.what_if import STRIPS, Change
from cifar_core.randomness import stream_seed

_SIDE = 32


def apply_change(image: NDArray[np.uint8], change: Change) -> NDArray[np.uint8]:
    """Return the changed image, (3, 32, 32) uint8."""
    from torchvision.transforms import functional

    pixels = torch.from_numpy(image.copy()).float() / 255
    pixels = (pixels * change.brightness).clamp(0, 1)
    grey = functional.rgb_to_grayscale(pixels).mean()
    pixels = (grey + change.contrast * (pixels - grey)).clamp(0, 1)
    pixels = _move(pixels, change)
    if change.blur:
        radius = int(np.ceil(3 * change.blur))
        pixels = functional.gaussian_blur(pixels, [2 * radius + 1] * 2, [change.blur] * 2)
    if change.noise:
        draws = torch.Generator().manual_seed(stream_seed(0, "what if"))
        pixels = (pixels + change.noise * torch.randn(pixels.shape, generator=draws)).clamp(0, 1)
    if change.cover:
        rows, columns = (_span(centre, change.cover) for centre in (change.cover_down, change.cover_right))
        pixels[:, rows, columns] = 0.5
    return (255 * pixels).round().to(torch.uint8).numpy()


def _move(pixels: Tensor, change: Change) -> Tensor:
    if not (change.rotation or change.shift_right or change.shift_down):
        return pixels
    from torchvision.transforms import functional

    # Wide enough that no corner of a turned and shifted image looks beyond the repeated edge.
    margin = 22
    padded = functional.pad(pixels, [margin] * 4, padding_mode="edge")
    moved = functional.affine(
        padded,
        angle=-change.rotation,
        translate=[change.shift_right, change.shift_down],
        scale=1.0,
        shear=[0.0, 0.0],
        interpolation=functional.InterpolationMode.BILINEAR,
    )
    return functional.center_crop(moved, [_SIDE, _SIDE])


def _span(centre: int, side: int) -> slice:
    start = int(centre) - int(side) // 2
    return slice(max(0, start), max(0, start + int(side)))


def robustness_frame(model: nn.Module, image: NDArray[np.uint8], class_idx: int) -> pd.DataFrame:
    """Return the probability of a class while one thing changes at a time.

    Args:
        model: Images float in [0, 1] -> logits.
        image: (3, 32, 32) uint8.
        class_idx: Whose probability.

    Returns:
        A row for each kind of STRIPS and value: columns change, value, probability.
    """
    steps = [(name, float(value)) for name, values in STRIPS.items() for value in values]
    images = np.stack([apply_change(image, _single(name, value)) for name, value in steps])
    probs = compute_probs(model, images)[:, class_idx]
    return pd.DataFrame(
        {"change": [name for name, _ in steps], "value": [value for _, value in steps], "probability": probs}
    )


def create_test_time_variants(image: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    """Return an image as it may be shown at test time: as it is, mirrored, and both shifted by two pixels, by name."""
    shifts = {"": (0, 0), "right": (2, 0), "left": (-2, 0), "down": (0, 2), "up": (0, -2)}
    variants = {}
    for mirrored in (False, True):
        source = image[:, :, ::-1].copy() if mirrored else image
        for direction, (right, down) in shifts.items():
            words = [word for word, holds in (("mirrored", mirrored), (f"2 px {direction}", bool(direction))) if holds]
            variants[", ".join(words) or "as it is"] = apply_change(source, Change(shift_right=right, shift_down=down))
    return variants


def compute_probs(model: nn.Module, images: NDArray[np.uint8], views: Views = AS_IT_IS) -> NDArray[np.float64]:
    """Return class probabilities (N, C) of images (N, 3, 32, 32) uint8 that are in no dataset.

    Args:
        model: Images float in [0, 1] -> logits.
        images: The pixels.
        views: The versions of each image to average over, as `predict` does.
    """
    indices = np.arange(len(images))
    return predict(model, images, np.zeros(len(images), np.int64), indices, views=views).probs


def _single(name: str, value: float) -> Change:
    return replace(Change(), **{name: type(getattr(Change(), name))(value)})
