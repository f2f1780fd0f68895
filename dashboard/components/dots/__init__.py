"""Rows of dots over one axis, e.g. a dot a run: with means, intervals, and lines from row to row."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from dashboard.components.messages import as_data
from dashboard.components.registration import register

__all__ = ["Balance", "Dot", "DotRow", "dots", "encode_dots", "read_press"]

_COMPONENT = register(__file__, "tip")
# Heights in rem; the component draws with them, and so much room is kept until it does.
_SIZES = {"row": 2.1, "heading": 1.9, "axis": 1.5, "ends": 2.0}
_DENSE_ROW = 1.5


@dataclass(frozen=True)
class Dot:
    """One number.

    Attributes:
        value: A share in [0, 1]; over a `Balance` a difference of two.
        words: What is told of it.
        pair: A line joins dots of one pair in rows that follow each other; empty for none.
        id: What a press on it reports; empty if a press only tells the words.
    """

    value: float
    words: str
    pair: str = ""
    id: str = ""


@dataclass(frozen=True)
class DotRow:
    """The numbers that belong together.

    Attributes:
        name: What stands before the row.
        dots: In any order.
        colour: Of all that is drawn in the row, as CSS.
        look: "hollow" for numbers of second rank, "faint" where many lie over each other.
        heading: What stands above the row, over several that follow; empty for nothing.
        note: What is to know of the heading, behind it.
        mean: Of the dots, drawn as a bar; None for no bar.
        mean_words: What is told of the bar.
        interval: A line from its low to its high end, around the mean or around the only dot; None for none.
    """

    name: str
    dots: Sequence[Dot]
    colour: str
    look: Literal["full", "hollow", "faint"] = "full"
    heading: str = ""
    note: str = ""
    mean: float | None = None
    mean_words: str = ""
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Balance:
    """An axis of differences that reaches as far to either side of zero, instead of one of shares around all dots.

    Attributes:
        extent: How far, above 0; 0.05 is five percentage points. What lies beyond is drawn at its edge.
        margin: Differences up to it do not matter: a band to either side of zero.
        ends: What is said of differences to the left, and to the right.
    """

    extent: float
    margin: float
    ends: tuple[str, str]


def dots(
    rows: Sequence[DotRow],
    label: str,
    *,
    key: str,
    on_press: Callable[[str], None] | None = None,
    balance: Balance | None = None,
    is_dense: bool = False,
) -> None:
    """Draw the rows below each other. Words are told to who points at, taps or walks by arrow keys to a dot or a bar.

    Args:
        rows: From top to bottom; at least one has dots.
        label: What is seen, for who does not see it.
        key: The component's.
        on_press: Called with the id of a dot that is pressed before the rerun that it causes.
        balance: The axis, if numbers are differences.
        is_dense: Whether rows are lower, for many of them whose names have a line each.

    Raises:
        ValueError: There is no dot, a number is no share or, over a balance, not finite, or it has no extent.
    """

    def pressed() -> None:
        found = read_press((st.session_state.get(key) or {}).get("pressed"), rows)
        if on_press is not None and found is not None:
            on_press(found)

    data = encode_dots(rows, label, balance, is_dense=is_dense)
    _COMPONENT(key=key, data=data, height="content", on_pressed_change=pressed)


def encode_dots(
    rows: Sequence[DotRow], label: str, balance: Balance | None = None, *, is_dense: bool = False
) -> dict[str, object]:
    """Return what the browser is sent; arguments and errors as for `dots`."""
    if not any(row.dots for row in rows):
        raise ValueError("rows: there is no dot in them")
    if balance is not None and not 0 < balance.extent < math.inf:
        raise ValueError(f"balance: an extent of {balance.extent} shows nothing; allowed: finite and above 0")
    for row in rows:
        means = () if row.mean is None else (row.mean,)
        for number in (*(dot.value for dot in row.dots), *means, *(row.interval or ())):
            if balance is None and not 0 <= number <= 1:
                raise ValueError(f"rows: {number} in {row.name!r} is no share; allowed: from 0 to 1")
            if not math.isfinite(number):
                raise ValueError(f"rows: {number} in {row.name!r} is no difference; allowed: what is finite")
    sizes = _SIZES | ({"row": _DENSE_ROW} if is_dense else {})
    num_headings = sum(bool(row.heading) for row in rows)
    room = sizes["row"] * len(rows) + sizes["heading"] * num_headings + sizes["axis"]
    return {
        "label": label,
        "rows": as_data(rows),
        "balance": as_data(balance),
        "sizes": sizes,
        "isDense": is_dense,
        "room": f"{room + (sizes['ends'] if balance else 0.0):g}rem",
    }


def read_press(value: object, rows: Sequence[DotRow]) -> str | None:
    """Return the id of the dot that a browser says was pressed; None unless a dot has it."""
    known = {dot.id for row in rows for dot in row.dots if dot.id}
    return value if isinstance(value, str) and value in known else None
