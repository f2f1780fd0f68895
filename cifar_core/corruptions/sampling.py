"""Random numbers of images, and images read at other places than their pixels'."""

import math
from functools import cache, lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from torch import Tensor
from torch.nn import functional

from cifar_core.randomness import uniforms

SIDE = 32
_SEED = 0


def draw_uniform(name: str, indices: Tensor, num_draws: int) -> Tensor:
    """Return (B, num_draws) float32 in [0, 1), by image and corruption alone; only to be read."""
    return _draw(name, indices.numpy().tobytes(), num_draws)


@lru_cache(maxsize=8)
def _draw(name: str, places: bytes, num_draws: int) -> Tensor:
    """Drawn once for all severities of a batch, which come one after another; threads have batches of their own."""
    indices = torch.from_numpy(np.frombuffer(places, np.int64).copy())
    return uniforms(_SEED, f"corruption/{name}", 0, indices, num_draws)


def draw_normal(name: str, indices: Tensor, num_draws: int) -> Tensor:
    """Return (B, num_draws) float32, standard normal, likewise."""
    numbers = draw_uniform(name, indices, num_draws)
    # The 24 bits of a uniform number, moved off 0 so that none becomes infinite.
    return torch.erfinv((numbers + 2.0**-25) * 2 - 1) * math.sqrt(2)


def blur(images: Tensor, sigma: float, *, truncate: float = 4.0, mode: str = "nearest") -> Tensor:
    """Return (..., 32, 32) images under a Gaussian of so many pixels."""
    rows = _gaussian_rows(sigma, truncate, mode).to(images.dtype)
    return rows @ images @ rows.T


def zoom(images: Tensor, factor: float) -> Tensor:
    """Return the middle of (..., 32, 32) images enlarged by a factor from 1, between pixels read linearly."""
    rows = _zoom_rows(factor).to(images.dtype)
    return rows @ images @ rows.T


def smear(images: Tensor, radius: int, sigma: float, angles: Tensor) -> Tensor:
    """Return images (B, C, 32, 32) drawn along a line: each pixel is a mean of those before it, the nearest most.

    Args:
        images: Float.
        radius: The line has 2 * radius + 1 pixels.
        sigma: Standard deviation of the half Gaussian along it.
        angles: (B,) in degrees, clockwise from the right.
    """
    steps = torch.arange(2 * radius + 1, dtype=torch.float32)
    weights = torch.exp(-(steps**2) / (2 * sigma**2))
    weights /= weights.sum()
    turned = torch.deg2rad(angles)[:, None]
    right = torch.ceil(steps * torch.cos(turned) - 0.5).long()
    down = torch.ceil(steps * torch.sin(turned) - 0.5).long()
    places = torch.arange(SIDE)
    flat, smeared = images.flatten(2), torch.zeros_like(images)
    for step, weight in enumerate(weights.tolist()):
        if weight < 1e-7:
            break
        rows = (places + down[:, step, None]).clamp(0, SIDE - 1)
        columns = (places + right[:, step, None]).clamp(0, SIDE - 1)
        source = (rows[:, :, None] * SIDE + columns[:, None, :]).flatten(1)[:, None]
        smeared += weight * flat.gather(2, source.expand(-1, images.shape[1], -1)).view_as(images)
    return smeared


def read_at(images: Tensor, rows: Tensor, columns: Tensor, *, is_edge_doubled: bool) -> Tensor:
    """Return images (B, C, 32, 32) read linearly at (B, 32, 32) places in pixels; beyond the edge they are mirrored.

    Args:
        images: Float.
        rows: From the top.
        columns: From the left.
        is_edge_doubled: Whether the mirror stands behind the outermost pixels, or in their middle.
    """
    if is_edge_doubled:
        grid = torch.stack([(2 * columns + 1) / SIDE - 1, (2 * rows + 1) / SIDE - 1], dim=-1)
    else:
        grid = torch.stack([2 * columns / (SIDE - 1) - 1, 2 * rows / (SIDE - 1) - 1], dim=-1)
    return functional.grid_sample(
        images, grid.to(images.dtype), padding_mode="reflection", align_corners=not is_edge_doubled
    )


def draw_clouds(numbers: Tensor, decay: float) -> Tensor:
    """Return (B, 32, 32) clouds in [0, 1] by the diamond-square algorithm on a torus.

    Args:
        numbers: (B, 1023) in [0, 1), what chance decides.
        decay: By how much less each finer step may change.
    """
    heights = torch.zeros(len(numbers), SIDE, SIDE, dtype=torch.float64)
    size, reach, used = SIDE, 100.0, 0

    def vary(means: Tensor) -> Tensor:
        nonlocal used
        count = means[0].numel()
        chance = numbers[:, used : used + count].to(torch.float64).view_as(means)
        used += count
        return means + reach * reach * (2 * chance - 1)

    while size >= 2:
        half = size // 2
        corners = heights[:, ::size, ::size]
        beside = corners + corners.roll(-1, 1)
        heights[:, half::size, half::size] = vary((beside + beside.roll(-1, 2)) / 4)
        middles, corners = heights[:, half::size, half::size], heights[:, ::size, ::size]
        across = corners + corners.roll(-1, 2) + middles + middles.roll(1, 1)
        heights[:, ::size, half::size] = vary(across / 4)
        along = corners + corners.roll(-1, 1) + middles + middles.roll(1, 2)
        heights[:, half::size, ::size] = vary(along / 4)
        size, reach = half, reach / decay
    heights -= heights.amin((1, 2), keepdim=True)
    return (heights / heights.amax((1, 2), keepdim=True)).to(torch.float32)


NUM_CLOUD_DRAWS = SIDE * SIDE - 1


@cache
def _gaussian_rows(sigma: float, truncate: float, mode: str) -> Tensor:
    rows = gaussian_filter1d(np.eye(SIDE), sigma, axis=0, mode=mode, truncate=truncate)
    return torch.from_numpy(rows.astype(np.float32))


@cache
def _zoom_rows(factor: float) -> Tensor:
    """How much each pixel of a row of the enlarged image takes of each pixel of the row."""
    kept = math.ceil(SIDE / factor)
    start, size = (SIDE - kept) // 2, round(kept * factor)
    places = np.linspace(0, kept - 1, size)[(size - SIDE) // 2 :][:SIDE] + start
    rows: NDArray[np.float32] = np.zeros((SIDE, SIDE), np.float32)
    lower = np.minimum(np.floor(places).astype(int), SIDE - 2)
    rows[np.arange(SIDE), lower] = 1 - (places - lower)
    rows[np.arange(SIDE), lower + 1] += places - lower
    return torch.from_numpy(rows)
