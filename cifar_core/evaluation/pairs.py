"""The same images under two networks: who says what of each, and which images a pile or a cell holds."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from cifar_core.evaluation.comparison import align_predictions, compare_counts
from cifar_core.evaluation.predictions import Predictions

# As the fields of `cifar_core.evaluation.comparison.Piles`.
Pile = Literal["fixed", "broken", "wrong_alike", "wrong_differently", "right"]
PILES: tuple[Pile, ...] = get_args(Pile)


def pairs_frame(first: Predictions, second: Predictions) -> pd.DataFrame:
    """Return a row for each image that both are about, by its index.

    Columns index (place in the dataset), true_idx, first_idx and second_idx (predicted classes), prob_first and
    prob_second (their probabilities), true_first and true_second (the true class's), pile (one of PILES).

    Raises:
        PredictionsError: As `align_predictions`.
    """
    first, second = align_predictions(first, second)
    rows, targets = np.arange(first.num_images), first.targets
    frame = pd.DataFrame(
        {
            "index": first.indices,
            "true_idx": targets,
            "first_idx": first.preds,
            "second_idx": second.preds,
            "prob_first": first.probs[rows, first.preds],
            "prob_second": second.probs[rows, second.preds],
            "true_first": first.probs[rows, targets],
            "true_second": second.probs[rows, targets],
        }
    )
    return frame.assign(pile=_name_piles(frame))


def _name_piles(frame: pd.DataFrame) -> pd.Categorical:
    was_right, is_right = frame["first_idx"] == frame["true_idx"], frame["second_idx"] == frame["true_idx"]
    is_alike = frame["first_idx"] == frame["second_idx"]
    tests = [~was_right & is_right, was_right & ~is_right, ~was_right & is_alike, ~was_right & ~is_right, was_right]
    return pd.Categorical(np.select(tests, list(PILES), PILES[-1]), PILES)


def select_pile(frame: pd.DataFrame, pile: Pile) -> pd.DataFrame:
    """Return the images of a pile: what changed most first, or where both are wrong, what they were surest of.

    Args:
        frame: As `pairs_frame` returns it.
        pile: Which.

    Raises:
        ValueError: There is no such pile.
    """
    if pile not in PILES:
        raise ValueError(f"pile {pile!r}; allowed: {', '.join(PILES)}")
    rows = frame[frame["pile"] == pile]
    if pile in ("fixed", "broken"):
        return _by(rows, -_shift(rows).abs())
    return _by(rows, rows["true_first"] + rows["true_second"])


def select_moved(frame: pd.DataFrame, true_idx: int | None, pred_idx: int | None) -> pd.DataFrame:
    """Return the images that only one of the two puts into a cell of the confusion matrix, what changed most first.

    Their number into the cell less that out of it is the difference of the two matrices there. Of a row as a whole
    (`pred_idx` None) they are the images of that class of which the two say different things.

    Args:
        frame: As `pairs_frame` returns it.
        true_idx: The cell's row; None for a column as a whole.
        pred_idx: The cell's column; None for a row as a whole.

    Returns:
        The rows with a column is_in: whether it is the second that says it. Of a row as a whole, whether it is right.
    """
    rows = frame if true_idx is None else frame[frame["true_idx"] == true_idx]
    if pred_idx is None:
        rows = rows[rows["first_idx"] != rows["second_idx"]]
        is_in = rows["second_idx"] == rows["true_idx"]
    else:
        is_in = rows["second_idx"] == pred_idx
        rows = rows[(rows["first_idx"] == pred_idx) != is_in]
    return _by(rows.assign(is_in=is_in.loc[rows.index]), -_shift(rows).abs())


def class_flows_frame(frame: pd.DataFrame, class_names: Sequence[str]) -> pd.DataFrame:
    """Return a row for each class: what became of its images, and how much more accurate the second is on them.

    Args:
        frame: As `pairs_frame` returns it.
        class_names: Of the dataset.

    Returns:
        Columns class_name, num_images, one of each of PILES (counts), accuracy_first, accuracy_second, difference, low
        and high (the 95 % interval of `compare_networks`); a class without images has none of these last five.
    """
    counts = pd.crosstab(frame["true_idx"], frame["pile"].astype(str))
    counts = counts.reindex(index=range(len(class_names)), columns=list(PILES), fill_value=0)
    return pd.DataFrame([_flow(name, dict(row)) for name, (_, row) in zip(class_names, counts.iterrows(), strict=True)])


def _flow(name: str, counts: dict[str, int]) -> dict[str, object]:
    total, right = sum(counts.values()), counts["right"]
    flow: dict[str, object] = {"class_name": name, "num_images": total, **counts}
    if not total:
        return flow | dict.fromkeys(("accuracy_first", "accuracy_second", "difference", "low", "high"), np.nan)
    effect = compare_counts(counts["fixed"], counts["broken"], total)
    return flow | {
        "accuracy_first": (right + counts["broken"]) / total,
        "accuracy_second": (right + counts["fixed"]) / total,
        "difference": effect.size,
        "low": effect.low,
        "high": effect.high,
    }


def _shift(rows: pd.DataFrame) -> pd.Series:
    """How much more probable the second finds the true class."""
    return rows["true_second"] - rows["true_first"]


def _by(rows: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    """Sort by a key, of equals the smaller index first."""
    order = np.lexsort((rows["index"].to_numpy(), key.to_numpy()))
    return rows.iloc[order].reset_index(drop=True)
