"""Two pictures laid over each other as well as they fit, and how well that is."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from cifar_core.data.outlines import compute_detail, compute_luma

_SCALES = (0.8, 0.86, 0.93, 1.0, 1.08, 1.16, 1.25)
_WINDOW = 24  # pixels a side of the middle that is compared
_MARGIN = (32 - _WINDOW) // 2  # so far it is shifted each way
_CHUNK = 250

# Added to the lengths that correlations are divided by: what is nearly flat correlates with nothing.
_LEAST_DETAIL = 3.0
_LEAST_COLOUR = 60.0


@dataclass(frozen=True)
class Alignment:
    """How alike pairs of images are, laid over each other as well as they fit.

    Attributes:
        detail: (P,) correlation of what differs from its surroundings, in [-1, 1].
        colour: (P,) correlation of all colours, in [-1, 1].
    """

    detail: NDArray[np.float32]
    colour: NDArray[np.float32]


def align(moving: NDArray[np.uint8], fixed: NDArray[np.uint8]) -> Alignment:
    """Try all shifts of up to 4 pixels at 7 scales from 0.8 to 1.25, and keep the one whose detail fits best.

    Args:
        moving: (P, 3, 32, 32), scaled about the middle and shifted.
        fixed: (P, 3, 32, 32).
    """
    parts = [_align(moving[at : at + _CHUNK], fixed[at : at + _CHUNK]) for at in range(0, len(moving), _CHUNK)]
    none = np.empty(0, np.float32)
    return Alignment(
        np.concatenate([none, *(detail for detail, _ in parts)]),
        np.concatenate([none, *(colour for _, colour in parts)]),
    )


def _align(moving: NDArray[np.uint8], fixed: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    pixels, num_pairs = moving.astype(np.float32), len(moving)
    luma = compute_luma(moving)
    middle = slice(_MARGIN, _MARGIN + _WINDOW)
    template = _centre(compute_detail(compute_luma(fixed))[:, middle, middle].reshape(num_pairs, 1, -1))
    best = np.full(num_pairs, -np.inf, np.float32)
    windows = np.empty((num_pairs, 3, _WINDOW, _WINDOW), np.float32)
    for matrix in _MATRICES:
        fits = _fit_shifts(compute_detail(np.asarray(matrix @ luma @ matrix.T, np.float32)), template)
        places, improved = fits.argmax(axis=1), fits.max(axis=1) > best
        best = np.maximum(best, fits.max(axis=1))
        for pair in np.flatnonzero(improved):
            y, x = divmod(int(places[pair]), 2 * _MARGIN + 1)
            # Scaled and cut in one step: only the rows and columns of the window.
            windows[pair] = matrix[y : y + _WINDOW] @ pixels[pair] @ matrix[x : x + _WINDOW].T
    target = fixed[..., middle, middle].reshape(num_pairs, -1).astype(np.float32)
    return best, _correlate(_centre(windows.reshape(num_pairs, -1)), _centre(target), _LEAST_COLOUR)


def _fit_shifts(detail: NDArray[np.float32], template: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the correlation of each window of (P, 32, 32) with the pair's template (P, 1, W * W): (P, shifts)."""
    windows = sliding_window_view(detail, (_WINDOW, _WINDOW), axis=(1, 2)).reshape(len(detail), -1, _WINDOW**2)
    products = (windows @ template.transpose(0, 2, 1))[..., 0]  # the template's mean is zero: no need to centre both
    squares = np.einsum("psd,psd->ps", windows, windows) - windows.sum(axis=2) ** 2 / _WINDOW**2
    lengths = np.sqrt(squares.clip(min=0)) + _LEAST_DETAIL
    return (products / lengths / (np.linalg.norm(template, axis=2) + _LEAST_DETAIL)).astype(np.float32)


def _centre(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return rows - rows.mean(axis=-1, keepdims=True)


def _correlate(first: NDArray[np.float32], second: NDArray[np.float32], least: float) -> NDArray[np.float32]:
    lengths = (np.linalg.norm(first, axis=1) + least) * (np.linalg.norm(second, axis=1) + least)
    return (np.einsum("pd,pd->p", first, second) / lengths).astype(np.float32)


def _scaling_matrix(scale: float) -> NDArray[np.float32]:
    """Return (32, 32): it scales a row of pixels about its middle, linearly interpolated, its ends repeated."""
    positions = ((np.arange(32) - 15.5) / scale + 15.5).clip(0, 31)
    lower = np.floor(positions).astype(int).clip(max=30)
    made = np.zeros((32, 32), np.float32)
    made[np.arange(32), lower] = 1 - (positions - lower)
    made[np.arange(32), lower + 1] = positions - lower
    return made


_MATRICES = [_scaling_matrix(scale) for scale in _SCALES]
