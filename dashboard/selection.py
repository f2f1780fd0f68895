"""Which images a page shows, and what their tiles say."""

import re
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


def parse_indices(text: str, num_images: int) -> NDArray[np.int64]:
    """Read indices and ranges such as "7, 100-199" (both ends included), in the order written, each once.

    Raises:
        ValueError: Something else is written, or an index is not in the dataset.
    """
    allowed = f'allowed: indices from 0 to {num_images - 1} and ranges, such as "7, 100-199"'
    parts = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = re.fullmatch(r"(\d{1,8})(?:\s*-\s*(\d{1,8}))?", part)
        if match is None:
            raise ValueError(f"Indices: {part!r} is not an index or a range; {allowed}")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last >= num_images:
            raise ValueError(f"Indices: {part!r} is not in the dataset; {allowed}")
        parts.append(np.arange(first, last + 1))
    indices = np.concatenate(parts) if parts else np.arange(0)
    _, places = np.unique(indices, return_index=True)
    return indices[np.sort(places)]


def split_of(splits: Splits, index: int) -> str:
    """Return the split an image belongs to."""
    return next(name for name in ("train", "val", "test") if _contains(splits.indices(name), index))


def label_tiles(dataset: Dataset, indices: NDArray[np.int64], notes: Sequence[str] = ()) -> list[Tile]:
    """Return tiles that say the label and the place in the dataset, and a note each where there are some."""
    names = dataset.class_names
    return [
        Tile(int(index), f"{names[dataset.labels[index]]}, image {index}" + (f", {notes[place]}" if notes else ""))
        for place, index in enumerate(indices)
    ]


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
