"""Near-duplicates across train and test: pictures that the network may have seen before it is tested on them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_core.data.dataset import Dataset
from cifar_core.data.similarity import describe_images, normalize_rows

# Candidates correlate at least so much at 8x8 pixels; of these, pairs are kept from LOWEST_CORRELATION on.
_CANDIDATE_CORRELATION = 0.92
_CANDIDATES = 3
_CHUNK = 500

# At full resolution. Above the usual threshold nearly every pair is one picture twice when looked at; below the lowest
# one, most are two different pictures of sky, sea or grass.
LOWEST_CORRELATION = 0.85
USUAL_CORRELATION = 0.93

OnProgress = Callable[[float], None]


@dataclass(frozen=True)
class NearDuplicates:
    """Pairs of a test and a training image, the most alike first.

    Attributes:
        test: (P,) dataset indices.
        train: (P,) dataset indices.
        is_mirrored: (P,) whether the training image shows the test image mirrored.
        correlation: (P,) of the two images' pixels, in [LOWEST_CORRELATION, 1].
    """

    test: NDArray[np.int64]
    train: NDArray[np.int64]
    is_mirrored: NDArray[np.bool_]
    correlation: NDArray[np.float32]

    def above(self, correlation: float) -> "NearDuplicates":
        """Return the pairs that are at least so much alike."""
        kept = self.correlation >= correlation
        return NearDuplicates(self.test[kept], self.train[kept], self.is_mirrored[kept], self.correlation[kept])


def find_near_duplicates(dataset: Dataset, on_progress: OnProgress = lambda share: None) -> NearDuplicates:
    """Search all training images for each test image and its mirror image.

    First at 8x8 pixels, where all pairs can be compared: the three training images that correlate most, if by 0.92 or
    more. Then at 32x32 pixels: the best correlation over shifts of up to one pixel each way, which a repeated scaling
    of the same photograph causes. A re-encoded, slightly recoloured or shifted copy is found; a crop, a turned copy or
    the next photograph of a series is not.

    Args:
        dataset: All its images are read.
        on_progress: Told the share that is done, now and then.
    """
    train = describe_images(dataset.images[: dataset.num_train])
    rows: list[tuple[int, int, bool]] = []
    for is_mirrored in (False, True):
        tests = describe_images(dataset.images[dataset.num_train :], mirrored=is_mirrored)
        for start in range(0, len(tests), _CHUNK):
            correlations = tests[start : start + _CHUNK] @ train.T
            for place, candidate in _candidates(correlations):
                rows.append((dataset.num_train + start + place, candidate, is_mirrored))
            on_progress((0.45 if is_mirrored else 0.0) + 0.45 * (start + _CHUNK) / max(len(tests), _CHUNK))
    pairs = [(*row, _correlate(dataset, *row)) for row in rows]
    pairs = sorted(filter(lambda pair: pair[3] >= LOWEST_CORRELATION, pairs), key=lambda pair: (-pair[3], *pair[:2]))
    on_progress(1.0)
    return NearDuplicates(
        test=np.array([pair[0] for pair in pairs], np.int64),
        train=np.array([pair[1] for pair in pairs], np.int64),
        is_mirrored=np.array([pair[2] for pair in pairs], np.bool_),
        correlation=np.array([pair[3] for pair in pairs], np.float32),
    )


def _candidates(correlations: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return (row, column) of the largest entries of each row, where they are large enough."""
    best = np.argpartition(-correlations, min(_CANDIDATES, correlations.shape[1] - 1), axis=1)[:, :_CANDIDATES]
    rows = np.arange(len(correlations))[:, None]
    is_close = correlations[rows, best] >= _CANDIDATE_CORRELATION
    return [(int(row), int(best[row, place])) for row, place in zip(*np.nonzero(is_close), strict=True)]


def _correlate(dataset: Dataset, test: int, train: int, is_mirrored: bool) -> float:
    """Return the best correlation of the inner 30x30 pixels with those of the test image shifted by up to one."""
    moving = dataset.images[test].astype(np.float32)
    moving = moving[..., ::-1] if is_mirrored else moving
    fixed = normalize_rows(dataset.images[train][:, 1:31, 1:31].reshape(1, -1).astype(np.float32))[0]
    shifted = np.stack([moving[:, y : y + 30, x : x + 30].reshape(-1) for y in range(3) for x in range(3)])
    return float((normalize_rows(shifted) @ fixed).max())
