"""A network before it is trained: drawn, as a table, in totals, and timed."""

from typing import Any

import streamlit as st

from cifar_core.config import RunConfig
from dashboard.drawing.figures import show_figure
from dashboard.drawing.glossary import explain
from dashboard.drawing.words import large
from dashboard.session.cache import get_model_summary
from dashboard.train.memory_view import describe_memory
from dashboard.train.network_chart import drawing_figure, drawing_frame
from dashboard.train.tuning import render_probe

COLUMNS: dict[str, Any] = {
    "layer": "Layer",
    "kind": "Kind",
    "output": st.column_config.TextColumn("Output", help="Channels x height x width, or features"),
    "parameters": st.column_config.NumberColumn("Parameters", format="localized"),
    "macs": st.column_config.NumberColumn("MACs", format="compact", help=explain("", "MACs")),
    "receptive_field": st.column_config.NumberColumn(
        "Sees", format="%d px", help=explain("Side of the square that one output sees.", "receptive field")
    ),
}


def render_network(config: RunConfig) -> None:
    """Show what the network is before it is trained."""
    frame, totals = get_model_summary(config)
    st.markdown(describe_totals(totals))
    st.markdown(describe_memory(config))
    render_probe(config)
    boxes = drawing_frame(frame)
    show_figure(drawing_figure, boxes, key="network_drawing", alt="The network's layers, drawn")
    st.caption(
        "Left to right as the image passes through: a box is as high as the resolution and as thick as it has "
        "channels. Point at one to see its layers."
    )
    st.dataframe(frame, hide_index=True, column_config=COLUMNS, height=min(38 + 35 * len(frame), 420))


def describe_totals(totals: dict[str, float]) -> str:
    """Say how large a network is, and how much of it is trained where that is not all."""
    frozen = totals["frozen"]
    trained = f"; {totals['parameters'] - frozen:,.0f} trained, {frozen:,.0f} frozen" if frozen else ""
    return (
        f"**{large(totals['parameters'])}** parameters ({totals['megabytes']:.3g} MB{trained}), "
        f"**{large(totals['macs'])}** multiply-accumulates an image."
    )
