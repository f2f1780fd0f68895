"""Which images look alike: every image as 192 numbers, compared by correlation."""

import numpy as np
from numpy.typing import NDArray

_BLOCK = 4  # pixels a side are averaged to one number
_CHUNK = 2_000

Descriptors = NDArray[np.float32]


def describe_images(images: NDArray[np.uint8], *, mirrored: bool = False) -> Descriptors:
    """Average 4x4 pixels of each colour, take the mean off and scale to length one.

    The product of two descriptors is the correlation of the two images at 8x8 pixels, in [-1, 1]: brightness and
    contrast do not matter, place and colour do.

    Args:
        images: (N, 3, 32, 32) uint8; read in chunks.
        mirrored: Describe the mirrored images instead.

    Returns:
        (N, 192) float32; all zeros for an image of one colour.
    """
    made = np.empty((len(images), 3 * (32 // _BLOCK) ** 2), np.float32)
    for start in range(0, len(images), _CHUNK):
        chunk = images[start : start + _CHUNK]
        sides = chunk.reshape(len(chunk), 3, 32 // _BLOCK, _BLOCK, 32 // _BLOCK, _BLOCK)
        blocks = sides.sum(axis=(3, 5), dtype=np.float32)
        if mirrored:
            blocks = blocks[..., ::-1]
        made[start : start + _CHUNK] = normalize_rows(blocks.reshape(len(chunk), -1))
    return made


def normalize_rows(rows: NDArray[np.float32]) -> Descriptors:
    """Take each row's mean off and scale it to length one; a constant row becomes zeros."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return (centred / np.where(lengths > 1e-6, lengths, np.inf)).astype(np.float32)


def find_neighbours(descriptors: Descriptors, index: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the images most like one, most alike first, and their correlations; the image itself is left out.

    Args:
        descriptors: (N, D) of all images, as `describe_images` makes them.
        index: The image's place among them.
        count: How many to return, at most N - 1.
    """
    correlations = descriptors @ descriptors[index]
    correlations[index] = -np.inf
    nearest = np.argpartition(-correlations, min(count, len(correlations) - 1))[:count]
    nearest = nearest[np.argsort(-correlations[nearest], kind="stable")]
    return nearest.astype(np.int64), correlations[nearest]


def project_to_plane(descriptors: Descriptors) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return the first two principal components, (N, 2), and the shares of the variance they hold, (2,).

    Exact: by the eigenvectors of the descriptors' covariance. Their signs are fixed so that each eigenvector's largest
    entry is positive.
    """
    centred = descriptors - descriptors.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    top = vectors[:, ::-1][:, :2]
    top = top * np.sign(top[np.abs(top).argmax(axis=0), [0, 1]])
    return (centred @ top).astype(np.float32), values[::-1][:2] / values.sum()


def scale_features(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return features (N, D) with rows of length 1; rows of zeros stay."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return (features / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def find_nearest(
    features: NDArray[np.floating], query: NDArray[np.floating], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the rows nearest to a query by cosine, the nearest first, and their cosines.

    Args:
        features: (N, D), rows of length 1.
        query: (D,), of any length.
        count: Rows wanted, at most N.
    """
    cosines = features.astype(np.float32) @ scale_features(query[None].astype(np.float32))[0]
    count = min(count, len(cosines))
    nearest = np.argpartition(-cosines, count - 1)[:count]
    nearest = nearest[np.argsort(-cosines[nearest], kind="stable")]
    return nearest.astype(np.int64), cosines[nearest].astype(np.float64)
