"""How well the probability of a class sorts its images before all others: ROC and precision-recall curves."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cifar_core.evaluation.predictions import Predictions

_MAX_POINTS = 300  # of a curve; more are not to be seen


def ranking_frame(predictions: Predictions, class_names: Sequence[str]) -> pd.DataFrame:
    """Return a row for each class that has images and is not the only one, one against the rest.

    Columns: class_name; average_precision: mean precision over the recalls at which an image of the class is found, its
    chance level being the class's share; roc_auc: the chance that an image of the class has a higher probability of it
    than an image of another class, 0.5 for guessing.

    Raises:
        ValueError: For scores that are not finite.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    rows = [
        {
            "class_name": class_names[class_idx],
            "average_precision": average_precision_score(is_class, probs),
            "roc_auc": roc_auc_score(is_class, probs),
        }
        for class_idx, is_class, probs in _against_the_rest(predictions)
    ]
    return pd.DataFrame(rows, columns=["class_name", "average_precision", "roc_auc"])


def roc_frame(predictions: Predictions, class_names: Sequence[str]) -> pd.DataFrame:
    """Return the ROC curve of each class: class_name, false_positive_rate, true_positive_rate, threshold.

    Of classes as in `ranking_frame`: without a row if all images are of one class.
    """
    from sklearn.metrics import roc_curve

    parts = []
    for class_idx, is_class, probs in _against_the_rest(predictions):
        x, y, thresholds = roc_curve(is_class, probs)
        columns = {"false_positive_rate": x, "true_positive_rate": y, "threshold": thresholds}
        parts.append(_curve(class_names[class_idx], columns))
    return _join(parts, ["false_positive_rate", "true_positive_rate", "threshold"])


def precision_recall_frame(predictions: Predictions, class_names: Sequence[str]) -> pd.DataFrame:
    """Return the precision-recall curve of each class: class_name, recall, precision, threshold.

    Of classes as in `ranking_frame`: without a row if all images are of one class.
    """
    from sklearn.metrics import precision_recall_curve

    parts = []
    for class_idx, is_class, probs in _against_the_rest(predictions):
        precision, recall, thresholds = precision_recall_curve(is_class, probs)
        # The curve's end, precision 1 at recall 0, is a convention: no threshold leads there.
        columns = {"recall": recall, "precision": precision, "threshold": np.append(thresholds, np.inf)}
        parts.append(_curve(class_names[class_idx], {name: values[::-1] for name, values in columns.items()}))
    return _join(parts, ["recall", "precision", "threshold"])


def _against_the_rest(predictions: Predictions) -> list[tuple[int, np.ndarray, np.ndarray]]:
    if not predictions.is_finite:
        raise ValueError("logits that are not finite; allowed: finite ones, since others have no order")
    present = [place for place in range(predictions.num_classes) if 0 < (predictions.targets == place).mean() < 1]
    return [(place, predictions.targets == place, predictions.probs[:, place]) for place in present]


def _join(curves: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=["class_name", *columns])


def _curve(class_name: str, columns: dict[str, np.ndarray]) -> pd.DataFrame:
    """Thin a curve to points evenly spaced along it, its ends included."""
    x, y = list(columns.values())[:2]
    length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    places = np.searchsorted(length, np.linspace(0, length[-1], _MAX_POINTS))
    kept = np.unique(np.concatenate([[0], places, [len(x) - 1]]))
    return pd.DataFrame({"class_name": class_name} | {name: values[kept] for name, values in columns.items()})
