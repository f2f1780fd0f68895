"""Selections taken together or apart. Classes that somebody gave are kept where both agree, or one says nothing."""

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import ChosenImages
from cifar_core.selections.selection import SelectionError


def unite(first: ChosenImages, second: ChosenImages) -> ChosenImages:
    """Return the images of either.

    Raises:
        SelectionError: They give an image two classes.
    """
    indices = np.union1d(first.indices, second.indices)
    return ChosenImages(indices, _join_labels(indices, first, second))


def intersect(first: ChosenImages, second: ChosenImages) -> ChosenImages:
    """Return the images of both.

    Raises:
        SelectionError: There is none, or they give one two classes.
    """
    indices = np.intersect1d(first.indices, second.indices)
    _check_some(indices, "both selections have no image in common")
    return ChosenImages(indices, _join_labels(indices, first, second))


def subtract(first: ChosenImages, second: ChosenImages) -> ChosenImages:
    """Return the images of the first that the second has not.

    Raises:
        SelectionError: There is none.
    """
    kept = ~np.isin(first.indices, second.indices)
    _check_some(first.indices[kept], "the second selection holds all of the first")
    return ChosenImages(first.indices[kept], None if first.labels is None else first.labels[kept])


def _check_some(indices: NDArray[np.int64], why_not: str) -> None:
    if not len(indices):
        raise SelectionError(f"{why_not}; allowed: selections that leave one image and more")


def _join_labels(indices: NDArray[np.int64], first: ChosenImages, second: ChosenImages) -> NDArray[np.int64] | None:
    """Return a class for each image; None unless every one has one."""
    labels = np.full(len(indices), -1, np.int64)
    for images in (first, second):
        if images.labels is None:
            continue
        is_kept = np.isin(images.indices, indices)
        places = np.searchsorted(indices, images.indices[is_kept])
        given = images.labels[is_kept]
        differs = (labels[places] >= 0) & (labels[places] != given)
        if differs.any():
            raise SelectionError(
                f"image {indices[places][differs][0]} has another class in each selection; allowed: the same in both"
            )
        labels[places] = given
    return None if (labels < 0).any() else labels
