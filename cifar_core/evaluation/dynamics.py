"""When each image was learned, whether it was forgotten, and how steadily it was believed."""

import numpy as np
import pandas as pd

from cifar_core.evaluation.track import Track


def dynamics_frame(track: Track) -> pd.DataFrame:
    """Return a row for each image of a track, in its order.

    Columns:
        index: Place in the dataset.
        true_idx: Its class.
        pred_idx: What it was taken for last.
        first_learned: The first epoch that got it right; NaN if none did.
        learned_for_good: The first epoch from which on every one got it right; NaN if the last did not.
        forgettings: How often a right prediction was followed by a wrong one (Toneva et al., 2019).
        correctness: Share of epochs that got it right.
        confidence: Mean probability of the true class over the epochs (Swayamdipta et al., 2020).
        variability: Its standard deviation (divided by the number of epochs), at most 0.5.
    """
    is_right = track.is_right
    ever, last = is_right.any(axis=0), is_right[-1]
    # Epochs from the end that are all right: the first wrong one, counted backwards, ends them.
    streak = np.where(is_right.all(axis=0), len(is_right), (~is_right[::-1]).argmax(axis=0))
    for_good = track.epochs[np.clip(len(is_right) - streak, 0, len(is_right) - 1)]
    probs = track.probs_true.astype(np.float64)
    return pd.DataFrame(
        {
            "index": track.indices,
            "true_idx": track.targets,
            "pred_idx": track.preds[-1].astype(np.int64),
            "first_learned": np.where(ever, track.epochs[is_right.argmax(axis=0)], np.nan),
            "learned_for_good": np.where(last, for_good, np.nan),
            "forgettings": (is_right[:-1] & ~is_right[1:]).sum(axis=0),
            "correctness": is_right.mean(axis=0),
            "confidence": probs.mean(axis=0),
            "variability": probs.std(axis=0),
        }
    )


def learning_frame(dynamics: pd.DataFrame, epochs: np.ndarray) -> pd.DataFrame:
    """Return, for each epoch, the share of images that were right by then at least once: epoch, ever_right.

    The distance to the accuracy of an epoch is what was learned once and is wrong now.
    """
    firsts = dynamics["first_learned"].to_numpy()
    return pd.DataFrame({"epoch": epochs, "ever_right": [float((firsts <= epoch).mean()) for epoch in epochs]})
