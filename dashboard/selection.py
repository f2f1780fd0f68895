"""Which images a page shows, and what their tiles say."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cifar_core.data import Dataset, Splits
from dashboard.components import Tile

SPLITS = ("all", "train", "val", "test")
PAGE_SIZE = 100


def select_images(dataset: Dataset, splits: Splits, split: str, class_names: Sequence[str]) -> NDArray[np.int64]:
    """Return the dataset indices of a split (or "all") and of some classes (none means all), ascending."""
    indices = np.arange(dataset.num_images) if split == "all" else splits.indices(split)
    if not class_names:
        return indices
    wanted = [dataset.class_names.index(name) for name in class_names]
    return indices[np.isin(dataset.labels[indices], wanted)]


def split_of(splits: Splits, index: int) -> str:
    """Return the split an image belongs to."""
    return next(name for name in ("train", "val", "test") if _contains(splits.indices(name), index))


def label_tiles(dataset: Dataset, indices: NDArray[np.int64]) -> list[Tile]:
    """Return tiles that say the label and the place in the dataset."""
    return [Tile(int(index), f"{dataset.class_names[dataset.labels[index]]}, image {index}") for index in indices]


def prediction_tiles(dataset: Dataset, rows: pd.DataFrame) -> list[Tile]:
    """Return tiles that say what was predicted, with what probability, and what is true.

    Args:
        dataset: For the names.
        rows: As `cifar_core.evaluation.select_cell` returns them.
    """
    names = dataset.class_names
    columns = (rows[name].tolist() for name in ("index", "true_idx", "pred_idx", "prob_true", "prob_pred"))
    return [
        Tile(
            index,
            f"predicted {names[pred_idx]} ({prob_pred:.0%}), true {names[true_idx]} ({prob_true:.0%}), image {index}",
            "right" if true_idx == pred_idx else "wrong",
        )
        for index, true_idx, pred_idx, prob_true, prob_pred in zip(*columns, strict=True)
    ]


def _contains(ascending: NDArray[np.int64], index: int) -> bool:
    place = int(np.searchsorted(ascending, index))
    return place < len(ascending) and int(ascending[place]) == index
