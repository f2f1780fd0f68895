"""Curves of several runs over each other."""

import streamlit as st

from cifar_core.runs import RunStore, RunSummary
from dashboard.drawing.chart_style import yardsticks
from dashboard.drawing.curve_charts import CURVES, overlay_figure, overlay_frame
from dashboard.drawing.figures import show_figure
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import run_name
from dashboard.session import state


def render_overlay(store: RunStore, runs: list[RunSummary]) -> None:
    """Draw one curve of several runs over each other."""
    curve = st.segmented_control(
        "Curve",
        list(CURVES),
        default="val/accuracy",
        required=True,
        format_func=CURVES.__getitem__,
        key=state.RUNS_CURVE,
        bind="query-params",
        persist_state="session",
    )
    readable = [run for run in runs if run.config is not None]
    rows = {run_name(run): store.record(run.run_id).epoch_rows() for run in readable}
    frame = overlay_frame(rows, str(curve))
    if frame.empty:
        st.caption("No finished epoch yet in these runs.")
        return
    is_practice = any(run.data_source == "practice" for run in readable)
    alt = f"{CURVES[str(curve)]} of the chosen runs over epochs"
    show_figure(overlay_figure, frame, str(curve), yardsticks(is_practice), key="runs_overlay", alt=alt)
    offer_csv("Curves as CSV", frame, "curves.csv")
