"""Which images a page shows, and what their tiles say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cifar_core.data import Dataset
from dashboard.components import Tile
from dashboard.drawing.words import percent, unbroken

PAGE_SIZE = 100
# In the corner of an image whose label people dispute.
DISPUTED = "?"
_NONE: Mapping[int, str] = MappingProxyType({})


def label_tiles(
    dataset: Dataset,
    indices: NDArray[np.int64],
    notes: Sequence[str] = (),
    *,
    has_names: bool = False,
    disputes: Mapping[int, str] = _NONE,
) -> list[Tile]:
    """Return tiles that say the label and the place in the dataset, and a note each where there are some.

    Args:
        dataset: For the names.
        indices: Of the images.
        notes: As many, or none.
        has_names: Whether the label is to be read without pointing at the image.
        disputes: What people say of labels that they dispute, by dataset index.
    """
    names = [dataset.class_names[label] for label in dataset.labels[indices]]
    captions = [f"{name}, image {index}" for name, index in zip(names, indices, strict=True)]
    if notes:
        captions = [f"{caption}, {note}" for caption, note in zip(captions, notes, strict=True)]
    tiles = [
        Tile(int(index), caption, label=name if has_names else "")
        for index, caption, name in zip(indices, captions, names, strict=True)
    ]
    return with_disputes(tiles, disputes)


def with_disputes(tiles: Sequence[Tile], disputes: Mapping[int, str]) -> list[Tile]:
    """Return tiles of which those of a disputed label say so.

    Args:
        tiles: Of any images.
        disputes: What people say of such labels, by dataset index.
    """
    return [
        replace(tile, badge=DISPUTED, caption=f"{tile.caption}. Disputed label, {disputes[tile.index]}")
        if tile.index in disputes
        else tile
        for tile in tiles
    ]


def prediction_tiles(dataset: Dataset, rows: pd.DataFrame, disputes: Mapping[int, str] = _NONE) -> list[Tile]:
    """Return tiles that say what was predicted, with what probability, and what is true.

    Args:
        dataset: For the names.
        rows: As `cifar_core.evaluation.select_cell` returns them.
        disputes: As for `label_tiles`.
    """
    names = dataset.class_names
    columns = (rows[name].tolist() for name in ("index", "true_idx", "pred_idx", "prob_true", "prob_pred"))
    tiles = [
        Tile(
            index,
            f"predicted {names[pred_idx]} ({percent(prob_pred, 0)}), true {names[true_idx]} ({percent(prob_true, 0)}), "
            f"image {index}",
            "right" if true_idx == pred_idx else "wrong",
            f"{names[true_idx]} \N{RIGHTWARDS ARROW} {names[pred_idx]} {unbroken(percent(prob_pred, 0))}",
        )
        for index, true_idx, pred_idx, prob_true, prob_pred in zip(*columns, strict=True)
    ]
    return with_disputes(tiles, disputes)
