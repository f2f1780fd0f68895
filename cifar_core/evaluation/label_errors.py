"""Labels that may be wrong, by confident learning (Northcutt, Jiang, Chuang, 2021)."""

from typing import TYPE_CHECKING

import numpy as np

from cifar_core.evaluation.predictions import Predictions

if TYPE_CHECKING:
    import pandas as pd

# A class's suspicions count from the confidence on with which so many of the images that get it are labelled so.
_AGREEMENT = 0.97
_FEWEST_IMAGES = 20  # fewer above a threshold say nothing of how often it holds


def label_errors_frame(predictions: Predictions) -> "pd.DataFrame":
    """Return the images whose label the network doubts with reason, the most doubtful first.

    Each class has a threshold: the mean probability of the class over the images labelled so. An image labelled i that
    exceeds the threshold of j counts as "labelled i, is j"; these counts, scaled to the classes' sizes, say how many
    labels of i are j, and the images with the widest margin between both are candidates.

    These are mostly the network's own mistakes unless it hardly makes any. So only those are named in which it is surer
    than it is mistaken: as sure of its class as it must be for 97 of 100 images that it gives this class to be labelled
    so. A network that learned nothing reaches that nowhere and suspects nothing. The predictions have to come from a
    network that was not trained on the images.

    Returns:
        Columns index, true_idx (the label), pred_idx, prob_true (the label's probability, by which they are ranked),
        prob_pred.

    Raises:
        ValueError: For scores that are not finite, or a class without images.
    """
    import pandas as pd
    from cleanlab.filter import find_label_issues

    if not predictions.is_finite:
        raise ValueError("logits that are not finite; allowed: finite ones")
    missing = np.setdiff1d(np.arange(predictions.num_classes), predictions.targets)
    if len(missing):
        raise ValueError(f"no image of class {missing[0]}; allowed: images of each class")
    probs = predictions.probs / predictions.probs.sum(axis=1, keepdims=True)
    rows = find_label_issues(
        predictions.targets,
        probs,
        return_indices_ranked_by="self_confidence",
        filter_by="prune_by_noise_rate",
        n_jobs=1,
    )
    candidates = np.asarray(rows, np.int64)
    places = candidates[_is_sure(predictions)[candidates]]
    true_idx, pred_idx = predictions.targets[places], predictions.preds[places]
    return pd.DataFrame(
        {
            "index": predictions.indices[places],
            "true_idx": true_idx,
            "pred_idx": pred_idx,
            "prob_true": predictions.probs[places, true_idx],
            "prob_pred": predictions.probs[places, pred_idx],
        }
    )


def _is_sure(predictions: Predictions) -> np.ndarray:
    """Return for each image whether its predicted class is nearly always the label where the network is so sure."""
    confidence = predictions.probs[np.arange(predictions.num_images), predictions.preds]
    is_sure = np.zeros(predictions.num_images, bool)
    for class_idx in range(predictions.num_classes):
        places = np.flatnonzero(predictions.preds == class_idx)
        places = places[np.argsort(-confidence[places], kind="stable")]
        counts = np.arange(1, len(places) + 1)
        others = np.cumsum(predictions.targets[places] != class_idx)
        # One more is let pass: of a small split's few images, one is several per cent.
        holds = np.flatnonzero((others <= (1 - _AGREEMENT) * counts + 1) & (counts >= _FEWEST_IMAGES))
        if len(holds):
            is_sure[places[: holds[-1] + 1]] = True
    return is_sure
