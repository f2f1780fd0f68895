"""Labels that may be wrong, by confident learning (Northcutt, Jiang, Chuang, 2021)."""

import numpy as np
import pandas as pd

from cifar_core.evaluation.predictions import Predictions


def label_errors_frame(predictions: Predictions) -> pd.DataFrame:
    """Return the images whose label the network doubts with reason, the most doubtful first.

    Each class has a threshold: the mean probability of the class over the images labelled so. An image labelled i that
    exceeds the threshold of j counts as "labelled i, is j"; these counts, scaled to the classes' sizes, say how many
    labels of i are j, and the images with the widest margin between both are named. The predictions have to come from a
    network that was not trained on the images.

    Returns:
        Columns index, true_idx (the label), pred_idx, prob_true (the label's probability, by which they are ranked),
        prob_pred.

    Raises:
        ValueError: For scores that are not finite, or a class without images.
    """
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
    places = np.asarray(rows, np.int64)
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
