"""The images behind a number: what a click on a cell of the confusion matrix opens, and in which order."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from cifar_core.evaluation.predictions import Predictions

if TYPE_CHECKING:
    import pandas as pd

Outcome = Literal["any", "wrong", "right"]
Order = Literal["most confident", "least confident", "smallest margin", "highest loss", "each pair's worst"]

OUTCOMES: tuple[Outcome, ...] = ("any", "wrong", "right")
ORDERS: tuple[Order, ...] = (
    "most confident",
    "least confident",
    "smallest margin",
    "highest loss",
    "each pair's worst",
)
_SORTING: dict[Order, tuple[str, bool]] = {
    "most confident": ("prob_pred", False),
    "least confident": ("prob_pred", True),
    "smallest margin": ("margin", True),
    "highest loss": ("loss", False),
}


@dataclass(frozen=True)
class Criteria:
    """Which images to select.

    Attributes:
        true_classes: Class indices; empty: all.
        pred_classes: Likewise, of the predicted class.
        outcome: Whether the prediction is to be right.
        lowest_prob: Bounds of the predicted class's probability, both included.
        highest_prob: Likewise.
    """

    true_classes: Collection[int] = ()
    pred_classes: Collection[int] = ()
    outcome: Outcome = "any"
    lowest_prob: float = 0.0
    highest_prob: float = 1.0


def select_predictions(
    predictions: Predictions, criteria: Criteria | None = None, order: Order = "most confident"
) -> "pd.DataFrame":
    """Return the images that meet the criteria, in an order.

    Args:
        predictions: Over a split.
        criteria: None: all images.
        order: Of equals, the smaller index first. "each pair's worst" goes round the pairs of true and predicted class,
            the most frequent first, and takes the next highest loss of each.

    Returns:
        Columns index (place in the dataset), true_idx, pred_idx, prob_pred and prob_true (probability of the predicted
        and of the true class, in [0, 1]), margin (between the two highest probabilities), loss (in nats).

    Raises:
        ValueError: If a class or the order does not exist.
    """
    criteria = criteria or Criteria()
    if order not in ORDERS:
        raise ValueError(f"order {order!r}; allowed: {', '.join(ORDERS)}")
    chosen = _matches("true_classes", criteria.true_classes, predictions.targets, predictions.num_classes)
    chosen &= _matches("pred_classes", criteria.pred_classes, predictions.preds, predictions.num_classes)
    if criteria.outcome != "any":
        chosen &= (predictions.preds == predictions.targets) == (criteria.outcome == "right")
    frame = _frame(predictions, np.flatnonzero(chosen))
    if (criteria.lowest_prob, criteria.highest_prob) != (0.0, 1.0):
        frame = frame[frame["prob_pred"].between(criteria.lowest_prob, criteria.highest_prob)]
    return _sorted(frame, order)


def _matches(name: str, classes: Collection[int], values: np.ndarray, num_classes: int) -> np.ndarray:
    for class_idx in classes:
        if not 0 <= class_idx < num_classes:
            raise ValueError(f"{name} {class_idx}; allowed: 0 to {num_classes - 1}")
    return np.isin(values, list(classes)) if classes else np.ones(len(values), dtype=bool)


def _frame(predictions: Predictions, rows: np.ndarray) -> "pd.DataFrame":
    import pandas as pd

    true_idx, pred_idx = predictions.targets[rows], predictions.preds[rows]
    probs = predictions.probs[rows]
    top = np.partition(probs, -2, axis=1)[:, -2:] if len(rows) else np.empty((0, 2))
    return pd.DataFrame(
        {
            "index": predictions.indices[rows],
            "true_idx": true_idx,
            "pred_idx": pred_idx,
            "prob_pred": predictions.probs[rows, pred_idx],
            "prob_true": predictions.probs[rows, true_idx],
            "margin": top[:, 1] - top[:, 0],
            "loss": -predictions.log_probs[rows, true_idx],
        }
    )


def _sorted(frame: "pd.DataFrame", order: Order) -> "pd.DataFrame":
    if order in _SORTING:
        column, ascending = _SORTING[order]
        return frame.sort_values([column, "index"], ascending=[ascending, True], ignore_index=True)
    worst = frame.sort_values(["loss", "index"], ascending=[False, True])
    pairs = worst.groupby(["true_idx", "pred_idx"], sort=False)
    keys = {"rank": pairs.cumcount(), "size": -pairs["index"].transform("size")}
    ordered = worst.assign(**keys).sort_values(["rank", "size", "true_idx", "pred_idx"], kind="stable")
    return ordered.drop(columns=list(keys)).reset_index(drop=True)
