"""Weather, cameras and files: images (B, 3, 32, 32) float32 in [0, 1], before they are cut off and rounded."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cifar_core.corruptions.sampling import (
    NUM_CLOUD_DRAWS,
    SIDE,
    blur,
    draw_clouds,
    draw_normal,
    draw_uniform,
    read_at,
    smear,
    zoom,
)

_PIXELS = SIDE * SIDE
# Shares of red, green and blue in a grey.
_GREY = (0.299, 0.587, 0.114)
# What drawn ice looks like: its colour, how fast its details fade, how fine its ridges are.
_ICE, _ICE_DECAY, _ICE_SHARPNESS = (0.80, 0.88, 0.95), 1.6, 3.0


def snow(images: Tensor, indices: Tensor, strength: tuple[float, ...]) -> Tensor:
    """Let two layers of flakes fall, the second one mirrored, and let colours fade towards a light grey."""
    mean, deviation, size, least, radius, sigma, kept = strength
    flakes = mean + deviation * draw_normal("snow", indices, _PIXELS).view(-1, 1, SIDE, SIDE)
    flakes = zoom(flakes, size)
    flakes = torch.where(flakes < least, 0.0, flakes).clamp(0, 1)
    angles = draw_uniform("snow/fall", indices, 1)[:, 0] * 90 - 135
    fallen = smear((flakes * 255).floor() / 255, int(radius), sigma, angles)
    grey = (images * torch.tensor(_GREY).view(1, 3, 1, 1)).sum(1, keepdim=True)
    pale = kept * images + (1 - kept) * torch.maximum(images, grey * 1.5 + 0.5)
    return pale + fallen + fallen.flip(-1, -2)


def frost(images: Tensor, indices: Tensor, strength: tuple[float, float]) -> Tensor:
    """Lay ice over the image: light ridges of a fractal, where the paper has photographs."""
    kept, share = strength
    clouds = draw_clouds(draw_uniform("frost", indices, NUM_CLOUD_DRAWS), _ICE_DECAY)
    ridges = (1 - (2 * clouds - 1).abs()) ** _ICE_SHARPNESS
    ice = (0.25 + 0.75 * ridges)[:, None] * torch.tensor(_ICE).view(1, 3, 1, 1)
    return kept * images + share * ice


def fog(images: Tensor, indices: Tensor, strength: tuple[float, float]) -> Tensor:
    """Add clouds, and darken the whole so that it keeps its brightest value."""
    thickness, decay = strength
    clouds = draw_clouds(draw_uniform("fog", indices, NUM_CLOUD_DRAWS), decay)
    brightest = images.amax((1, 2, 3), keepdim=True)
    return (images + thickness * clouds[:, None]) * brightest / (brightest + thickness)


def brightness(images: Tensor, indices: Tensor, amount: float) -> Tensor:
    """Raise each pixel's brightest colour, and the others in proportion."""
    value = images.amax(1, keepdim=True)
    raised = (value + amount).clamp(0, 1)
    return torch.where(value > 0, images * raised / value.clamp(min=1e-12), raised)


def contrast(images: Tensor, indices: Tensor, kept: float) -> Tensor:
    """Move each colour towards its mean over the image."""
    means = images.mean((2, 3), keepdim=True)
    return (images - means) * kept + means


def elastic_transform(images: Tensor, indices: Tensor, strength: tuple[float, float, float]) -> Tensor:
    """Move three corners of a square at random, then each pixel a little, neighbours alike."""
    reach, alike, corner_reach = strength
    steps = torch.arange(SIDE, dtype=torch.float32)
    rows, columns = steps[:, None].expand(SIDE, SIDE), steps[None].expand(SIDE, SIDE)
    moved = draw_uniform("elastic/corners", indices, 6).view(-1, 3, 2).to(torch.float64) * 2 - 1
    backwards = _undo_affine(moved * corner_reach)
    places = torch.stack([columns, rows, torch.ones_like(rows)], dim=-1).to(torch.float64)
    source = torch.einsum("hwk,bck->bchw", places, backwards).to(torch.float32)
    images = read_at(images, source[:, 1], source[:, 0], is_edge_doubled=False)
    if not reach:
        return images
    chance = draw_uniform("elastic/pixels", indices, 2 * _PIXELS).view(-1, 2, SIDE, SIDE) * 2 - 1
    offsets = reach * blur(chance, alike, truncate=3.0, mode="reflect")
    return read_at(images, rows + offsets[:, 0], columns + offsets[:, 1], is_edge_doubled=True)


def _undo_affine(shifts: Tensor) -> Tensor:
    """Return (B, 2, 3) that tell where a pixel comes from, when three points move by (B, 3, 2) shifts, x first."""
    middle, arm = SIDE // 2, SIDE // 3
    before = torch.tensor(
        [[middle + arm, middle + arm], [middle + arm, middle - arm], [middle - arm, middle - arm]], dtype=torch.float64
    )
    after = before + shifts
    ones = torch.ones(*after.shape[:2], 1, dtype=torch.float64)
    solved: Tensor = torch.linalg.solve(torch.cat([after, ones], dim=-1), before.expand_as(after))
    return solved.mT


def pixelate(images: Tensor, indices: Tensor, share: float) -> Tensor:
    """Make the image smaller, then as large as it was, each pixel a box."""
    size = int(SIDE * share)

    def shrink(picture: Image.Image) -> Image.Image:
        box = Image.Resampling.BOX
        return picture.resize((size, size), box).resize((SIDE, SIDE), box)

    return _one_by_one(images, shrink)


def jpeg_compression(images: Tensor, indices: Tensor, quality: int) -> Tensor:
    """Save as JPEG and read it back."""

    def save(picture: Image.Image) -> Image.Image:
        file = BytesIO()
        picture.save(file, "JPEG", quality=quality)
        return Image.open(file).convert("RGB")

    return _one_by_one(images, save)


def _one_by_one(images: Tensor, change: Callable[[Image.Image], Image.Image]) -> Tensor:
    pixels = (images * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    changed = np.stack([np.asarray(change(Image.fromarray(picture))) for picture in pixels])
    return torch.from_numpy(changed).permute(0, 3, 1, 2).to(torch.float32) / 255
