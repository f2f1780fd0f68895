"""Widgets that are bound to the address, where Streamlit leaves something out."""

from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException


def show_first(key: str, default: Any) -> None:
    """Put into the address what a bound widget was set to before it was ever drawn. Before it is drawn.

    Streamlit tells the address of a widget that it has drawn before, or that somebody sets by hand. One that a press on
    another view has set would be lost by a reload, and be missing in a link.

    Args:
        key: The widget's, and the parameter's name.
        default: What it is at first, which the address leaves out.
    """
    value = st.session_state.get(key)
    if value is None or value == default or key in st.query_params:
        return
    with suppress(StreamlitAPIException):  # it has been drawn: Streamlit tells the address itself
        st.query_params[key] = value
