"""The practice set: ten classes of shapes and textures drawn by code, so that everything works without CIFAR-10.

Position, size, rotation, colours, light, specks and noise are drawn from the same distributions for every class, so
that they tell nothing about it. Each class is a field over the image plane, `coverage` in [0, 1], that says how much of
the figure's colour a pixel takes; the rest is background.
"""

from collections.abc import Callable, Iterator

import numpy as np

from cifar_core.data.dataset import IMAGE_SHAPE
from cifar_core.data.reader import Batch

PRACTICE_CLASS_NAMES = ("disc", "ring", "square", "triangle", "cross", "star", "stripes", "checks", "dots", "waves")
PRACTICE_NUM_TRAIN = 5_000
PRACTICE_NUM_TEST = 1_000
# Part of the cache's key: raise it when the drawing changes.
PRACTICE_VERSION = 1

_SEED = 20_261_122
_SIZE = IMAGE_SHAPE[-1]
_SPECKS = 3


class _Draws:
    """Uniform numbers made from a bit generator's raw stream, which numpy promises never to change.

    Everything is computed in float64: instruction sets differ in the last bit of sin or exp, and after rounding to 8
    bits that is one pixel in many million datasets.
    """

    def __init__(self, *seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def uniform(self, low: float, high: float, *shape: int) -> np.ndarray:
        """Numbers from [low, high), shaped (*shape, 1, 1) so that they broadcast over pixels."""
        raw = self._bits.random_raw(int(np.prod(shape))) >> np.uint64(11)
        return (low + (high - low) * (raw * 2.0**-53)).reshape(*shape, 1, 1)

    def bell(self, *shape: int) -> np.ndarray:
        """Numbers of mean 0 and standard deviation 1: the sum of four uniforms, nearly normal."""
        quarters = self._bits.random_raw(int(np.prod(shape))).view(np.uint16).reshape(-1, 4)
        return ((quarters.sum(axis=1, dtype=np.float64) - 4 * 32767.5) / (2 * 65536 / np.sqrt(12))).reshape(shape)

    def order(self, count: int) -> np.ndarray:
        """A permutation of range(count)."""
        return np.argsort(self._bits.random_raw(count), kind="stable")


def practice_batches() -> Iterator[Batch]:
    """Draw the 5,000 training images, then the 1,000 test images; the same ones each time."""
    yield _draw_balanced(PRACTICE_NUM_TRAIN, 0, part=0)
    yield _draw_balanced(PRACTICE_NUM_TEST, PRACTICE_NUM_TRAIN, part=1)


def _draw_balanced(num_images: int, position: int, part: int) -> Batch:
    """Draw as many images of each class, in a mixed order."""
    per_class = num_images // len(_COVERAGES)
    images = np.concatenate([_draw_class(label, per_class, part) for label in range(len(_COVERAGES))])
    labels = np.repeat(np.arange(len(_COVERAGES)), per_class)
    order = _Draws(_SEED, part).order(num_images)
    return Batch(position, images[order], labels[order], "practice")


def _draw_class(label: int, count: int, part: int) -> np.ndarray:
    """Draw `count` images of one class: (count, 3, 32, 32) uint8."""
    draws = _Draws(_SEED, part, label + 1)
    coverage = _COVERAGES[PRACTICE_CLASS_NAMES[label]](draws, count)
    background, figure = _colours(draws, count)
    pixels = background + (figure - background) * coverage[:, None]
    pixels = _add_specks(pixels, draws)
    pixels += _light(draws, count)
    pixels += draws.uniform(5, 24, count, 1) * draws.bell(count, *IMAGE_SHAPE)
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def _colours(draws: _Draws, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Two colours (count, 3, 1, 1) on opposite sides of a random middle; which one is the figure's is chance."""
    middle = draws.uniform(80, 175, count, 3)
    direction = draws.uniform(-1, 1, count, 3)
    direction /= np.sqrt((direction**2).sum(axis=1, keepdims=True)) + 1e-9
    half = direction * draws.uniform(28, 80, count, 1)
    return middle - half, middle + half


def _light(draws: _Draws, count: int) -> np.ndarray:
    """A smooth cloud of light and tint over figure and background alike: (count, 3, 32, 32)."""
    knots = 4
    cloud = draws.uniform(-1, 1, count, 3, knots, knots).reshape(count, 3, knots, knots)
    at = np.linspace(0, knots - 1, _SIZE)
    weights = np.clip(1 - np.abs(at[:, None] - np.arange(knots)), 0, 1)  # (32, knots), linear between the knots
    return draws.uniform(5, 45, count, 1) * (weights @ cloud @ weights.T)


def _add_specks(pixels: np.ndarray, draws: _Draws) -> np.ndarray:
    """Scatter a few small blots of any colour over the images."""
    y, x = _pixel_centres()
    count = len(pixels)
    for _ in range(_SPECKS):
        distance = np.hypot(x - draws.uniform(-16, 16, count), y - draws.uniform(-16, 16, count))
        cover = _inside(distance - draws.uniform(0.5, 2.8, count))[:, None]
        pixels = pixels + (draws.uniform(20, 235, count, 3) - pixels) * cover
    return pixels


def _pixel_centres() -> tuple[np.ndarray, np.ndarray]:
    """The rows' and columns' distances from the centre in pixels: (32, 1) and (1, 32)."""
    centres = np.arange(_SIZE) - (_SIZE - 1) / 2
    return centres[:, None], centres[None, :]


def _turned_plane(draws: _Draws, count: int, room: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates in pixels, turned and slightly squeezed about a centre within +-room: 2 x (count, 32, 32)."""
    y, x = _pixel_centres()
    angle = draws.uniform(0, 2 * np.pi, count)
    squeeze = draws.uniform(0.88, 1.12, count)
    x = x - draws.uniform(-room, room, count)
    y = y - draws.uniform(-room, room, count)
    u, v = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    return u * squeeze, v / squeeze


def _inside(distance: np.ndarray) -> np.ndarray:
    """Coverage from a signed distance to the edge in pixels, negative inside: an edge one and a half pixels soft."""
    return np.clip(0.5 - distance / 1.5, 0, 1)


def _shape(outline: Callable[[np.ndarray, np.ndarray, _Draws], np.ndarray]) -> Callable[[_Draws, int], np.ndarray]:
    """A figure somewhere in the image, of any size, from the signed distance to its outline at radius 1."""

    def coverage(draws: _Draws, count: int) -> np.ndarray:
        radius = draws.uniform(7, 13.5, count)
        u, v = _turned_plane(draws, count, room=5)
        return _inside(outline(u / radius, v / radius, draws) * radius)

    return coverage


def _disc(u: np.ndarray, v: np.ndarray, draws: _Draws) -> np.ndarray:
    return np.hypot(u, v) - 0.85


def _ring(u: np.ndarray, v: np.ndarray, draws: _Draws) -> np.ndarray:
    return np.abs(np.hypot(u, v) - 0.7) - draws.uniform(0.14, 0.27, len(u))


def _square(u: np.ndarray, v: np.ndarray, draws: _Draws) -> np.ndarray:
    return np.maximum(np.abs(u), np.abs(v)) - 0.78


def _triangle(u: np.ndarray, v: np.ndarray, draws: _Draws) -> np.ndarray:
    slope = np.sqrt(3) / 2
    return np.maximum(np.maximum(slope * u - 0.5 * v, -slope * u - 0.5 * v), v) - 0.55


def _cross(u: np.ndarray, v: np.ndarray, draws: _Draws) -> np.ndarray:
    width = draws.uniform(0.2, 0.34, len(u))
    u, v = np.abs(u), np.abs(v)
    return np.minimum(np.maximum(u - width, v - 1), np.maximum(u - 1, v - width))


def _star(u: np.ndarray, v: np.ndarray, draws: _Draws) -> np.ndarray:
    """Five points: fold the angle into half a point, then measure to the line from the tip to the notch."""
    sector = 2 * np.pi / 5
    angle = np.abs(np.mod(np.arctan2(v, u), sector) - sector / 2)
    along, across = np.hypot(u, v) * np.cos(angle), np.hypot(u, v) * np.sin(angle)
    tip, notch = 1.1, 0.45 * np.array([np.cos(sector / 2), np.sin(sector / 2)])
    edge = notch - (tip, 0)
    return ((along - tip) * edge[1] - across * edge[0]) / -np.hypot(*edge) * -1


def _stripes(draws: _Draws, count: int) -> np.ndarray:
    u, _ = _turned_plane(draws, count, room=16)
    return _bands(u, draws.uniform(5, 11, count))


def _checks(draws: _Draws, count: int) -> np.ndarray:
    u, v = _turned_plane(draws, count, room=16)
    period = draws.uniform(7, 14, count)
    first, second = _bands(u, period), _bands(v, period)
    return first * (1 - second) + second * (1 - first)


def _dots(draws: _Draws, count: int) -> np.ndarray:
    u, v = _turned_plane(draws, count, room=16)
    period = draws.uniform(6, 11, count)
    distance = np.hypot(np.mod(u, period) - period / 2, np.mod(v, period) - period / 2)
    return _inside(distance - draws.uniform(0.24, 0.36, count) * period)


def _waves(draws: _Draws, count: int) -> np.ndarray:
    u, v = _turned_plane(draws, count, room=16)
    length = draws.uniform(10, 20, count)
    swing = draws.uniform(0.12, 0.22, count) * length
    return _bands(u + swing * np.sin(2 * np.pi * v / length), draws.uniform(5, 11, count))


def _bands(u: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Alternating bands, each half a period wide, across u."""
    return _inside(np.abs(np.mod(u, period) - period / 2) - period / 4)


_COVERAGES: dict[str, Callable[[_Draws, int], np.ndarray]] = {
    "disc": _shape(_disc),
    "ring": _shape(_ring),
    "square": _shape(_square),
    "triangle": _shape(_triangle),
    "cross": _shape(_cross),
    "star": _shape(_star),
    "stripes": _stripes,
    "checks": _checks,
    "dots": _dots,
    "waves": _waves,
}
