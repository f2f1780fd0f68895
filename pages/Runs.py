"""Runs: every training, how its settings differ, and its curves over those of others."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from cifar_core.runs import RunError, RunStore, RunSummary
from dashboard import state
from dashboard.cache import get_store
from dashboard.charts import CURVES, overlay_figure, overlay_frame, yardsticks
from dashboard.frame import page_frame
from dashboard.run_table import describe_changes, runs_frame
from dashboard.tables import offer_csv
from dashboard.words import run_title

COLUMNS: dict[str, Any] = {
    "run_id": None,
    "name": st.column_config.TextColumn("Name", pinned=True),
    "status": "Status",
    "best_val": st.column_config.NumberColumn("Best val", format="%.2f %%", help="Accuracy on val, best epoch"),
    "best_epoch": st.column_config.NumberColumn("at epoch", format="%d"),
    "last_val": st.column_config.NumberColumn("Last val", format="%.2f %%", help="Accuracy on val, last epoch"),
    "test": st.column_config.NumberColumn("Test", format="%.2f %%", help="On test, weights of the best val epoch"),
    "test_readings": st.column_config.NumberColumn("Looks at test", help="The end of the run counts as one"),
    "minutes": st.column_config.NumberColumn("Minutes", format="%.1f", help="Training time, val included"),
    "data": "Data",
    "created": st.column_config.DatetimeColumn("Begun", format="YYYY-MM-DD HH:mm"),
}


def select_runs(runs: list[RunSummary], frame: pd.DataFrame) -> list[RunSummary]:
    """Draw the table and return the ticked runs; the newest few with a curve if none is."""
    event = st.dataframe(
        frame,
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="multi-row",
        key="runs_table",
        height=min(38 + 35 * len(frame), 388),
    )
    ticked = event["selection"]["rows"]
    return [runs[row] for row in ticked if row < len(runs)]


def render_overlay(store: RunStore, runs: list[RunSummary]) -> None:
    """Draw one curve of several runs over each other."""
    curve = st.segmented_control(
        "Curve", list(CURVES), default="val/accuracy", required=True, format_func=CURVES.__getitem__, key="runs_curve"
    )
    rows = {f"{run.name} ({run.run_id.split('-', 2)[-1]})": store.record(run.run_id).epoch_rows() for run in runs}
    frame = overlay_frame(rows, str(curve))
    if frame.empty:
        st.caption("No finished epoch yet in these runs.")
        return
    is_practice = all(run.data_source == "practice" for run in runs)
    figure = overlay_figure(frame, str(curve), yardsticks(is_practice))
    st.plotly_chart(figure, key="runs_overlay", alt=f"{CURVES[str(curve)]} of the chosen runs over epochs")
    offer_csv("Curves as CSV", frame, "curves.csv")


def render_actions(store: RunStore, run: RunSummary) -> None:
    """Open, name, note, resume or delete one run."""
    changes = describe_changes(run)
    st.markdown(f"**{run.name or run.run_id}** `{run.run_id}`")
    st.caption("  \n".join(filter(None, (run.status.message, changes and f"Settings: {changes}."))))
    name = st.text_input("Name", run.name, key=f"runs_name_{run.run_id}", max_chars=80)
    note = st.text_area("Note", run.note, key=f"runs_note_{run.run_id}", placeholder="What did you expect, and see?")
    with st.container(horizontal=True):
        if st.button("Save", icon=":material/save:", disabled=(name, note) == (run.name, run.note)):
            _try(lambda: store.describe(run.run_id, name=name, note=note))
        if st.button("Open", icon=":material/show_chart:"):
            state.choose_run(run.run_id)
            st.switch_page("pages/Train.py")
        if run.status.is_resumable and run.config is not None and st.button("Resume", icon=":material/restart_alt:"):
            _try(lambda: store.resume_run(run.run_id))
        if st.button("Delete", icon=":material/delete:", disabled=run.status.is_active):
            confirm_deletion(store, run)


@st.dialog("Delete this run?")
def confirm_deletion(store: RunStore, run: RunSummary) -> None:
    """Ask before a run is gone for good."""
    st.write(f"{run_title(run)}: its settings, curves, weights and predictions will be removed.")
    if st.button("Delete it", type="primary", icon=":material/delete:"):
        if state.chosen_run() == run.run_id:
            state.choose_run(None)
        _try(lambda: store.delete(run.run_id))


def _try(action: Callable[[], None]) -> None:
    try:
        action()
    except RunError as error:
        st.error(str(error))
    else:
        st.rerun()


all_runs = page_frame("Runs")
if not all_runs:
    st.info("No run yet. Each training, from here or from the command line, gets a line.", icon=":material/table_rows:")
    if st.button("Train a first network", type="primary", icon=":material/arrow_forward:"):
        st.switch_page("pages/Train.py")
    st.stop()
table = runs_frame(all_runs)
st.caption("Tick runs to compare their curves; tick one to name, note, resume or delete it.")
chosen = select_runs(all_runs, table)
offer_csv("Table as CSV", table, "runs.csv")
chart_column, action_column = st.columns([3, 2], gap="medium")
with chart_column, st.container(border=True):
    render_overlay(get_store(), chosen or all_runs[:5])
with action_column, st.container(border=True):
    if len(chosen) == 1:
        render_actions(get_store(), chosen[0])
    else:
        st.caption("Tick one run to see what it changed, and to name, note, resume or delete it.")
