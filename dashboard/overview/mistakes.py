"""What a run gets wrong, small enough for a card: its matrix, its most frequent and its worst mistake."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from cifar_core.evaluation import (
    Criteria,
    Predictions,
    PredictionsError,
    compute_accuracy,
    compute_confusion_matrix,
    select_predictions,
)
from cifar_core.runs import RunRecord
from dashboard.drawing.matrices import matrix_picture
from dashboard.drawing.pictures import encode_picture
from dashboard.session.cache import get_predictions


@dataclass(frozen=True)
class Mistake:
    """An image that is taken for something else.

    Attributes:
        index: Its place in the dataset.
        true_idx: Its class.
        pred_idx: What it is taken for.
        prob: With which probability.
    """

    index: int
    true_idx: int
    pred_idx: int
    prob: float


@dataclass(frozen=True, eq=False)
class Mistakes:
    """What the best epoch of a run gets wrong of val.

    Attributes:
        accuracy: In [0, 1].
        num_wrong: Images.
        num_images: Images in all.
        picture: The confusion matrix, as `encode_picture` returns it.
        pair: True and predicted class of the most frequent mistake, and how often it is made; None without a mistake.
        worst: The wrong prediction that is surest of itself; likewise.
    """

    accuracy: float
    num_wrong: int
    num_images: int
    picture: str
    pair: tuple[int, int, int] | None
    worst: Mistake | None


def find_mistakes(record: RunRecord) -> Mistakes | None:
    """Return what a run gets wrong of val at its best epoch; None where nothing is saved, or it cannot be read."""
    try:
        predictions = get_predictions(record, "val", "best")
    except PredictionsError:
        return None
    return None if predictions is None else _summarize(predictions)


@lru_cache(maxsize=32)  # predictions are read once a server: the same ones are the same object
def _summarize(predictions: Predictions) -> Mistakes:
    matrix = compute_confusion_matrix(predictions, predictions.num_classes)
    wrong = matrix - np.diag(np.diag(matrix))
    true_idx, pred_idx = (int(place) for place in np.unravel_index(wrong.argmax(), wrong.shape))
    worst = select_predictions(predictions, Criteria(outcome="wrong"), "most confident").head(1)
    return Mistakes(
        accuracy=compute_accuracy(predictions),
        num_wrong=int(wrong.sum()),
        num_images=predictions.num_images,
        picture=encode_picture(matrix_picture(matrix)),
        pair=(true_idx, pred_idx, int(wrong[true_idx, pred_idx])) if wrong.any() else None,
        worst=next((_mistake(row) for _, row in worst.iterrows()), None),
    )


def _mistake(row: pd.Series) -> Mistake:
    return Mistake(int(row["index"]), int(row["true_idx"]), int(row["pred_idx"]), float(row["prob_pred"]))
