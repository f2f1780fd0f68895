"""Where a map puts every image: by its pixels, or by what a run's network makes of it."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import Dataset
from cifar_core.derived import Arrays, Request
from cifar_core.runs import RunSummary
from dashboard.drawing.words import percent, short_name
from dashboard.session.background import find_derived, read_derived
from dashboard.session.cache import get_plane, get_store
from dashboard.session.epochs import find_spoken
from dashboard.session.weights import Weights

PIXELS, FEATURES = "pixels", "features"


@dataclass(frozen=True, eq=False)
class Layout:
    """Where every image lies.

    Attributes:
        kind: PIXELS or FEATURES.
        key: Another one for other positions.
        positions: (N, 2) float32 of all images, in their order.
        near: What lies together, as the end of a sentence, where no Markdown is read.
        words: How that was found, in sentences.
    """

    kind: str
    key: str
    positions: NDArray[np.float32]
    near: str
    words: str


def place_by_pixels(dataset: Dataset, *, meanwhile: bool = False) -> Layout:
    """Return the map by pixels; `meanwhile` says that another one is waited for."""
    plane, shares = get_plane(dataset)
    words = (
        "The two main directions in which images differ at 8x8 pixels (PCA). They hold "
        f"{percent(shares.sum(), 0)} of all differences; the rest is not to be seen here."
    )
    near = "points that lie together are light and dark in the same places"
    near = f"{near} (by pixels, until there is a map by features)" if meanwhile else near
    return Layout(PIXELS, _digest(f"{PIXELS}/{dataset.fingerprint}"), plane, near, words)


def place_by_features(dataset: Dataset, run: RunSummary, *, should_make: bool = True) -> Layout | None:
    """Return the map by a run's features; None while it is not made.

    Args:
        dataset: All images.
        run: Whose network looks at them; it has weights.
        should_make: Whether to have it made now, and to show how far that is.
    """
    spoken = find_spoken(get_store().record(run.run_id))
    if spoken is None:
        return None
    request = _request(dataset, spoken.weights)
    if should_make:
        what = f"Placing all {dataset.num_images:,} images by what {short_name(run)} sees in them"
        arrays = find_derived(dataset, request.kind, what, dict(request.options))
    else:
        arrays = read_derived(request)
    return None if arrays is None else _as_layout(arrays, request, f"{short_name(run)}, {spoken.words}")


def _request(dataset: Dataset, weights: Weights) -> Request:
    options: dict[str, str | int] = {"checkpoint": str(weights.path.resolve()), "stamp": str(weights.stamp)}
    options["num_images"] = dataset.num_images
    return Request("tsne", dataset.fingerprint, options)


def _as_layout(arrays: Arrays, request: Request, whom: str) -> Layout:
    near = f"points that lie together look alike to {whom}"
    words = (
        "The numbers that reach the network's last layer, drawn so that neighbours stay neighbours (t-SNE). How far "
        "groups are apart, and how large they are, means little."
    )
    return Layout(FEATURES, _digest(request.key), arrays["positions"].astype(np.float32), near, words)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
