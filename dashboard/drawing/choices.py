"""One of several, by a row of buttons: of some choices, or of pages."""

import math
import zlib
from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

Value = TypeVar("Value")

# Of a row of pages: its places, if there is room for all, and the size of one in CSS pixels.
_FEWEST_PLACES, _MOST_PLACES, _ARROWS = 5, 7, 2
_PLACE, _GAP = 32, 4


def choose_one(
    label: str, options: Mapping[str, Value], key: str, *, in_address: bool = False, help: str | None = None
) -> Value:
    """Draw a row of buttons, the first one chosen at first, and return the value behind the chosen one.

    Args:
        label: What is chosen; hidden if it is "View", which speaks for itself.
        options: Values by what stands on their buttons.
        key: The widget's; the parameter's name if it is kept in the address.
        in_address: Whether the choice is part of the link.
        help: One sentence for the learner.
    """
    chosen = st.segmented_control(
        label,
        list(options),
        default=next(iter(options)),
        required=True,
        key=key,
        wrap=True,
        bind="query-params" if in_address else None,
        persist_state="session",
        label_visibility="collapsed" if label == "View" else "visible",
        help=help,
    )
    return options[chosen or next(iter(options))]


def choose_page(
    num_pages: int,
    key: str,
    *,
    listed: NDArray[np.int64] | None = None,
    first: int = 1,
) -> int:
    """Draw what leads through pages, where there are several, and return the open one, from 1; the address has it.

    Args:
        num_pages: How many there are.
        key: The widget's, and the parameter's name in the address.
        listed: What is paged through, in order: of other things, or in another order, `first` is open anew. Left out,
            the open page stays.
        first: The page that is open at first, e.g. that of the chosen image.
    """
    about = None if listed is None else (num_pages, zlib.crc32(listed.tobytes()))
    _begin_anew(key, about, first)
    page = 1
    if num_pages > 1:
        page = st.pagination(num_pages, default=first, key=key, bind="query-params", width=_room_for(num_pages))
    st.session_state[f"{key}_listed"] = about, page if num_pages > 1 else st.session_state.get(key)
    return page


def choose_rows(rows: pd.DataFrame, size: int, key: str, opened: int | None) -> pd.DataFrame:
    """Draw what leads through images, and return those of the open page: at first the one that holds the opened image.

    Args:
        rows: All of them in order, with their "index" in the dataset.
        size: How many a page has.
        key: The widget's, and the parameter's name in the address.
        opened: The place of the opened image among them; None if it is none of them.
    """
    num_pages = max(1, math.ceil(len(rows) / size))
    first = page_of(opened or 0, size)
    page = choose_page(num_pages, key, listed=rows["index"].to_numpy(), first=first)
    return rows.iloc[(page - 1) * size : page * size]


def page_of(place: int, size: int) -> int:
    """Return the page, from 1, that holds a place, from 0, where each has so many."""
    return place // size + 1


def _begin_anew(key: str, about: tuple[int, int] | None, first: int) -> None:
    """Open a list's first page where another was paged through before, unless another page was asked for, too."""
    before, page = st.session_state.get(f"{key}_listed"), st.session_state.get(key)
    if before is not None and before[0] != about and before[1] == page:
        st.session_state[key] = first


def _room_for(num_pages: int) -> int:
    """Return the width of a row of pages, in CSS pixels.

    As wide as its content, a row never grows again: what does not fit into the width that it has is left out. Of two
    pages the second was missing, and of 600 all but one once there had been two. Below five places more is left out.
    """
    places = max(_FEWEST_PLACES, min(num_pages, _MOST_PLACES))
    return (places + _ARROWS) * _PLACE + (places + _ARROWS - 1) * _GAP
