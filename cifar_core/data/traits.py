"""What can be measured of a single image, and what is measured of a class: to sort by, and to draw."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cifar_core.data.dataset import Dataset
from cifar_core.data.similarity import describe_images

_CHUNK = 1_000
# Shares of red, green and blue in grey (ITU-R BT.601).
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
# A pixel is on an edge if luma, in [0, 1], changes by more than this from pixel to pixel.
_EDGE = 0.1

OnProgress = Callable[[float], None]


@dataclass(frozen=True)
class Traits:
    """Measures of every image, (N,) float32 each.

    Attributes:
        brightness: Mean luma, in [0, 1].
        contrast: Standard deviation of luma, in [0, 0.5].
        colourfulness: Of Hasler and Suesstrunk (2003), on pixels in [0, 1]: 0 is grey.
        edge_density: Share of pixels at which luma changes by more than 0.1 a pixel.
        distance_to_class_mean: Root mean square difference to the mean training image of its class, in [0, 1].
        typicality: Correlation with the mean of its class's training images at 8x8 pixels, in [-1, 1].
    """

    brightness: NDArray[np.float32]
    contrast: NDArray[np.float32]
    colourfulness: NDArray[np.float32]
    edge_density: NDArray[np.float32]
    distance_to_class_mean: NDArray[np.float32]
    typicality: NDArray[np.float32]


TRAIT_NAMES: tuple[str, ...] = tuple(field.name for field in fields(Traits))


@dataclass(frozen=True)
class ClassStatistics:
    """Of the official training images of each class.

    Attributes:
        mean: (C, 3, 32, 32) float32 in [0, 1], the mean image.
        variance: (C, 3, 32, 32) float32, of each pixel over the images.
        histograms: (C, 3, 256) int64, how often each value occurs in each colour.
    """

    mean: NDArray[np.float32]
    variance: NDArray[np.float32]
    histograms: NDArray[np.int64]


def compute_class_statistics(dataset: Dataset, on_progress: OnProgress = lambda share: None) -> ClassStatistics:
    """Compute mean, variance and histograms of each class over its training images."""
    shape = (dataset.num_classes, 3, 32, 32)
    sums, squares = np.zeros(shape), np.zeros(shape)
    histograms = np.zeros((dataset.num_classes, 3, 256), np.int64)
    labels = dataset.labels[: dataset.num_train]
    for class_idx in range(dataset.num_classes):
        places = np.flatnonzero(labels == class_idx)
        for start in range(0, len(places), _CHUNK):
            chunk = dataset.images[places[start : start + _CHUNK]]
            pixels = chunk.astype(np.float32) / 255
            sums[class_idx] += pixels.sum(axis=0)
            squares[class_idx] += np.square(pixels).sum(axis=0)
            for colour in range(3):
                histograms[class_idx, colour] += np.bincount(chunk[:, colour].reshape(-1), minlength=256)
        on_progress((class_idx + 1) / dataset.num_classes)
    counts = np.bincount(labels, minlength=dataset.num_classes).clip(min=1)[:, None, None, None]
    mean = sums / counts
    variance = np.maximum(squares / counts - mean**2, 0)
    return ClassStatistics(mean.astype(np.float32), variance.astype(np.float32), histograms)


def compute_traits(
    dataset: Dataset, statistics: ClassStatistics, on_progress: OnProgress = lambda share: None
) -> Traits:
    """Measure every image of the dataset."""
    made = {name: np.empty(dataset.num_images, np.float32) for name in TRAIT_NAMES}
    for start in range(0, dataset.num_images, _CHUNK):
        rows = slice(start, start + _CHUNK)
        pixels = dataset.images[rows].astype(np.float32) / 255
        differences = pixels - statistics.mean[dataset.labels[rows]]
        made["distance_to_class_mean"][rows] = np.sqrt(np.square(differences).mean(axis=(1, 2, 3)))
        luma = np.tensordot(pixels, _LUMA, axes=([1], [0]))
        made["brightness"][rows] = luma.mean(axis=(1, 2))
        made["contrast"][rows] = luma.std(axis=(1, 2))
        made["colourfulness"][rows] = _measure_colourfulness(pixels)
        made["edge_density"][rows] = _measure_edges(luma)
        on_progress((start + _CHUNK) / dataset.num_images)
    made["typicality"] = _measure_typicality(dataset)
    return Traits(**made)


def _measure_colourfulness(pixels: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    red, green, blue = (pixels[:, colour].reshape(len(pixels), -1) for colour in range(3))
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.sqrt(red_green.var(axis=1) + yellow_blue.var(axis=1))
    distance = np.sqrt(red_green.mean(axis=1) ** 2 + yellow_blue.mean(axis=1) ** 2)
    return (spread + 0.3 * distance).astype(np.float32)


def _measure_edges(luma: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Central differences inside, one-sided ones at the borders."""
    down, right = np.gradient(luma, axis=(1, 2))
    return (np.hypot(down, right) > _EDGE).mean(axis=(1, 2)).astype(np.float32)


def _measure_typicality(dataset: Dataset) -> NDArray[np.float32]:
    descriptors = describe_images(dataset.images)
    labels = dataset.labels
    train = labels[: dataset.num_train]
    centres = np.stack(
        [descriptors[: dataset.num_train][train == class_idx].mean(axis=0) for class_idx in range(dataset.num_classes)]
    )
    centres /= np.linalg.norm(centres, axis=1, keepdims=True).clip(min=1e-6)
    return np.einsum("nd,nd->n", descriptors, centres[labels]).astype(np.float32)
