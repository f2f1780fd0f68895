"""What tiles say of an image under two networks."""

import pandas as pd

from cifar_core.data import Dataset
from dashboard.components import Tile
from dashboard.drawing.words import percent


def pair_tiles(dataset: Dataset, rows: pd.DataFrame) -> list[Tile]:
    """Return tiles that say what A and B predicted, how surely, and what is true.

    Args:
        dataset: For the names.
        rows: Of `cifar_core.evaluation.pairs.pairs_frame`.
    """
    names = dataset.class_names
    columns = ("index", "true_idx", "first_idx", "second_idx", "prob_first", "prob_second")
    return [
        Tile(
            index,
            f"A: {names[first_idx]} ({percent(prob_first, 0)}), B: {names[second_idx]} ({percent(prob_second, 0)}), "
            f"true {names[true_idx]}, image {index}",
            "right" if second_idx == true_idx else "wrong",
            _label(names[first_idx], names[second_idx]),
        )
        for index, true_idx, first_idx, second_idx, prob_first, prob_second in zip(
            *(rows[column].tolist() for column in columns), strict=True
        )
    ]


def _label(first: str, second: str) -> str:
    return f"both {first}" if first == second else f"{first} \N{RIGHTWARDS ARROW} {second}"
