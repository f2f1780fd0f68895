"""Near-duplicates of test images: pictures that the network may have seen before it is tested on them."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cifar_core.data.alignment import align
from cifar_core.data.dataset import Dataset
from cifar_core.data.outlines import describe_outlines
from cifar_core.data.similarity import Descriptors, describe_images

# At most so many candidates for each test image, and for its mirror image.
_CANDIDATES = 16
# The mean of the correlations of outlines and of colours that a candidate has at least.
_CANDIDATE_CORRELATION = 0.62
_OUTLINES = 512  # numbers, the first of a row
_QUERIES_AT_ONCE = 200
_PAIRS_AT_ONCE = 1_000

# From the usual likeness on, about nine of ten pairs are one picture twice when looked at; at the lowest one, most are
# two pictures of the same kind of ship, bird or plane. How that was measured: benchmarks/duplicates.py.
LOWEST_LIKENESS = 0.62
USUAL_LIKENESS = 0.71

OnProgress = Callable[[float], None]


@dataclass(frozen=True)
class NearDuplicates:
    """Pairs of a test image and another image, the most alike first; each pair once.

    Attributes:
        first: (P,) dataset indices, of test images.
        second: (P,) dataset indices, of training images or of later test images.
        is_mirrored: (P,) whether the one shows the other mirrored.
        likeness: (P,) in [LOWEST_LIKENESS, 1]; about 0.9 for the same picture twice, less if there is little in it.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    is_mirrored: NDArray[np.bool_]
    likeness: NDArray[np.float32]

    def above(self, likeness: float) -> "NearDuplicates":
        """Return the pairs that are at least so much alike."""
        return self.where(self.likeness >= likeness)

    def test_images(self, num_train: int) -> NDArray[np.int64]:
        """Return the dataset indices, ascending, of test images that have a training image for a double.

        Args:
            num_train: Of the dataset.
        """
        return np.unique(self.first[self.second < num_train])

    def where(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> "NearDuplicates":
        """Return some of the pairs, by a mask or by their places."""
        return NearDuplicates(**{field.name: getattr(self, field.name)[kept] for field in fields(self)})


_NONE = NearDuplicates(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0, np.float32))


def find_near_duplicates(dataset: Dataset, on_progress: OnProgress = lambda share: None) -> NearDuplicates:
    """Search all other images for each test image and its mirror image.

    First all pairs are compared coarsely, by the correlation of their outlines and that of their colours at 8x8 pixels:
    the 16 with the highest mean of both go on, if it is 0.62 or more. Then these are laid over each other at several
    scales and shifts. Likeness is the mean of three correlations: of outlines, of detail, and of colours.
    Brightness and contrast do not matter; other colours, or a picture so plain that many look like it, cost some of it.

    Time and memory grow as training plus test images times test images, and as training plus test images.

    Args:
        dataset: All its images are read.
        on_progress: Told the share that is done, now and then.
    """
    pairs = _find_candidates(dataset, lambda share: on_progress(0.4 * share))
    likeness = np.empty(len(pairs.first), np.float32)
    for start in range(0, len(likeness), _PAIRS_AT_ONCE):
        rows = slice(start, start + _PAIRS_AT_ONCE)
        moving, fixed = dataset.images[pairs.first[rows]], dataset.images[pairs.second[rows]]
        aligned = align(np.where(pairs.is_mirrored[rows, None, None, None], moving[..., ::-1], moving), fixed)
        # Until here, the likeness of candidates is that of their outlines.
        likeness[rows] = (pairs.likeness[rows] + aligned.detail + aligned.colour) / 3
        on_progress(0.4 + 0.6 * min(1.0, (start + _PAIRS_AT_ONCE) / len(likeness)))
    on_progress(1.0)
    verified = NearDuplicates(pairs.first, pairs.second, pairs.is_mirrored, likeness.clip(max=1))
    return _keep_best(verified.above(LOWEST_LIKENESS))


def _find_candidates(dataset: Dataset, on_progress: OnProgress) -> NearDuplicates:
    """Return the pairs that may be near-duplicates; their likeness is that of their outlines."""
    described = _describe(dataset.images)
    on_progress(0.2)
    found = []
    for is_mirrored in (False, True):
        for start in range(dataset.num_train, dataset.num_images, _QUERIES_AT_ONCE):
            tests = np.arange(start, min(start + _QUERIES_AT_ONCE, dataset.num_images))
            queries = _describe(dataset.images[tests], mirrored=True) if is_mirrored else described[tests]
            rows, others = _search(queries, described, tests)
            outlines = np.einsum("pd,pd->p", queries[rows, :_OUTLINES], described[others, :_OUTLINES]) * 2
            found.append(_order(tests[rows], others, is_mirrored, outlines, dataset.num_train))
            done = (is_mirrored + (tests[-1] + 1 - dataset.num_train) / dataset.num_test) / 2
            on_progress(0.2 + 0.8 * done)
    columns = {
        field.name: np.concatenate([getattr(part, field.name) for part in [_NONE, *found]])
        for field in fields(NearDuplicates)
    }
    return _keep_once(NearDuplicates(**columns))


def _describe(images: NDArray[np.uint8], *, mirrored: bool = False) -> Descriptors:
    """Return outlines and colours side by side: the product of two rows is the mean of both correlations."""
    both = [describe_outlines(images, mirrored=mirrored), describe_images(images, mirrored=mirrored)]
    return np.concatenate(both, axis=1) * np.float32(0.5**0.5)


def _search(
    queries: Descriptors, described: Descriptors, tests: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (row, other image) of those that are alike enough, for each row at most the most alike ones."""
    correlations = queries @ described.T
    correlations[np.arange(len(tests)), tests] = -np.inf  # each is most like itself
    rows, others = np.nonzero(correlations >= _CANDIDATE_CORRELATION)
    order = np.lexsort((-correlations[rows, others], rows))
    rows, others = rows[order], others[order]
    rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
    return rows[rank < _CANDIDATES], others[rank < _CANDIDATES]


def _order(
    tests: NDArray[np.int64],
    others: NDArray[np.int64],
    is_mirrored: bool,
    outlines: NDArray[np.float32],
    num_train: int,
) -> NearDuplicates:
    """Make pairs; of two test images the earlier one comes first, whichever found the other."""
    is_later = (others >= num_train) & (others < tests)
    return NearDuplicates(
        np.where(is_later, others, tests),
        np.where(is_later, tests, others),
        np.full(len(tests), is_mirrored),
        outlines.astype(np.float32),
    )


def _keep_once(pairs: NearDuplicates) -> NearDuplicates:
    keys = np.stack([pairs.first, pairs.second, pairs.is_mirrored], axis=1)
    return pairs.where(np.unique(keys, axis=0, return_index=True)[1])


def _keep_best(pairs: NearDuplicates) -> NearDuplicates:
    """Sort by likeness, and keep a pair that is alike as it is and mirrored only the better way."""
    ordered = pairs.where(np.lexsort((pairs.second, pairs.first, -pairs.likeness)))
    places = np.unique(np.stack([ordered.first, ordered.second], axis=1), axis=0, return_index=True)[1]
    return ordered.where(np.sort(places))
