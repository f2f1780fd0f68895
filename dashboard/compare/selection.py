"""Which images the Compare page shows: those of a pile, or those that moved into a cell or out of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cifar_core.evaluation.pairs import PILES, Pile, select_moved
from dashboard.session import address, state

Cell = tuple[int | None, int | None]


@dataclass(frozen=True, eq=False)
class Shown:
    """Images in an order.

    Attributes:
        title: What they are, as the beginning of a sentence.
        meaning: The same in more words.
        rows: Of `pairs_frame`.
    """

    title: str
    meaning: str
    rows: pd.DataFrame


def read_pile() -> Pile:
    """Return the pile that the address names; else what B fixed."""
    value = address.PILE.value()
    return next((pile for pile in PILES if pile == value), PILES[0])


def choose_pile(pile: str | None) -> None:
    """Show a pile; the image that was looked at is closed. For callbacks."""
    address.PILE.choose(pile)
    state.choose_image(None)


def read_cell(class_names: tuple[str, ...]) -> Cell | None:
    """Return the cell that the address names, its true and its predicted class, either one None for any."""
    parts = (address.CELL.value() or "").split(",")
    if len(parts) != 2 or parts == ["", ""] or any(part and part not in class_names for part in parts):
        return None
    true_idx, pred_idx = (class_names.index(part) if part else None for part in parts)
    return true_idx, pred_idx


def choose_cell(class_names: tuple[str, ...], true_idx: int | None, pred_idx: int | None) -> None:
    """Show a cell's images, likewise. For callbacks."""
    names = ("" if place is None else class_names[place] for place in (true_idx, pred_idx))
    address.CELL.choose(",".join(names))
    state.choose_image(None)


def find_largest(difference: NDArray[np.int64]) -> Cell:
    """Return the mistake whose number changed most: (C, C) differences, rows true."""
    off_diagonal = np.abs(difference) * (1 - np.eye(len(difference), dtype=np.int64))
    true_idx, pred_idx = np.unravel_index(off_diagonal.argmax(), difference.shape)
    return int(true_idx), int(pred_idx)


def show_cell(frame: pd.DataFrame, cell: Cell, class_names: tuple[str, ...]) -> Shown:
    """Return the images that only one of the two puts into a cell."""
    rows = select_moved(frame, *cell)
    come, gone = int(rows["is_in"].sum()), int((~rows["is_in"].astype(bool)).sum())
    true_name, pred_name = ("any class" if place is None else class_names[place] for place in cell)
    if cell[1] is None:
        return Shown(
            f"{true_name}: A and B disagree",
            f"B is right on {come:,} of them and wrong on {gone:,}",
            rows,
        )
    balance = f"Only B says {pred_name} of {come:,}, only A of {gone:,}: {come - gone:+,}"
    balance = balance.replace("-", "\N{MINUS SIGN}")
    title = f"{true_name} rightly told" if cell[0] == cell[1] else f"{true_name} taken for {pred_name}"
    return Shown(title, balance, rows)
