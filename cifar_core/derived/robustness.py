"""What a network says of images that got worse."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifar_core.config import RunConfig
from cifar_core.corruptions import CORRUPTIONS, SEVERITIES
from cifar_core.data import Dataset, without_selections
from cifar_core.evaluation.views import views_of
from cifar_core.files import stamp

_AT_ONCE = 500


def robustness_options(checkpoint: Path, split: str, num_images: int) -> dict[str, str | int]:
    """Return what an evaluation depends on besides the images."""
    return {
        "checkpoint": str(checkpoint.resolve()),
        "stamp": str(stamp(checkpoint)),
        "split": split,
        "num_images": num_images,
    }


def derive_robustness(
    dataset: Dataset, options: Mapping[str, str | int], on_progress: Callable[[float], None]
) -> dict[str, NDArray[np.generic]]:
    """Predictions of corrupted images, by the names of `Robustness`'s fields.

    Options:
        checkpoint: Path of the weights; their config says which images are val, and from which versions of an image
            they predict.
        stamp: When they were written.
        split: "val" or "test".
        num_images: At most so many, the same share of each class.
    """
    from cifar_core.corruptions.corrupt import corrupt

    path = Path(str(options["checkpoint"]))
    config, ask = _load(path)
    members = without_selections(dataset, config.data).indices(str(options["split"]))
    indices = choose_evenly(members, dataset.labels[members], int(options["num_images"]))
    targets = dataset.labels[indices]
    shape = (len(CORRUPTIONS), len(SEVERITIES), len(indices))
    preds, probs = np.empty(shape, np.uint8), np.empty(shape, np.float16)
    clean = np.empty(len(indices), np.uint8)
    for start in range(0, len(indices), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        images, own = np.ascontiguousarray(dataset.images[indices[rows]]), targets[rows]
        clean[rows] = ask(images).argmax(axis=1)
        for place, name in enumerate(CORRUPTIONS):
            for severity in SEVERITIES:
                worse = corrupt(images, indices[rows], name, severity)
                found = ask(worse)
                preds[place, severity - 1, rows] = found.argmax(axis=1)
                probs[place, severity - 1, rows] = found[np.arange(len(own)), own]
            on_progress((start + len(own) * (place + 1) / len(CORRUPTIONS)) / len(indices))
    return {"indices": indices, "targets": targets, "clean_preds": clean, "preds": preds, "probs": probs}


def _load(path: Path) -> tuple[RunConfig, Callable[[NDArray[np.uint8]], NDArray[np.float64]]]:
    """Return a run's config, and what gives class probabilities of images as the run does, in its own number format."""
    from cifar_core.inference.predict import predict
    from cifar_core.training.checkpoint import load_classifier, read_checkpoint_header

    header, classifier = read_checkpoint_header(path), load_classifier(path)
    views = views_of(header.config.training)

    def ask(images: NDArray[np.uint8]) -> NDArray[np.float64]:
        nothing, places = np.zeros(len(images), np.int64), np.arange(len(images))
        return predict(classifier, images, nothing, places, dtype=header.dtype, views=views).probs

    return header.config, ask


def choose_evenly(indices: NDArray[np.int64], labels: NDArray[np.int64], num_images: int) -> NDArray[np.int64]:
    """Return so many of some images, or all if there are fewer, ascending: the same share of each class."""
    if num_images >= len(indices):
        return indices
    order = np.empty(len(indices))
    for class_idx in np.unique(labels):
        members = np.flatnonzero(labels == class_idx)
        ranks = np.random.default_rng([0, int(class_idx)]).permutation(len(members))
        order[members] = (ranks + 0.5) / len(members)
    return np.sort(indices[np.argsort(order, kind="stable")[:num_images]])
