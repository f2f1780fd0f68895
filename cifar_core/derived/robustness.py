"""What a network says of images that got worse."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cifar_core.corruptions import CORRUPTIONS, SEVERITIES
from cifar_core.data import Dataset, without_selections
from cifar_core.evaluation.views import views_of
from cifar_core.files import stamp

# Class probabilities (B, C) of images (B, 3, 32, 32).
Ask = Callable[[NDArray[np.uint8]], NDArray[np.float64]]
_AT_ONCE = 250


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

    As many threads as torch has, each with images, a network and arithmetic of its own: the result is the same for any
    number of them, and none waits for another after each of thousands of small steps.

    Options:
        checkpoint: Path of the weights; their config says which images are val, and from which versions of an image
            they predict.
        stamp: When they were written.
        split: "val" or "test".
        num_images: At most so many, the same share of each class.
    """
    import torch

    from cifar_core.training.checkpoint import read_checkpoint_header

    path = Path(str(options["checkpoint"]))
    data = read_checkpoint_header(path).config.data
    members = without_selections(dataset, data).indices(str(options["split"]))
    indices = choose_evenly(members, dataset.labels[members], int(options["num_images"]))
    asked = _Asked(dataset, indices, on_progress)
    num_threads = torch.get_num_threads()
    parts = [asked.batches[first::num_threads] for first in range(min(num_threads, len(asked.batches)))]
    try:
        with ThreadPoolExecutor(len(parts), initializer=torch.set_num_threads, initargs=(1,)) as pool:
            try:
                for future in [pool.submit(asked.ask, _load(path), part) for part in parts]:
                    future.result()
            finally:
                asked.is_given_up = True  # by who interrupted it: threads end at the next corruption
    finally:
        torch.set_num_threads(num_threads)
    return asked.found


class _Asked:
    """What is found out of some images, batch by batch.

    Attributes:
        found: The arrays, filled by and by.
        batches: Rows of them, to be asked in any order.
        is_given_up: Whether nobody wants the rest.
    """

    def __init__(self, dataset: Dataset, indices: NDArray[np.int64], on_progress: Callable[[float], None]) -> None:
        self._dataset, self._indices, self._on_progress = dataset, indices, on_progress
        self._lock, self._done = Lock(), 0
        shape = (len(CORRUPTIONS), len(SEVERITIES), len(indices))
        self.found: dict[str, NDArray[Any]] = {
            "indices": indices,
            "targets": dataset.labels[indices],
            "clean_preds": np.empty(len(indices), np.uint8),
            "preds": np.empty(shape, np.uint8),
            "probs": np.empty(shape, np.float16),
        }
        self.batches = [slice(start, start + _AT_ONCE) for start in range(0, len(indices), _AT_ONCE)]
        self.is_given_up = False

    def ask(self, network: Ask, batches: Sequence[slice]) -> None:
        """Ask a network of some batches."""
        from cifar_core.corruptions.corrupt import corrupt

        for rows in batches:
            indices, targets = self._indices[rows], self.found["targets"][rows]
            images, everyone = np.ascontiguousarray(self._dataset.images[indices]), np.arange(len(indices))
            self.found["clean_preds"][rows] = network(images).argmax(axis=1)
            for place, name in enumerate(CORRUPTIONS):
                for severity in SEVERITIES:
                    probs = network(corrupt(images, indices, name, severity))
                    self.found["preds"][place, severity - 1, rows] = probs.argmax(axis=1)
                    self.found["probs"][place, severity - 1, rows] = probs[everyone, targets]
                if self.is_given_up:
                    return
                self._tell()

    def _tell(self) -> None:
        with self._lock:
            self._done += 1
            self._on_progress(self._done / len(self.batches) / len(CORRUPTIONS))


def _load(path: Path) -> Ask:
    """Return what gives class probabilities of images as a run does, in its own number format."""
    from cifar_core.inference.predict import predict
    from cifar_core.training.checkpoint import load_classifier, read_checkpoint_header

    header, classifier = read_checkpoint_header(path), load_classifier(path)
    views = views_of(header.config.training)

    def ask(images: NDArray[np.uint8]) -> NDArray[np.float64]:
        nothing, places = np.zeros(len(images), np.int64), np.arange(len(images))
        return predict(classifier, images, nothing, places, dtype=header.dtype, views=views).probs

    return ask


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
