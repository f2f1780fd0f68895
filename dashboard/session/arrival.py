"""What somebody who was led somewhere shall see first: brought into view once it is drawn."""

import streamlit as st

from dashboard.components import render_arrival as _render

START, TOP = "start_training", "train_top"  # keys of widgets and containers
_ARRIVAL = "arrival_wish"


def arrive_at(key: str) -> None:
    """Bring what has this key into view, and the keyboard to it if it is a button, on the page drawn next."""
    _, count = st.session_state.get(_ARRIVAL, ("", 0))
    st.session_state[_ARRIVAL] = (key, count + 1)


def render_arrival() -> None:
    """Do what was asked for last, if it is not done yet. Once a page, last."""
    key, count = st.session_state.get(_ARRIVAL, ("", 0))
    _render(key, count)
