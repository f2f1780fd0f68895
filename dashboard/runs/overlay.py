"""Curves of several runs over each other."""

from collections.abc import Mapping, Sequence
from functools import reduce

import pandas as pd
import streamlit as st

from cifar_core.runs import RunStore, RunSummary
from dashboard.components import line_chart
from dashboard.components.lines import encode_chart
from dashboard.drawing.chart_style import yardsticks
from dashboard.drawing.curve_charts import CURVES, Drawn, overlay_chart, overlay_frame
from dashboard.drawing.literal import literal
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import names_apart, short_name
from dashboard.session import address, state

_DEFAULT = ["val/accuracy", "val/loss"]
_ACROSS = 2


def render_overlay(store: RunStore, runs: Sequence[RunSummary], colours: Mapping[str, str]) -> None:
    """Draw some curves of several runs over each other, a chart each.

    Args:
        store: Where their records are.
        runs: Which; later ones lie beneath.
        colours: Of each run, by its id.
    """
    readable = [run for run in runs if run.config is not None]
    st.markdown("**Curves**")
    st.caption(_introduce(readable))
    curves = st.pills(
        "Curves",
        list(CURVES),
        selection_mode="multi",
        default=_DEFAULT,
        format_func=CURVES.__getitem__,
        key=state.RUNS_CURVE,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    names = names_apart(readable)
    if not readable:
        return
    rows = {names[run.run_id]: store.record(run.run_id).epoch_rows() for run in readable}
    if not any(rows.values()):
        st.caption("No finished epoch yet in these runs: the first one brings the first point.")
        return
    drawn = [_draw(run, names[run.run_id], colours[run.run_id]) for run in reversed(readable)]
    lines = yardsticks(is_practice=any(run.data_source == "practice" for run in readable))
    columns = st.columns(_ACROSS) if len(curves) > 1 else [st.container()]
    for place, curve in enumerate(curves):
        chart = overlay_chart(overlay_frame(rows, curve), curve, drawn, lines)
        with columns[place % len(columns)]:
            line_chart(encode_chart(chart, f"{CURVES[curve]} of these runs over epochs"), key=f"overlay_{curve}")
    if curves:
        offer_csv("Curves as CSV", _join([overlay_frame(rows, curve) for curve in curves], curves), "curves.csv")


def _join(frames: Sequence[pd.DataFrame], curves: Sequence[str]) -> pd.DataFrame:
    """Return several curves in one table, a column each."""
    named = (frame.rename(columns={"value": curve}) for frame, curve in zip(frames, curves, strict=True))
    return reduce(lambda joined, frame: joined.merge(frame, on=["run", "epoch"], how="outer"), named)


def _draw(run: RunSummary, name: str, colour: str) -> Drawn:
    is_baseline = run.run_id == address.BASELINE.value()
    return Drawn(name, colour, is_baseline, run.run_id == state.chosen_run())


def _introduce(runs: Sequence[RunSummary]) -> str:
    """Say in a sentence what the charts show."""
    if not runs:
        return "No run is ticked: tick some in the list to see their curves over each other."
    if len(runs) == 1:
        return f"**{literal(short_name(runs[0]))}**, epoch by epoch; tick more runs above to lay them over it."
    dotted = next((run for run in runs if run.run_id == address.BASELINE.value()), None)
    beneath = f"; the baseline {literal(short_name(dotted))} is dotted" if dotted is not None else ""
    return f"{len(runs)} runs over each other, epoch by epoch{beneath}: tick others above to change which."
