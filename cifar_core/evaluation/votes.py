"""The same images under several networks of one setting and several of another: what changes whoever is asked.

One pair of networks differs by chance on many images; what most seeds of the one get right and most of the other get
wrong, the setting has changed.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cifar_core.evaluation.comparison import align_predictions
from cifar_core.evaluation.predictions import Predictions, PredictionsError

Turn = Literal["fixed", "broken"]


def votes_frame(first: Sequence[Predictions], second: Sequence[Predictions]) -> pd.DataFrame:
    """Return a row for each image that all networks are about, by its index.

    Columns index (place in the dataset), true_idx, right_first and right_second (how many of each setting's networks
    get it right), first_idx and second_idx (the class that most of them name, of equals the surer one), shift (how much
    more probable the second's find the true class, on average), turn ("fixed": most of the first wrong, most of the
    second right; "broken": the other way round; else none).

    Args:
        first: Predictions of the first setting's networks, one or more.
        second: The second's, likewise.

    Raises:
        PredictionsError: One side has none, or as `align_predictions`.
    """
    if not first or not second:
        raise PredictionsError(f"{len(first)} and {len(second)} sets of predictions; allowed: one or more of each")
    shared = _shared([*first, *second])
    left, right = ([align_predictions(each, shared)[0] for each in group] for group in (first, second))
    targets = shared.targets
    frame = pd.DataFrame({"index": shared.indices, "true_idx": targets})
    for name, group in (("first", left), ("second", right)):
        frame[f"right_{name}"] = sum((each.preds == targets).astype(np.int64) for each in group)
        frame[f"{name}_idx"] = _most_named(group)
    frame["shift"] = _mean_of_true(right) - _mean_of_true(left)
    turns = _turn(frame["right_first"], len(left), frame["right_second"], len(right))
    return frame.assign(turn=turns)


def select_turned(frame: pd.DataFrame, turn: Turn) -> pd.DataFrame:
    """Return the images that turned one way: those that the most networks agree about first, then what moved furthest.

    Args:
        frame: As `votes_frame` returns it.
        turn: Which way.
    """
    rows = frame[frame["turn"] == turn]
    votes = (rows["right_second"] - rows["right_first"]).abs()
    order = np.lexsort((rows["index"], -rows["shift"].abs(), -votes))
    return rows.iloc[order].reset_index(drop=True)


def find_telling_pair(
    first: Sequence[Predictions], second: Sequence[Predictions], index: int, turn: Turn
) -> int | None:
    """Return the place of the first pair, of those seeds that both settings have, in which an image turns; None: none.

    Args:
        first: The first setting's predictions, a seed each.
        second: The second's, of the same seeds.
        index: The image's place in the dataset.
        turn: Which way.
    """
    wanted = turn == "fixed"
    for place, pair in enumerate(zip(first, second, strict=True)):
        was_right, is_right = (_is_right(each, index) for each in pair)
        if is_right is wanted and was_right is (not wanted):
            return place
    return None


def _is_right(predictions: Predictions, index: int) -> bool | None:
    rows = np.flatnonzero(predictions.indices == index)
    return bool((predictions.preds == predictions.targets)[rows[0]]) if len(rows) else None


def _shared(every: Sequence[Predictions]) -> Predictions:
    """The images that all are about, under the first of them."""
    return reduce(lambda kept, each: align_predictions(kept, each)[0], every[1:], every[0])


def _most_named(group: Sequence[Predictions]) -> NDArray[np.int64]:
    """(N,) the class that most networks name; of as many, the one that they find more probable together."""
    counts = sum(np.eye(each.num_classes)[each.preds] for each in group)
    probable = np.mean([np.nan_to_num(each.probs) for each in group], axis=0)
    return (counts + probable / 2).argmax(axis=1).astype(np.int64)


def _mean_of_true(group: Sequence[Predictions]) -> NDArray[np.float64]:
    rows = np.arange(group[0].num_images)
    return np.mean([np.nan_to_num(each.probs[rows, each.targets]) for each in group], axis=0)


def _turn(right_first: pd.Series, num_first: int, right_second: pd.Series, num_second: int) -> NDArray[np.str_]:
    """(N,) which way most votes turn; empty where they do not, or where as many are right as wrong."""
    is_fixed = (2 * right_first < num_first) & (2 * right_second > num_second)
    is_broken = (2 * right_first > num_first) & (2 * right_second < num_second)
    return np.select([is_fixed, is_broken], ["fixed", "broken"], "")
