"""A network before it is trained: drawn, as a table, in totals, and timed."""

from typing import Any

import streamlit as st

from cifar_core.config import RunConfig
from dashboard.components import network_drawing
from dashboard.drawing.folded import render_folded
from dashboard.drawing.glossary import explain
from dashboard.drawing.words import large
from dashboard.session import draft
from dashboard.session.cache import get_model_summary
from dashboard.train.memory_view import describe_memory
from dashboard.train.network_chart import KINDS, boxes_of, drawing_frame
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


def render_drawing(config: RunConfig | None) -> None:
    """Draw the network beside the form; while no run can have the settings, the last one that could be drawn."""
    drawn = config or draft.drawn_config()
    if drawn is None:
        st.caption("The network is drawn here once its settings fit together.")
        return
    draft.note_drawn(drawn)
    frame, totals = get_model_summary(drawn)
    if config is None:
        st.caption(":material/history: The network as it was when its settings last fitted together.")
    boxes = boxes_of(drawing_frame(frame))
    network_drawing(boxes, KINDS, key="network_drawing", label="The network's layers, drawn")
    st.caption(
        "Left to right as the image passes through: a box is as high as the resolution and as thick as it has "
        "channels, which stand below it; vectors are bars. Point at one or tap it to see its layers."
    )
    st.markdown(f"{describe_totals(totals)} {describe_memory(drawn)}")


def render_layers(config: RunConfig) -> None:
    """Show the network's layers as a table, and how long an epoch takes here."""
    frame, _ = get_model_summary(config)

    def draw() -> None:
        st.dataframe(frame, hide_index=True, column_config=COLUMNS, height=min(38 + 35 * len(frame), 420))

    render_folded("All layers in numbers", draw, key="train_layers", icon=":material/account_tree:")
    render_probe(config)


def describe_totals(totals: dict[str, float]) -> str:
    """Say how large a network is, and how much of it is trained where that is not all."""
    frozen = totals["frozen"]
    trained = f"; {totals['parameters'] - frozen:,.0f} trained, {frozen:,.0f} frozen" if frozen else ""
    return (
        f"**{large(totals['parameters'])}** parameters ({totals['megabytes']:.3g} MB{trained}), "
        f"**{large(totals['macs'])}** multiply-accumulates an image."
    )
