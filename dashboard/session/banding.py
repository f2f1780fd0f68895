"""How far the bands reach that stand for several seeds: one choice for all pages."""

from collections.abc import Mapping

import streamlit as st

from dashboard.drawing.bands import EDGE_TITLES, EDGES, Edges
from dashboard.session import address

_HELP = (
    "Runs that differ in their seed alone show what chance does. Range: from the lowest run to the highest. 95 % "
    "interval: where their mean would lie if many more seeds were trained. Mean only: no band."
)


def choose_band(key: str, *, label: str = "Band", further: Mapping[str, str] | None = None) -> str:
    """Draw the choice, which the address holds; return one of `EDGES` or of what else is offered.

    Args:
        key: The widget's.
        label: Above it.
        further: What else can be chosen, with its title; it follows behind.
    """
    titles = EDGE_TITLES | dict(further or {})
    st.segmented_control(
        label,
        list(titles),
        required=True,
        format_func=titles.__getitem__,
        help=_HELP,
        **address.bind(address.BAND, key, list(titles)),
    )
    return address.BAND.value() or EDGES[0]


def chosen_band() -> Edges:
    """Return what was chosen, without drawing anything; the range until then."""
    value = address.BAND.value()
    return next((edges for edges in EDGES if edges == value), EDGES[0])
