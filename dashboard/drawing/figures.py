"""Figures on a page, made once for the same tables: plotly takes some twenty milliseconds for each."""

import pickle
from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

# Plotly's row of tools lies over titles and legends, on touch for good. To drag still zooms, a double click shows all.
_NO_TOOLS = {"displayModeBar": False}


def show_figure(make: Callable[..., go.Figure], *of: Any, key: str, alt: str) -> None:
    """Draw the figure of some tables.

    Args:
        make: A `*_figure` function.
        of: What it takes. Equal tables have the same figure.
        key: The chart's.
        alt: What it shows, for who cannot see it.
    """
    figure = _figure(make, f"{make.__module__}.{make.__qualname__}", of)
    st.plotly_chart(figure, key=key, alt=alt, config=_NO_TOOLS)


# Streamlit's own hash of a table takes longer than all else here.
@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs={pd.DataFrame: pickle.dumps})
def _figure(_make: Callable[..., go.Figure], name: str, of: tuple[Any, ...]) -> go.Figure:
    """All sessions share it: only to be drawn."""
    return _make(*of)
