"""A confusion matrix whose cells and headers are buttons. Rows are true classes, columns predicted ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.received import read_place
from dashboard.components.registration import register

_COMPONENT = register(__file__, "cells")

# What is chosen: a true class, a predicted class, either None for "any".
Cell = tuple[int | None, int | None]


@dataclass(frozen=True, eq=False)
class Cells:
    """What the cells show, where that is not their counts.

    Attributes:
        values: (C, C), rows true.
        is_share: Shares in [0, 1], written as per cent; else counts.
        is_difference: What changed: better in one colour, worse in another.
    """

    values: NDArray[np.float64]
    is_share: bool = False
    is_difference: bool = False


def confusion_matrix(
    matrix: NDArray[np.int64],
    class_names: Sequence[str],
    *,
    key: str,
    selected: Cell,
    on_select: Callable[[int | None, int | None], None],
    cells: Cells | None = None,
    hides_diagonal: bool = False,
) -> None:
    """Show the matrix and report a click or Enter on a cell, a row's name or a column's name.

    Args:
        matrix: (C, C) counts, rows true.
        class_names: C names.
        key: The widget's.
        selected: The cell that is chosen now; the caller holds it.
        on_select: Called with true and predicted class before the rerun a choice causes.
        cells: What the cells show; the counts if None.
        hides_diagonal: Leave out what is right, so that mistakes stand alone.
    """

    def clicked() -> None:
        cell = read_cell((st.session_state.get(key) or {}).get("clicked"), len(class_names))
        if cell is not None:
            on_select(*cell)

    data = encode_matrix(matrix, class_names, cells) | {
        "selected": list(selected),
        "hidesDiagonal": hides_diagonal,
    }
    _COMPONENT(key=key, data=data, on_clicked_change=clicked)


def encode_matrix(
    matrix: NDArray[np.int64], class_names: Sequence[str], cells: Cells | None = None
) -> dict[str, object]:
    """Return the numbers of the message to the browser; arguments as for `confusion_matrix`."""
    shown = cells or Cells(matrix.astype(np.float64))
    return {
        "counts": matrix.tolist(),
        "values": shown.values.round(5).tolist(),
        "names": list(class_names),
        "isShare": shown.is_share,
        "isDifference": shown.is_difference,
    }


def read_cell(value: Any, num_classes: int) -> Cell | None:
    """Check what came from the browser: two class indices, either of them null; anything else is None."""
    if not isinstance(value, list | tuple) or len(value) != 2 or value[0] is value[1] is None:
        return None
    true_idx, pred_idx = (read_place(part, num_classes) for part in value)
    return (true_idx, pred_idx) if [true_idx, pred_idx].count(None) == list(value).count(None) else None
