"""Patches of like-coloured neighbouring pixels."""

import numpy as np
from numpy.typing import NDArray

# How much colour counts beside place: a difference of an eighth of full scale is as far as a patch's side.
_COLOUR_WEIGHT = 8.0


def segment(image: NDArray[np.float32], num_patches: int) -> NDArray[np.int64]:
    """Part an image into patches by k-means over colour and place, from centres on a grid (SLIC; Achanta et al., 2012).

    Args:
        image: (3, H, W) in [0, 1].
        num_patches: Wanted; rounded to a square number, and never more than there are pixels.

    Returns:
        (H, W) patch numbers from 0, each in use. The same image gives the same patches.
    """
    from sklearn.cluster import KMeans

    _, height, width = image.shape
    grid = max(1, min(round(num_patches**0.5), height, width))
    side = (height * width) ** 0.5 / grid
    rows, columns = np.mgrid[:height, :width]
    features = np.stack([*(_COLOUR_WEIGHT * image), rows / side, columns / side]).reshape(5, -1).T
    near = [((np.arange(grid) + 0.5) * length / grid).astype(int) for length in (height, width)]
    places = (near[0][:, None] * width + near[1]).ravel()
    clusters = KMeans(grid * grid, init=features[places], n_init=1, max_iter=20).fit_predict(features)
    _, numbers = np.unique(clusters, return_inverse=True)
    return numbers.reshape(height, width).astype(np.int64)
