"""What of a picture stays when its colours, brightness or contrast are changed: where its edges run, and its detail."""

import numpy as np
from numpy.typing import NDArray

from cifar_core.data.similarity import Descriptors, normalize_rows

# Shares of red, green and blue in grey (ITU-R BT.601).
LUMA = np.array([0.299, 0.587, 0.114], np.float32)

_DIRECTIONS = 8
_BLOCK = 4  # pixels a side are averaged to one number
_SURROUNDINGS = 9  # pixels a side: detail is what differs from their mean, measured by their spread
_FLAT = 6.0  # grey levels: a spread well below this is noise, and stays small
_CHUNK = 1_000


def compute_luma(images: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return the grey of images (N, 3, H, W): (N, H, W), in the images' units."""
    return np.tensordot(images.astype(np.float32), LUMA, axes=([1], [0])).astype(np.float32)


def describe_outlines(images: NDArray[np.uint8], *, mirrored: bool = False) -> Descriptors:
    """Say how much grey rises towards each of 8 directions in each block of 4x4 pixels.

    A histogram of gradients (Dalal and Triggs, 2005) without their normalisation of blocks. The product of two
    descriptors is their correlation, in [-1, 1].

    Args:
        images: (N, 3, 32, 32) uint8; read in chunks.
        mirrored: Describe the mirrored images instead.

    Returns:
        (N, 512) float32; all zeros for an image of one colour.
    """
    made = np.empty((len(images), _DIRECTIONS * (32 // _BLOCK) ** 2), np.float32)
    for start in range(0, len(images), _CHUNK):
        chunk = images[start : start + _CHUNK]
        luma = blur(compute_luma(chunk[..., ::-1] if mirrored else chunk), 3)
        down, right = np.gradient(luma, axis=(1, 2))
        length = np.hypot(down, right) + np.float32(1e-6)
        # The root: else a few hard edges decide alone.
        strength = np.sqrt(length)
        turns = np.arange(_DIRECTIONS, dtype=np.float32) * np.float32(2 * np.pi / _DIRECTIONS)
        # The cosine of the angle to each direction, to the fourth power.
        towards = [((right * np.cos(turn) + down * np.sin(turn)) / length).clip(min=0) for turn in turns]
        shares = [strength * np.square(np.square(cosine)) for cosine in towards]
        blocks = np.stack(shares, axis=1).reshape(len(chunk), _DIRECTIONS, 32 // _BLOCK, _BLOCK, 32 // _BLOCK, _BLOCK)
        made[start : start + _CHUNK] = normalize_rows(blocks.mean(axis=(3, 5)).reshape(len(chunk), -1))
    return made


def compute_detail(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how each pixel of (N, H, W) differs from its surroundings, in units of their spread.

    In plain areas, where the spread is a few grey levels, it is near zero: noise is no detail.
    """
    differs = luma - blur(luma, _SURROUNDINGS)
    spread = np.sqrt(blur(differs**2, _SURROUNDINGS))
    return np.asarray(differs / (spread + np.float32(_FLAT)), np.float32)


def blur(pixels: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Average squares of an odd side over the last two axes; the border's pixels are repeated outwards."""
    half = side // 2
    padded = np.pad(pixels, [(0, 0)] * (pixels.ndim - 2) + [(half, half)] * 2, mode="edge")
    height, width = pixels.shape[-2:]
    rows = np.zeros((*padded.shape[:-2], height, padded.shape[-1]), np.float32)
    for shift in range(side):
        rows += padded[..., shift : shift + height, :]
    total = np.zeros(pixels.shape, np.float32)
    for shift in range(side):
        total += rows[..., shift : shift + width]
    return total / np.float32(side**2)
