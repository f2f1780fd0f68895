"""Heads fitted anew to a network's features, and what they say of images that they were not fitted to."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cifar_core.data import Dataset, labels_for_training, splits_of
from cifar_core.derived.store import read_arrays
from cifar_core.files import BROKEN_ARCHIVE, stamp
from cifar_core.influence.fitted import fit_to_features, from_arrays
from cifar_core.labels.suspects import compute_out_of_fold
from cifar_core.selections import read_kept

# Val images by which a head is judged.
_NUM_JUDGED = 2_000
_SHARE_OF_FEATURES = 0.8


def head_options(checkpoint: Path) -> dict[str, str | int]:
    """Return what a head of a run depends on besides the images: its weights, as they are now."""
    return {"checkpoint": str(checkpoint.resolve()), "stamp": str(stamp(checkpoint))}


def derive_head(
    dataset: Dataset, options: Mapping[str, str | int], on_progress: Callable[[float], None]
) -> dict[str, NDArray[np.generic]]:
    """A head fitted to a run's training images, by the names of `FittedHead.to_arrays`.

    Some val images are among those whose components it knows, to say how good it is.

    Options:
        checkpoint: Path of the weights; their config says which images train, and by which labels.
        stamp: When they were written.
    """
    from cifar_core.inference.features import extract_features
    from cifar_core.training.checkpoint import load_classifier, read_checkpoint_header

    path = Path(str(options["checkpoint"]))
    header = read_checkpoint_header(path)
    data = header.config.data
    contents = read_kept(path.parent.parent, data)
    splits, labels = splits_of(dataset, data, contents), labels_for_training(dataset, data, contents)
    classifier = load_classifier(path)
    return fit_to_features(
        lambda indices: extract_features(classifier, dataset.images, indices, header.dtype),
        splits.train,
        labels[splits.train],
        splits.val[:: max(1, len(splits.val) // _NUM_JUDGED)],
        dataset.num_classes,
        lambda share: on_progress(_SHARE_OF_FEATURES * share),
    ).to_arrays()


def derive_out_of_fold(
    dataset: Dataset, options: Mapping[str, str | int], on_progress: Callable[[float], None]
) -> dict[str, NDArray[np.generic]]:
    """What heads say of training images that they were not fitted to.

    Options:
        As of `derive_head`, and
        head: Path of a file that holds what `derive_head` made of them; where there is none, it is made again.

    Returns:
        `train` (N,) dataset indices, `labels` (N,) as training saw them, `probs` (N, C) float32.
    """
    fitted = from_arrays(_load(options) or derive_head(dataset, options, lambda share: on_progress(share / 2)))
    probs = compute_out_of_fold(fitted.evidence, fitted.head.weights, lambda share: on_progress(0.5 + share / 2))
    return {"train": fitted.train, "labels": fitted.labels, "probs": probs.astype(np.float32)}


def _load(options: Mapping[str, str | int]) -> dict[str, NDArray[np.generic]] | None:
    try:
        return read_arrays(Path(str(options.get("head", ""))))
    except BROKEN_ARCHIVE:
        return None
