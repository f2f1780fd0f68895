"""Runs: every training, how its settings differ, and its curves over those of others."""

import zlib

import pandas as pd
import streamlit as st

from cifar_core.runs import RunStore, RunSummary
from dashboard.drawing.chart_style import yardsticks
from dashboard.drawing.curve_charts import CURVES, overlay_figure, overlay_frame
from dashboard.drawing.figures import show_figure
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import run_name
from dashboard.runs.actions import render_actions
from dashboard.runs.seed_table import SEED_COLUMNS, seeds_frame
from dashboard.runs.table import column_titles, runs_frame
from dashboard.session import address, state
from dashboard.session.cache import get_store
from dashboard.session.frame import page_frame
from dashboard.session.gone import drop_gone
from dashboard.session.links import open_page


def select_runs(runs: list[RunSummary], frame: pd.DataFrame) -> list[RunSummary]:
    """Draw the table and return the ticked runs.

    Streamlit remembers ticks by row. So the table is another one whenever a run comes or goes, and begins with the same
    runs ticked, wherever their rows are now.
    """
    drop_gone(address.TICKED, runs, "no longer ticked")
    run_ids = [run.run_id for run in runs]
    rows = [run_ids.index(run_id) for run_id in address.read_list(address.TICKED, run_ids)]
    event = st.dataframe(
        frame,
        hide_index=True,
        column_config=column_titles(frame),
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": rows}},
        key=f"{state.RUNS_TABLE}_{zlib.crc32(' '.join(run_ids).encode())}",
        height=min(38 + 35 * len(frame), 388),
        placeholder="–",
    )
    chosen = [runs[row] for row in event["selection"]["rows"] if row < len(runs)]
    address.choose_list(address.TICKED, [run.run_id for run in chosen])
    return chosen


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


def render_seeds(runs: list[RunSummary]) -> None:
    """Average runs that differ in their seed alone, if there are any."""
    frame = seeds_frame(runs)
    if frame.empty:
        return
    st.markdown(
        "**Over seeds**",
        help="Completed runs with the same settings and data, whatever their seed. A difference between two settings "
        "that is no larger than these deviations may be luck.",
    )
    st.dataframe(frame, hide_index=True, column_config=SEED_COLUMNS, placeholder="–")
    offer_csv("Seeds as CSV", frame, "seeds.csv")


with page_frame("Runs") as all_runs:
    if not all_runs:
        st.info(
            "No run yet. Each training, from here or from the command line, gets a line.", icon=":material/table_rows:"
        )
        if st.button("Train a first network", type="primary", icon=":material/arrow_forward:"):
            open_page("Train")
        st.stop()
    table = runs_frame(all_runs)
    st.caption("Tick runs to compare their curves; tick one to name, note, resume or delete it.")
    chosen = select_runs(all_runs, table)
    offer_csv("Table as CSV", table, "runs.csv")
    render_seeds(all_runs)
    chart_column, action_column = st.columns([3, 2], gap="medium")
    with chart_column, st.container(border=True):
        render_overlay(get_store(), chosen or all_runs[:5])
    with action_column, st.container(border=True):
        if len(chosen) == 1:
            render_actions(get_store(), chosen[0])
        else:
            st.caption("Tick one run to see what it changed, and to name, note, resume or delete it.")
