"""A table whose cells are buttons, coloured by how good or bad each is, with a small picture in each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.mark import mark_image
from dashboard.components.messages import as_data, encode_sprite, pack_message
from dashboard.components.received import read_place
from dashboard.components.registration import register

_COMPONENT = register(__file__, "cells")


@dataclass(frozen=True)
class HeatRow:
    """A row's head.

    Attributes:
        name: What it is of.
        group: What it belongs to; rows of a group stand together.
        title: A sentence, shown while it is pointed at.
        note: What stands at its end, e.g. its mean.
    """

    name: str
    group: str
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class HeatCell:
    """A cell.

    Attributes:
        text: A number, in few letters.
        strength: From -1, all bad, to 1, all good; 0 has no colour.
        title: The same in words, for who points at it and for screen readers.
    """

    text: str
    strength: float
    title: str


def heat_table(
    rows: Sequence[HeatRow],
    columns: Sequence[str],
    cells: Sequence[Sequence[HeatCell]],
    *,
    key: str,
    label: str,
    legend: tuple[str, str],
    selected: tuple[int, int] | None,
    on_select: Callable[[int, int], None],
    note_title: str = "",
    pictures: NDArray[np.uint8] | None = None,
) -> None:
    """Show the table and report a click or Enter on a cell.

    Args:
        rows: R heads.
        columns: C names.
        cells: R rows of C.
        key: The widget's.
        label: What the table holds, for screen readers.
        legend: What the good and the bad colour mean; an empty one is left out.
        selected: Row and column of the cell that is chosen now; the caller holds it.
        on_select: Called with row and column before the rerun that a choice causes.
        note_title: Above the rows' notes.
        pictures: (R * C, 3, 32, 32), row by row; none if None.
    """

    def clicked() -> None:
        place = read_place((st.session_state.get(key) or {}).get("clicked"), len(rows) * len(columns))
        if place is not None:
            on_select(*divmod(place, len(columns)))

    message = encode_table(rows, columns, cells, key, label, legend, note_title, pictures)
    with st.container(gap=None):
        _COMPONENT(key=key, data=message, on_clicked_change=clicked)
        mark_image(key, None if selected is None else selected[0] * len(columns) + selected[1])


def encode_table(
    rows: Sequence[HeatRow],
    columns: Sequence[str],
    cells: Sequence[Sequence[HeatCell]],
    name: str,
    label: str,
    legend: tuple[str, str],
    note_title: str = "",
    pictures: NDArray[np.uint8] | None = None,
) -> bytes:
    """Pack a table into one message: what it says, then the pictures without loss; arguments as for `heat_table`."""
    header = {
        "name": name,
        "label": label,
        "columns": list(columns),
        "rows": as_data(rows),
        "heat": as_data(cells),
        "legend": list(legend),
        "noteTitle": note_title,
        "hasPictures": pictures is not None,
    }
    return pack_message(header, b"" if pictures is None else encode_sprite(pictures, len(columns)))
