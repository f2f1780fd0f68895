"""Training labels that may be wrong: by heads that were fitted without the images they judge."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cifar_core.influence.head import Evidence, Numbers, compute_probs, fit_head

if TYPE_CHECKING:
    import pandas as pd

NUM_FOLDS = 5


def compute_out_of_fold(
    evidence: Evidence, start: Numbers | None = None, on_progress: Callable[[float], None] = lambda share: None
) -> Numbers:
    """Return (N, C) probabilities of each training image by a head that was fitted to four fifths of the others.

    Every class is spread evenly over the fifths, the same at each call.

    Args:
        evidence: All training images.
        start: (C, K + 1) weights of a head for all of them, to start from.
        on_progress: Told the share that is done.
    """
    folds = _deal(evidence.labels, evidence.num_classes)
    probs = np.empty((len(folds), evidence.num_classes))
    for fold in range(NUM_FOLDS):
        is_out = folds == fold
        head = fit_head(evidence.at(np.flatnonzero(~is_out)), start)
        probs[is_out] = compute_probs(head.weights, evidence.inputs[is_out])
        on_progress((fold + 1) / NUM_FOLDS)
    return probs


def suspects_frame(
    indices: NDArray[np.int64], labels: NDArray[np.int64], probs: NDArray[np.floating]
) -> "pd.DataFrame":
    """Return the images whose label is not the likeliest class, the least likely label first.

    Args:
        indices: (N,) dataset indices.
        labels: (N,) as they are given.
        probs: (N, C) by something that was not fitted to these labels.

    Returns:
        Columns index, given_idx, suggested_idx (the likeliest class), score (the probability that the label is wrong).
    """
    import pandas as pd

    suggested = probs.argmax(axis=1)
    score = 1.0 - probs[np.arange(len(labels)), labels]
    order = np.argsort(-score, kind="stable")
    order = order[suggested[order] != labels[order]]
    return pd.DataFrame(
        {
            "index": indices[order],
            "given_idx": labels[order],
            "suggested_idx": suggested[order],
            "score": score[order],
        }
    )


def _deal(labels: NDArray[np.int64], num_classes: int) -> NDArray[np.int64]:
    """Return which fold each image is in."""
    folds = np.empty(len(labels), np.int64)
    for class_idx in range(num_classes):
        members = np.flatnonzero(labels == class_idx)
        order = np.random.default_rng([0, class_idx]).permutation(len(members))
        folds[members] = (order + class_idx) % NUM_FOLDS
    return folds
